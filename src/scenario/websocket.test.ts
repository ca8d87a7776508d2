import { describe, expect, it } from 'vitest'
import { DeadLinkStage, verdicts } from './dead-link.testkit.ts'
import { Stage } from './stage.ts'
import { MASK, playChat, playMasking, websocket } from './websocket.ts'

describe('scenario websocket', () => {
  it.each(websocket.parts.map((part) => [part.title.en, part] as const))(
    '%s: no claim holds on a dead link',
    (_title, part) => {
      const stage = new DeadLinkStage()
      part.play(stage)
      expect(stage.checks.length).toBeGreaterThan(1)
      expect(verdicts(stage).filter((holds) => holds)).toEqual([])
    },
  )

  it('claims that frames cross only when nobody waits', () => {
    const stage = new Stage()
    playChat(stage, 20_000)
    expect(verdicts(stage)).toEqual([true, true, false, true, true, true])
  })

  it('claims a refusal only of a client that does not mask', () => {
    const stage = new Stage()
    playMasking(stage, MASK)
    expect(verdicts(stage)).toEqual([false, false])
  })
})
