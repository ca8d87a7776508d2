import { describe, expect, it } from 'vitest'
import { testOnDeadLink, verdicts } from './dead-link.testkit.ts'
import { Stage } from './stage.ts'
import { TwiceStage } from './twice.testkit.ts'
import { type ChatOptions, MASK, playChat, playMasking, websocket } from './websocket.ts'

function chat(options: ChatOptions): boolean[] {
  const stage = new Stage()
  playChat(stage, options)
  return verdicts(stage)
}

describe('scenario websocket', () => {
  testOnDeadLink(websocket)

  it('claims that frames cross only when nobody waits', () => {
    const stage = new Stage()
    playChat(stage, { pause: 20_000 })
    expect(verdicts(stage)).toEqual([true, true, false, true, true, true])
  })

  it('RFC 6455, 4.1: claims the upgrade only for the right answer to the key', () => {
    expect(chat({ accept: 'aW4gdmFpbg==' })).toEqual([false, true, true, true, true, true])
  })

  it('claims that each has heard the other only if both speak', () => {
    expect(chat({ pause: Number.POSITIVE_INFINITY })).toEqual([true, false, false, false, true, true])
  })

  it('RFC 6455, 5.1: claims masks, and an orderly end, only where the client masks', () => {
    expect(chat({ masks: false })).toEqual([true, true, true, false, false, true])
  })

  it('claims Close frames only if there are some', () => {
    expect(chat({ hangsUp: true })).toEqual([true, true, true, true, false, true])
  })

  it('claims one connection only if there is no other', () => {
    const stage = new TwiceStage()
    playChat(stage)
    expect(verdicts(stage)).toEqual([true, true, true, true, true, false])
  })

  it('claims a refusal only of a client that does not mask', () => {
    const stage = new Stage()
    playMasking(stage, MASK)
    expect(verdicts(stage)).toEqual([false, false])
  })
})
