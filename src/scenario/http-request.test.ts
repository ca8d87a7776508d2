import { describe, expect, it } from 'vitest'
import { DeadLinkStage, verdicts } from './dead-link.testkit.ts'
import { claimSaving, httpRequest, playRequest, requestAll } from './http-request.ts'
import { playCookie } from './http-routes.ts'
import { Stage } from './stage.ts'

describe('scenario http', () => {
  it.each(httpRequest.parts.map((part) => [part.title.en, part] as const))(
    '%s: no claim holds on a dead link',
    (_title, part) => {
      const stage = new DeadLinkStage()
      part.play(stage)
      expect(stage.checks.length).toBeGreaterThan(1)
      expect(verdicts(stage).filter((holds) => holds)).toEqual([])
    },
  )

  it('claims that both ways are closed only when somebody closes', () => {
    const stage = new Stage()
    playRequest(stage, [])
    expect(verdicts(stage)).toEqual([true, true, false])
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
