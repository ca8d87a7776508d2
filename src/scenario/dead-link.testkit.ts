import { type Pair, type PairOptions, Stage } from './stage.ts'

/** A stage on whose link nothing arrives: where no claim about what has arrived can hold. */
export class DeadLinkStage extends Stage {
  override pair(options: PairOptions = {}): Pair {
    return super.pair({ ...options, link: { ...options.link, loss: 1 } })
  }
}

/** Which of the checks so far hold, in their order. */
export function verdicts({ checks }: Stage): boolean[] {
  return checks.map(({ holds }) => holds)
}
