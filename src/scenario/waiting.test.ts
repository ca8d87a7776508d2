import { describe, expect, it } from 'vitest'
import { failures } from './failures.testkit.ts'
import { playHeadOfLine, playSideBySide } from './head-of-line.ts'
import { playAtOnce, playNagle } from './nagle.ts'
import { playSillyWindow, playUnmannered } from './silly-window.ts'
import { Stage } from './stage.ts'
import { playZeroWindow } from './zero-window.ts'

describe('the claims on waiting', () => {
  it('on a zero window fail where the server reads, and where probes are lost', () => {
    expect(failures((stage) => playZeroWindow(stage, { reads: true })).length).toBe(3)
    expect(failures((stage) => playZeroWindow(stage, { probesPass: false }))).toEqual([
      'The next probe finds the window open, and every byte arrives.',
    ])
  })

  it('on the silly window fail where the sender sends crumbs', () => {
    const failed = failures((stage) => playSillyWindow(stage, { piece: 50, noDelay: 1 }))
    expect(failed.length).toBe(2)
    expect(failures((stage) => playSillyWindow(stage, { crumb: 10 }))).toContain('Every byte arrives.')
    expect(failures((stage) => playUnmannered(stage, { opensByCrumbs: false })).length).toBe(2)
  })

  it('on crumbs are seen on the ladder', () => {
    const stage = new Stage()
    playUnmannered(stage)
    expect(stage.ladder.render().match(/arrives with win 100/g)?.length).toBeGreaterThan(5)
  })

  it('on Nagle fail without it, and without delayed ACKs', () => {
    for (const writing of ['two writes, TCP_NODELAY', 'one write'] as const) {
      expect(failures((stage) => playNagle(stage, { writing })).length).toBe(2)
    }
    expect(failures((stage) => playNagle(stage, { quickAck: 1 })).length).toBe(2)
    expect(failures((stage) => playAtOnce(stage, 'two writes')).length).toBe(1)
  })

  it('on head-of-line blocking fail where nothing is lost, and for the other number of connections', () => {
    expect(failures((stage) => playHeadOfLine(stage, { connections: 1, loses: false })).length).toBe(2)
    expect(failures((stage) => playHeadOfLine(stage, { connections: 3, loses: true })).length).toBe(2)
    expect(failures((stage) => playSideBySide(stage, { connections: 1, loses: true })).length).toBe(2)
    expect(failures((stage) => playSideBySide(stage, { connections: 3, loses: false }))).toEqual([
      'Only the lost one is late.',
    ])
  })
})
