import { ACK, RST, SYN } from 'estab/wire'
import { describe, expect, it } from 'vitest'
import { MARKS, type Packet, Packets } from './packets.ts'
import { play, type RunData } from './play.ts'
import { type Act, MOST_PACKETS, type Timeline } from './timeline.ts'

const handshake = (...acts: Act[]): Timeline => ({
  play: { kind: 'scenario', name: 'handshake', part: 0 },
  seed: 1,
  acts,
})

const PAIR: Timeline['play'] = {
  kind: 'sandbox',
  topology: {
    nodes: ['left', 'right'].map((name, x) => ({ name, kind: 'host' as const, x, y: 0, sysctl: {} })),
    links: [
      { left: 'left', right: 'right', delay: 5000, rate: 0, loss: 0, duplicate: 0, reorder: 0, corrupt: 0, mtu: 1500 },
    ],
  },
}
const LISTEN: Act = { kind: 'listen', at: 0, host: 'right', port: 7, service: 'echo' }
const CONNECT: Act = { kind: 'connect', at: 0, host: 'left', to: 'right', port: 7 }
const sandbox = (...acts: Act[]): RunData => play({ play: PAIR, seed: 1, acts }).data

function all(data: RunData): Packet[] {
  const packets = new Packets(data.packets)
  return Array.from({ length: packets.count }, (_, i) => packets.at(i))
}
const portOf = (data: RunData) => Number(data.connections[0]?.endpoints[0].split(':').at(-1))
const states = (data: RunData, lane: number) => data.moves.filter((move) => move.lane === lane).map(({ to }) => to)

describe('hands on a packet', () => {
  it('a second one arrives, and is told from the first', () => {
    const { data } = play(handshake({ kind: 'duplicate', packet: 0 }))
    const copies = all(data).filter(({ marks }) => marks & MARKS.duplicate)
    expect(copies).toHaveLength(1)
    expect(copies[0]?.flags).toBe(SYN)
    expect(copies[0]?.sentAt).toBe(0)
  })

  it('one bit turned over: the segment is dropped and comes again', () => {
    const { data } = play(handshake({ kind: 'corrupt', packet: 0, bit: 8 * 24 }))
    const [first, second] = all(data)
    expect(first?.marks).toBe(MARKS.corrupted | MARKS.touched)
    expect(second?.flags).toBe(SYN)
    expect(second?.sentAt).toBe(1_000_000)
  })

  it('held back, it arrives so much later', () => {
    const [first] = all(play(handshake({ kind: 'delay', packet: 0, by: 7000 })).data)
    expect((first?.arrivedAt ?? 0) - (first?.sentAt ?? 0)).toBe(17_000)
  })

  it('the same acts make the same run; without them nothing is different', () => {
    const acts: Act[] = [{ kind: 'lose', packet: 1, at: 12_000 }]
    expect(play(handshake(...acts)).world.trace.hash).toBe(play(handshake(...acts)).world.trace.hash)
    expect(play(handshake(...acts)).world.trace.hash).not.toBe(play(handshake()).world.trace.hash)
  })
})

