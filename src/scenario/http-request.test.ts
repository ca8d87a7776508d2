import { describe, expect, it } from 'vitest'
import { testOnDeadLink, verdicts } from './dead-link.testkit.ts'
import { claimEach, claimSaving, httpRequest, playRequest, requestAll } from './http-request.ts'
import { playCookie, playForward, playRedirect } from './http-routes.ts'
import { Stage } from './stage.ts'
import { TwiceStage } from './twice.testkit.ts'

describe('scenario http', () => {
  testOnDeadLink(httpRequest)

  it('claims that both ways are closed only when somebody closes', () => {
    const stage = new Stage()
    playRequest(stage, [])
    expect(verdicts(stage)).toEqual([true, true, false])
  })

  it('claims a whole answer, after two round trips, only if so', () => {
    const cut = new Stage()
    playRequest(cut, ['Connection: close'], { cuts: true })
    expect(verdicts(cut)).toEqual([false, false, true])
    const slow = new Stage()
    playRequest(slow, ['Connection: close'], { thinks: 5000 })
    expect(verdicts(slow)).toEqual([true, false, true])
  })

  it('claims three connections, and six round trips, only if so', () => {
    const kept = new Stage()
    claimEach(kept, requestAll(new Stage(), true))
    expect(verdicts(kept)).toEqual([false, false])
    const slow = new Stage()
    claimEach(slow, requestAll(new Stage(), false, { thinks: 5000 }))
    expect(verdicts(slow)).toEqual([true, false])
  })

  it('claims four round trips over one connection only if the server answers at once', () => {
    const stage = new Stage()
    claimSaving(stage, requestAll(new Stage(), true, { thinks: 5000 }))
    expect(verdicts(stage)).toEqual([true, false, true])
  })

  it('claims a redirect only where the front server redirects, and a forward where it forwards', () => {
    const redirect = new Stage()
    playRedirect(redirect, 'forwards')
    expect(verdicts(redirect)).toEqual([false, false, false])
    const forward = new Stage()
    playForward(forward, 'redirects')
    expect(verdicts(forward)).toEqual([false, false])
  })

  it('claims that the server does not know the client only where it shows no cookie', () => {
    const stage = new Stage()
    playCookie(
      stage,
      (cookie) => cookie,
      (cookie) => [`Cookie: ${cookie}`],
    )
    expect(verdicts(stage)).toEqual([true, true, false])
  })

  it('claims three connections of a session only if there is no other', () => {
    const stage = new TwiceStage()
    playCookie(stage)
    expect(verdicts(stage)).toEqual([false, true, true])
  })

  it('claims no saving for a connection each', () => {
    const stage = new Stage()
    claimSaving(stage, requestAll(new Stage(), false))
    expect(verdicts(stage)).toEqual([false, false, false])
  })

  it('claims that the server knows the client only by the right cookie', () => {
    const stage = new Stage()
    playCookie(stage, () => 'session=99')
    expect(verdicts(stage)).toEqual([true, false, true])
  })
})
