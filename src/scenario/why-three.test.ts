import { describe, expect, it } from 'vitest'
import { failures } from './failures.testkit.ts'
import type { Stage } from './stage.ts'
import { loseAnswer, oldSynOfNobody, oldSynRefused, type Segments } from './why-three.ts'

/** The claims that are made of `claimed` segments, of a stack that opens with the other number. */
function mistaken(play: (stage: Stage, claimed: Segments, actual: Segments) => void, claimed: Segments): string[] {
  return failures((stage) => play(stage, claimed, claimed === 2 ? 3 : 2))
}

describe('why three segments', () => {
  it('with the third segment the harm of a lost answer is not there', () => {
    expect(mistaken(loseAnswer, 2)).toHaveLength(3)
  })

  it('without it the cure is not there', () => {
    expect(mistaken(loseAnswer, 3)).toHaveLength(2)
  })

  it('an old SYN does harm with two only', () => {
    expect(mistaken(oldSynOfNobody, 2)).toHaveLength(2)
    expect(mistaken(oldSynOfNobody, 3)).toHaveLength(3)
  })

  it('a RST comes too late where two are enough', () => {
    expect(mistaken((stage, _claimed, actual) => oldSynRefused(stage, actual), 3)).toEqual([
      'The server’s application was never told.',
    ])
  })

  it('nobody refuses an old SYN where nobody is', () => {
    expect(failures((stage) => oldSynRefused(stage, 3, ({ client }) => client.crash()))).toHaveLength(2)
  })
})