describe('hands on machines and wires', () => {
  it('an echo server, a client that writes and closes: both ends close in order', () => {
    const port = portOf(sandbox(LISTEN, CONNECT))
    const use = { host: 'left', port, peerPort: 7 }
    const data = sandbox(
      LISTEN,
      CONNECT,
      { kind: 'write', at: 100_000, ...use, bytes: 5000 },
      { kind: 'close', at: 300_000, ...use },
    )
    // The server's FIN comes with its ACK.
    expect(states(data, 0)).toEqual(['SYN-SENT', 'ESTABLISHED', 'FIN-WAIT-1', 'TIME-WAIT', 'CLOSED'])
    expect(states(data, 1)).toEqual(['SYN-RECEIVED', 'ESTABLISHED', 'CLOSE-WAIT', 'LAST-ACK', 'CLOSED'])
    const echoed = all(data).filter(({ from, length }) => from === 1 && length > 0)
    expect(echoed.reduce((sum, { length }) => sum + length, 0)).toBe(5000)
    expect(data.deeds.map(({ text }) => text.en)).toEqual([
      'listens on 7 (echo)',
      'connects to right:7',
      'writes 5000 B',
      'closes',
    ])
  })

  it('a reader that stops closes the window; once it reads on, the rest comes', () => {
    const port = portOf(sandbox(LISTEN, CONNECT))
    const server = { host: 'right', port: 7, peerPort: port }
    const write: Act = { kind: 'write', at: 200_000, host: 'left', port, peerPort: 7, bytes: 3_000_000 }
    const data = sandbox(LISTEN, CONNECT, { kind: 'stop-reading', at: 100_000, ...server }, write, {
      kind: 'read-on',
      at: 5_000_000,
      ...server,
    })
    const zero = all(data).filter(
      ({ from, window, flags }) => from === 1 && window === 0 && (flags & (SYN | RST)) === 0,
    )
    expect(zero.length).toBeGreaterThan(0)
    const echoed = all(data).filter(
      ({ from, length, marks }) => from === 1 && length > 0 && (marks & MARKS.retransmission) === 0,
    )
    expect(echoed.reduce((sum, { length }) => sum + length, 0)).toBe(3_000_000)
  })

  it('a source goes on as long as its client reads, until there are too many packets', () => {
    const data = sandbox({ ...LISTEN, service: 'source' }, CONNECT)
    expect(all(data).length).toBeGreaterThanOrEqual(MOST_PACKETS)
  })

  it('a cable that is pulled loses what comes, until it is plugged in', () => {
    const data = sandbox(LISTEN, { kind: 'unplug', at: 0, link: 0 }, CONNECT, { kind: 'plug', at: 1_500_000, link: 0 })
    const syns = all(data).filter(({ flags }) => flags === SYN)
    expect(syns.map(({ sentAt, marks }) => [sentAt, (marks & MARKS.lost) !== 0])).toEqual([
      [0, true],
      [1_000_000, true],
      [3_000_000, false],
    ])
  })

  it('a machine without power forgets, and answers RST when it is back', () => {
    const port = portOf(sandbox(LISTEN, CONNECT))
    const data = sandbox(
      LISTEN,
      CONNECT,
      { kind: 'crash', at: 100_000, host: 'right' },
      { kind: 'reboot', at: 200_000, host: 'right' },
      { kind: 'write', at: 300_000, host: 'left', port, peerPort: 7, bytes: 10 },
    )
    expect(all(data).at(-1)).toMatchObject({ from: 1, flags: RST })
    expect(states(data, 0).at(-1)).toBe('CLOSED')
  })

  it('what is done at a moment comes behind all else that happens then', () => {
    const { data } = play(handshake({ kind: 'crash', at: 10_000, host: 'server' }))
    // The SYN arrives at 10 ms, and its answer is under way when the power goes.
    expect(all(data)[1]).toMatchObject({ flags: SYN | ACK, sentAt: 10_000 })
    expect(states(data, 1)).toEqual(['SYN-RECEIVED'])
  })

  it('a forged RST with the right number ends a connection; drawn as from the wire, of nobody', () => {
    const open = sandbox(LISTEN, CONNECT)
    const port = portOf(open)
    const initial = open.connections[0]?.initial ?? [0, 0]
    const segment = {
      from: '10.0.1.1',
      to: '10.0.1.2',
      sourcePort: port,
      destinationPort: 7,
      seq: initial[0] + 1,
      ack: 0,
      flags: RST,
      window: 0,
      payload: '',
    }
    const data = sandbox(LISTEN, CONNECT, { kind: 'forge', at: 100_000, segment })
    expect(all(data).find(({ marks }) => marks & MARKS.forged)).toMatchObject({
      from: 0,
      to: 1,
      flags: RST,
      arrivedAt: 105_000,
    })
    expect(states(data, 1).at(-1)).toBe('CLOSED')
  })

  it('a setting is changed, and what cannot be says why', () => {
    const data = sandbox(
      { kind: 'sysctl', at: 0, host: 'left', name: 'tcp_sack', value: '0' },
      { kind: 'sysctl', at: 1, host: 'left', name: 'tcp_sacks', value: '0' },
      { kind: 'close', at: 2, host: 'left', port: 1, peerPort: 2 },
    )
    expect(data.deeds[0]?.text.en).toBe('tcp_sack = 0')
    expect(data.deeds[1]?.text.en).toMatch(/^tcp_sacks = 0: /)
    expect(data.deeds[2]?.text.en).toBe('closes: no application on left holds a connection from port 1 to port 2')
  })
})
