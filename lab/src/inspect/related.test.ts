import { dissect } from 'estab/trace'
import { describe, expect, it } from 'vitest'
import { noteOn, shiftOf } from './field-notes.ts'
import { historyOf } from './history.ts'
import { played } from './inspect.testkit.ts'
import { lineOf } from './notation.ts'
import { answersTo, otherHop, sentBefore } from './related.ts'

describe('packets that have to do with one another', () => {
  const run = played('handshake')
  const { packets } = run

  it('each answers the one before', () => {
    expect([0, 1, 2].map((index) => answersTo(packets, index))).toEqual([[1], [2], []])
    expect(packets.at(2).answers).toBe(1)
  })

  it('nothing was sent before what is sent for the first time, and there is no second hop', () => {
    expect([0, 1, 2].map((index) => sentBefore(packets, index))).toEqual([[], [], []])
    expect([0, 1, 2].map((index) => otherHop(packets, index, 1))).toEqual([-1, -1, -1])
  })

  it('a SYN,ACK that is sent again was sent before', () => {
    const again = played('handshake', 0, [{ kind: 'lose', packet: 1, at: 15_000 }]).packets
    const syns = Array.from({ length: again.count }, (_, i) => i).filter(
      (i) => again.at(i).from === 1 && again.at(i).flags & 2,
    )
    expect(sentBefore(again, syns[1])).toEqual([1])
  })

  it('what was said before counts up to a packet', () => {
    const initial = run.connections[0].initial
    expect(historyOf(packets, 0)).toEqual({ sent: -1, peerSent: -1, peerWindow: -1, sameAcks: 0, peerSyn: -1 })
    expect(historyOf(packets, 2)).toMatchObject({
      sent: initial[0] + 1,
      peerSent: initial[1] + 1,
      peerWindow: 65160,
      peerSyn: 1,
    })
  })

  it('a line is in the notation, with numbers relative or absolute', () => {
    expect(lineOf(packets.at(2), run.connections[0], false)).toMatch(/^\. 1:1\(0\) ack 1 win 502/)
    expect(lineOf(packets.at(2), run.connections[0], true)).toContain(`ack ${run.connections[0].initial[1] + 1}`)
  })

  it('numbers of a header are told as what they come to: behind the initial number, and scaled', () => {
    const note = (index: number, name: string) => {
      const field = dissect(packets.at(index).bytes).find((each) => each.name === name)
      return field === undefined ? null : noteOn(packets, index, run.connections[0], field)
    }
    expect(note(2, 'tcp.seq')).toEqual({ kind: 'relative', value: 1 })
    expect(note(2, 'tcp.ack')).toEqual({ kind: 'relative', value: 1 })
    expect(note(0, 'tcp.ack')).toBeNull()
    expect(note(0, 'tcp.window')).toEqual({ kind: 'window', value: 64240, shift: 0 })
    expect(note(2, 'tcp.window')).toEqual({ kind: 'window', value: 502 * 128, shift: 7 })
    expect(shiftOf(packets, 1)).toBe(-1)
  })
})
