import { describe, expect, it } from 'vitest'
import { verdicts } from './dead-link.testkit.ts'
import { CASES, CAUSES, playCause, playTable } from './slow.ts'
import { Stage } from './stage.ts'

describe('scenario slow', () => {
  const pairs = CAUSES.flatMap((cause) =>
    CAUSES.filter((other) => other !== cause).map((other) => [cause, other] as const),
  )

  it.each(pairs)('%s is not claimed when it is %s', (cause, other) => {
    const stage = new Stage()
    playCause(stage, cause, CASES[other].conditions)
    expect(verdicts(stage)).toEqual([true, false, false])
  })

  it('claims that the whole file came only if it did', () => {
    const stage = new Stage()
    playCause(stage, 'loss', { link: { loss: 1 } })
    expect(verdicts(stage)).toEqual([false, false, false])
  })

  it('claims no difference where there is none', () => {
    const stage = new Stage()
    playTable(stage, () => CASES.nothing.conditions)
    expect(verdicts(stage)).toEqual([false, false])
  })

  it.each([2, 3, 4, 5])('tells the causes apart for seed %i as well', (seed) => {
    for (const cause of CAUSES) {
      const stage = new Stage(seed)
      playCause(stage, cause)
      expect([cause, ...verdicts(stage)]).toEqual([cause, true, true, true])
    }
  })
})
