import type { ConnectionStatus } from 'estab'
import { ACK, FIN, RST, SYN } from 'estab/wire'
import { describe, expect, it } from 'vitest'
import type { Moment } from '../engine/engine.ts'
import { play } from '../run/play.ts'
import { played } from './inspect.testkit.ts'
import { saying } from './saying.ts'
import { connectionOf, statusKey } from './status-of.ts'
import { congestionRows, receiveRows, sendRows, timingRows, wireRows } from './variables.ts'
import { whoIsIn } from './who-is-in.ts'
import { sampleAt } from './wire-sample.ts'

const run = played('handshake')
const { data, recorder } = play({ play: { kind: 'scenario', name: 'handshake', part: 0 }, seed: 1, acts: [] })

/** The client's connection at a moment of the handshake. */
function clientAt(time: number): ConnectionStatus {
  const status = recorder.momentsOf(0)?.at(time)?.connections[0]
  if (status === undefined) throw new Error(`the client has no connection at ${time}`)
  return status
}

function momentAt(time: number): Moment {
  return { at: time, lanes: data.lanes.map((_, lane) => recorder.momentsOf(lane)?.at(time) ?? null), hash: '' }
}

const values = (rows: readonly { readonly name: string; readonly value: string }[]) =>
  Object.fromEntries(rows.map(({ name, value }) => [name, value]))

describe('a connection of a machine', () => {
  it('is found among those of the run, with its end', () => {
    const known = connectionOf(run, clientAt(20_000), 20_000)
    expect(known?.connection.id).toBe(0)
    expect(known?.end).toBe(0)
    expect(statusKey(clientAt(20_000))).toBe(`${run.connections[0].endpoints[0]} ${run.connections[0].endpoints[1]}`)
  })

  it('shows its variables relative to both initial numbers; what is not known is a dash', () => {
    const [own, peer] = run.connections[0].initial
    expect(values(sendRows(clientAt(20_000), { own, peer }))).toMatchObject({
      'SND.UNA': '1',
      'SND.NXT': '1',
      ISS: '0',
    })
    expect(values(receiveRows(clientAt(20_000), { own, peer }))).toMatchObject({ 'RCV.NXT': '1', IRS: '0' })
    expect(values(receiveRows(clientAt(0), { own, peer }))).toMatchObject({ 'RCV.NXT': '–', IRS: '–' })
    expect(values(sendRows(clientAt(20_000), { own: 0, peer: 0 })).ISS).toBe(
      own.toString().replace(/\B(?=(?:\d{3})+$)/g, '\u00a0'),
    )
  })

  it('shows what is measured and counted only where there is something', () => {
    const before = timingRows(clientAt(0), 'not yet')
    expect(before.find(({ name }) => name === 'SRTT')).toMatchObject({ value: '–', note: 'not yet' })
    expect(values(timingRows(clientAt(20_000), 'not yet')).SRTT).toBe('20.0 ms')
    const rows = congestionRows(clientAt(20_000), { own: 0, peer: 0 }, 'undisturbed', 'none')
    expect(rows.map(({ name }) => name)).toEqual(['cwnd', 'ssthresh', 'phase', 'flight'])
  })
})

describe('what is known of all machines', () => {
  it('who is in a state, listeners among them', () => {
    expect(whoIsIn(run, momentAt(15_000), 'SYN-SENT', 15_000)).toEqual([{ lane: 0, count: 1 }])
    expect(whoIsIn(run, momentAt(15_000), 'LISTEN', 15_000)).toEqual([{ lane: 1, count: 1 }])
    expect(whoIsIn(run, momentAt(15_000), 'CLOSED', 15_000)).toEqual([])
    expect(whoIsIn(run, null, 'SYN-RECEIVED', 15_000)).toEqual([{ lane: 1, count: 1 }])
  })

  it('the newest sample of an end', () => {
    expect(sampleAt(run, 0, 0, -1)).toBeNull()
    expect(sampleAt(run, 0, 7, 0)).toBeNull()
    const sample = sampleAt(run, 0, 0, 25_000)
    expect(sample?.sndUna).toBe(run.connections[0].initial[0] + 1)
    if (sample === null) return
    const rows = wireRows(
      { ...sample, rcvWnd: Number.NaN },
      { own: run.connections[0].initial[0], peer: run.connections[0].initial[1] },
    )
    expect(values(rows)).toMatchObject({ 'SND.UNA': '1', 'RCV.NXT': '1', RTT: '20.0 ms' })
    expect(rows.map(({ name }) => name)).not.toContain('RCV.WND')
  })
})

describe('what a packet says in the main', () => {
  it.each([
    ['syn', 6, SYN, 0],
    ['synack', 6, SYN | ACK, 0],
    ['reset', 6, RST | ACK, 0],
    ['fin', 6, FIN | ACK, 0],
    ['dataFin', 6, FIN | ACK, 9],
    ['data', 6, ACK, 9],
    ['ack', 6, ACK, 0],
    ['nothing', 6, 0, 0],
    ['udp', 17, 0, 9],
    ['icmp', 58, 0, 9],
    ['ip', 89, 0, 9],
  ] as const)('%s', (name, protocol, flags, length) => {
    expect(saying({ protocol, flags, length })).toBe(name)
  })
})
