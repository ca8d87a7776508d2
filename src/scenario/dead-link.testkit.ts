import { expect, it } from 'vitest'
import type { Scenario } from './scenario.ts'
import { type Pair, type PairOptions, Stage } from './stage.ts'

/** A stage on whose link nothing arrives: where no claim about what has arrived can hold. */
export class DeadLinkStage extends Stage {
  override pair(options: PairOptions = {}): Pair {
    return super.pair({ ...options, link: { ...options.link, loss: 1 } })
  }
}

/** A test for each part of a scenario: nothing of what it claims holds where nothing arrives. */
export function testOnDeadLink({ parts }: Scenario): void {
  it.each(parts.map((part) => [part.title.en, part] as const))('%s: no claim holds on a dead link', (_title, part) => {
    const stage = new DeadLinkStage()
    part.play(stage)
    expect(stage.checks.length).toBeGreaterThan(1)
    expect(verdicts(stage)).not.toContain(true)
  })
}

/** Which of the checks so far hold, in their order. */
export function verdicts({ checks }: Stage): boolean[] {
  return checks.map(({ holds }) => holds)
}
