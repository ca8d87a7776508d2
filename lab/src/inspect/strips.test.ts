import type { ConnectionStatus } from 'estab'
import { describe, expect, it } from 'vitest'
import { layOut, rowsOf } from './strip-geometry.ts'
import { receiveSpace, sendSpace } from './strips.ts'

describe('a strip', () => {
  it('gives each stretch room by its size, and the smallest enough to be seen', () => {
    const { bars } = layOut(
      0,
      1000,
      [
        { from: 0, to: 1, what: 'syn' },
        { from: 1, to: 500, what: 'a' },
        { from: 500, to: 1000, what: 'b' },
      ],
      [],
    )
    expect(bars.map(({ size }) => size)).toEqual([1, 499, 500])
    expect(bars[0].width).toBeGreaterThanOrEqual(0.02)
    expect(bars[1].width).toBeCloseTo(0.485, 2)
    expect(bars.reduce((sum, { width }) => sum + width, 0)).toBeCloseTo(1)
  })

  it('goes on where sequence numbers wrap', () => {
    const { bars, edges } = layOut(
      0xffff_ff00,
      0x100,
      [{ from: 0xffff_ff00, to: 0x100, what: 'sent' }],
      [{ name: 'nxt', at: 0 }],
    )
    expect(bars).toEqual([{ left: 0, width: 1, what: 'sent', size: 512 }])
    expect(edges[0].place).toBeCloseTo(0.5)
  })

  it('is nothing without octets', () => {
    const { bars, edges } = layOut(5, 5, [], [{ name: 'una', at: 5 }])
    expect(bars).toEqual([])
    expect(edges[0].place).toBe(0)
  })

  it('puts labels that would meet into rows of their own', () => {
    expect(
      rowsOf([
        { place: 0, width: 0.4 },
        { place: 0.1, width: 0.4 },
        { place: 1, width: 0.4 },
      ]),
    ).toEqual({ rows: [0, 1, 0], count: 2 })
  })
})

const status = (part: object) => part as unknown as ConnectionStatus

describe('sequence spaces', () => {
  it('what the window holds back is told from what may go', () => {
    const space = sendSpace(
      status({
        snd: { iss: 99, una: 100, nxt: 200, wnd: 150, windowEnd: 250 },
        sending: [
          { from: 100, to: 200, what: 'sent' },
          { from: 200, to: 400, what: 'unsent' },
        ],
      }),
    )
    expect(space?.stretches).toEqual([
      { from: 100, to: 200, what: 'sent' },
      { from: 200, to: 250, what: 'unsent' },
      { from: 250, to: 400, what: 'closed' },
    ])
    expect(space?.edges.map(({ name, at }) => `${name} ${at}`)).toEqual(['una 100', 'nxt 200', 'una+wnd 250'])
  })

  it('what is left of the send window is free', () => {
    const space = sendSpace(status({ snd: { iss: 99, una: 100, nxt: 100, wnd: 50, windowEnd: 150 }, sending: [] }))
    expect(space?.stretches).toEqual([{ from: 100, to: 150, what: 'usable' }])
  })

  it('the receive window goes around what waits behind holes', () => {
    const space = receiveSpace(
      status({
        rcv: { nxt: 120, wnd: 100, windowEnd: 220 },
        receiving: [
          { from: 100, to: 120, what: 'unread' },
          { from: 150, to: 160, what: 'waiting' },
        ],
      }),
    )
    expect(space).toMatchObject({ start: 100, end: 220 })
    expect(space?.stretches).toEqual([
      { from: 100, to: 120, what: 'unread' },
      { from: 120, to: 150, what: 'window' },
      { from: 150, to: 160, what: 'waiting' },
      { from: 160, to: 220, what: 'window' },
    ])
  })

  it('of a peer that is not known nothing is drawn', () => {
    expect(receiveSpace(status({ rcv: { nxt: -1, wnd: -1, windowEnd: -1 }, receiving: [] }))).toBeNull()
    expect(sendSpace(status({ snd: { iss: -1, una: 5, nxt: 5 }, sending: [] }))).toBeNull()
  })
})
