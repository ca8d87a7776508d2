import type { LiveHello, LiveNews, LivePacket } from 'estab/host'
import { describe, expect, it } from 'vitest'
import { Packets } from '../run/packets.ts'
import { play } from '../run/play.ts'
import { LiveRun } from './live-run.ts'

const HELLO: LiveHello = {
  kind: 'hello',
  name: 'estab',
  addresses: ['10.0.1.2', 'fd00:1::2'],
  epoch: 1_000_000,
  at: 500,
  write: false,
}

/** The packets of a played scenario as its server would tell of them. */
function told(name: string): LivePacket[] {
  const { data } = play({ play: { kind: 'scenario', name, part: 0 }, seed: 1, acts: [] })
  const packets = new Packets(data.packets)
  return Array.from({ length: packets.count }, (_, i) => {
    const { from, sentAt, reason, bytes } = packets.at(i)
    const direction = from === 1 ? 'out' : 'in'
    return { at: 500 + sentAt, direction, reason, dropped: false, bytes: btoa(String.fromCharCode(...bytes)) }
  })
}

function news(packets: readonly LivePacket[], more: Partial<LiveNews> = {}): LiveNews {
  return { kind: 'news', at: packets.at(-1)?.at ?? 0, packets, moves: [], moment: null, leftOut: 0, ...more }
}

describe('a run that is followed', () => {
  it('has a lane for the host, by its name, and one for each peer', () => {
    const run = new LiveRun(HELLO)
    run.take(news(told('close')))
    const data = run.snapshot()
    expect(data).toMatchObject({ source: 'live', epoch: 1_000_500 })
    expect(data.lanes).toEqual([
      { name: 'estab', kind: 'vantage', addresses: HELLO.addresses },
      { name: '10.0.1.1', kind: 'peer', addresses: ['10.0.1.1'] },
    ])
    expect(data.connections).toMatchObject([{ lanes: [1, 0] }])
    const packets = new Packets(data.packets)
    expect([packets.at(0).sentAt, packets.at(1).reason]).toEqual([0, 'answer-syn'])
  })

  it('believes the host in its own states, and concludes those of the peer', () => {
    const run = new LiveRun(HELLO)
    const packets = told('close')
    run.take(news(packets.slice(0, 3)))
    const [remote = ''] = run.snapshot().connections[0]?.endpoints ?? []
    const remotePort = Number(remote.split(':')[1])
    const flow = { localAddress: '10.0.1.2', localPort: 80, remoteAddress: '10.0.1.1', remotePort }
    run.take(news([], { at: 40_000, moves: [{ ...flow, at: 30_500, from: 'SYN-RECEIVED', to: 'ESTABLISHED' }] }))
    const { moves } = run.snapshot()
    expect(moves.filter(({ lane }) => lane === 0)).toEqual([
      { at: 30_000, lane: 0, connection: 0, from: 'SYN-RECEIVED', to: 'ESTABLISHED' },
    ])
    expect(moves.filter(({ lane }) => lane === 1).map(({ to }) => to)).toEqual(['SYN-SENT', 'ESTABLISHED'])
  })

  it('leaves aside what is of others, and counts what it was not told of', () => {
    const run = new LiveRun({ ...HELLO, addresses: ['192.0.2.1'] })
    run.take(news(told('close'), { leftOut: 7 }))
    expect([run.snapshot().packets.count, run.leftOut]).toEqual([0, 7])
  })

  it('knows the host at each moment', () => {
    const run = new LiveRun(HELLO)
    const moment = { at: 1500, connections: [], more: 0, timeWait: 3, listeners: [] }
    run.take(news([], { at: 1500, moment }))
    expect(run.momentAt(500)).toBeNull()
    expect(run.momentAt(5000)?.lanes).toEqual([{ ...moment, at: 1000, condition: 'up' }])
  })

  it('shows a packet that was thrown away as lost', () => {
    const run = new LiveRun(HELLO)
    const [syn] = told('close')
    if (syn !== undefined) run.take(news([{ ...syn, dropped: true }]))
    const packet = new Packets(run.snapshot().packets).at(0)
    expect([packet.arrivedAt, packet.lostAt, packet.marks]).toEqual([Number.NaN, 0, 1])
  })

  it('keeps the newest packets, and forgets the oldest', () => {
    const run = new LiveRun(HELLO)
    const [syn] = told('close')
    if (syn === undefined) throw new Error('there is no packet')
    const many = Array.from({ length: 20_001 }, (_, i) => ({ ...syn, at: syn.at + i }))
    run.take(news(many))
    const { packets } = run.snapshot()
    expect([packets.count, run.forgotten]).toEqual([15_000, 5001])
    expect(packets.columns.sentAt.at(-1)).toBe(20_000)
  })
})
