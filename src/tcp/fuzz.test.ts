import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pattern } from '../sim/script/pattern.ts'
import { add } from '../wire/seq.ts'
import { ACK, TcpSegment } from '../wire/tcp.ts'
import { checkInvariants } from './invariants.testkit.ts'
import { Peer } from './peer.testkit.ts'
import { isArc, STATES } from './states.ts'

/** A number near one that matters: an offset to it, or anywhere at all. */
const near = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(0, 0, 0, 1, -1, 100, 1000, -1000) },
  { weight: 2, arbitrary: fc.integer({ min: -5000, max: 70_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: -0x80000000, max: 0x7fffffff }) },
)

const blow = fc.record({
  kind: fc.constant('segment' as const),
  flags: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(0x10, 0x10, 0x18, 0x11, 0x19, 0x30, 0x50, 0x90) },
    { weight: 1, arbitrary: fc.constantFrom(0x02, 0x12, 0x04, 0x14) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 0x1ff }) },
  ),
  seq: near,
  ack: near,
  ecn: fc.nat(3),
  ackFrom: fc.constantFrom('una', 'nxt'),
  window: fc.oneof(fc.constantFrom(0, 1, 257, 65_535), fc.integer({ min: 0, max: 65_535 })),
  urgent: fc.integer({ min: 0, max: 65_535 }),
  length: fc.oneof(fc.constantFrom(0, 0, 1, 1000), fc.integer({ min: 0, max: 9000 })),
  segmentSize: fc.constantFrom(0, 0, 1000),
  mss: fc.constantFrom(0, 1, 536, 1460, 65_535),
  windowScale: fc.constantFrom(-1, 0, 7, 14, 255),
  sackPermitted: fc.boolean(),
  timestamp: fc.oneof(fc.constant(0), fc.integer({ min: -10, max: 10 }), fc.integer({ min: 0, max: 0xffffffff })),
  hasTimestamps: fc.boolean(),
  sacks: fc.array(fc.tuple(near, fc.integer({ min: -100, max: 5000 })), { maxLength: 4 }),
})

const call = fc.record({
  kind: fc.constantFrom(
    'write',
    'read',
    'shutdown',
    'close',
    'abort',
    'urgent',
    'mss',
    'icmp',
    'keepalive',
    'wait',
    'wait',
    'write',
    'read',
  ),
  amount: fc.oneof(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 200_000 })),
})

type Event =
  | (typeof blow extends fc.Arbitrary<infer T> ? T : never)
  | (typeof call extends fc.Arbitrary<infer T> ? T : never)

function strike(peer: Peer, event: Event): void {
  const { connection, tcb, now } = peer
  const segment = new TcpSegment()
  switch (event.kind) {
    case 'segment': {
      if (!('flags' in event)) return
      segment.flags = event.flags
      segment.seq = add(tcb.rcv.nxt, event.seq)
      segment.ack = event.flags & ACK ? add(tcb.snd[event.ackFrom as 'una' | 'nxt'], event.ack) : 0
      segment.ecn = event.ecn
      segment.window = event.window
      segment.urgentPointer = event.urgent
      segment.mss = event.mss
      segment.windowScale = event.windowScale
      segment.sackPermitted = event.sackPermitted
      segment.hasTimestamps = event.hasTimestamps
      segment.tsVal = add(tcb.tsRecent, event.timestamp)
      segment.tsEcr = add(tcb.timestamp(now), event.timestamp)
      segment.sackCount = event.sacks.length
      event.sacks.forEach(([left, length], i) => {
        segment.sackEdges[2 * i] = add(tcb.snd.una, left)
        segment.sackEdges[2 * i + 1] = add(tcb.snd.una, left + length)
      })
      segment.bytes = pattern(0, event.length)
      segment.payloadLength = event.length
      segment.segmentSize = event.segmentSize
      connection.receive(segment, now)
      return
    }
    default:
      if ('amount' in event) use(peer, event.kind, event.amount)
  }
}

function use(peer: Peer, kind: string, amount: number): void {
  const { connection, now } = peer
  const bytes = new Uint8Array(Math.min(amount, 100_000))
  if (kind === 'write') connection.write(bytes, 0, bytes.length)
  else if (kind === 'read') connection.read(bytes, 0, bytes.length, now)
  else if (kind === 'shutdown') connection.shutdown()
  else if (kind === 'close') connection.close(now)
  else if (kind === 'abort') connection.abort()
  else if (kind === 'urgent') connection.markUrgent()
  else if (kind === 'mss') connection.setPathMss(40 + (amount % 9000), now)
  else if (kind === 'icmp')
    connection.icmpError('EHOSTUNREACH', add(connection.tcb.snd.una, amount % 100), amount % 2 === 0)
  else if (kind === 'keepalive') connection.setKeepAlive(amount % 2 === 0, now)
  else peer.skip(amount * 50)
}

describe('whatever arrives, whenever', () => {
  const alive = STATES.filter((state) => state !== 'CLOSED')
  const numbers = fc.oneof(
    fc.constantFrom(0xffffffff, 0xfffffff0, 0xffff0000, 0),
    fc.integer({ min: 0, max: 0xffffffff }),
  )
  const options = fc.constantFrom(
    'mss 1000,sackOK,wscale 7',
    'mss 1000',
    'mss 1000,wscale 14',
    'mss 88,sackOK,TS val 1 ecr 0,wscale 0',
  )
  const events = fc.array(fc.oneof({ weight: 3, arbitrary: blow }, call), { minLength: 1, maxLength: 40, size: 'max' })
  /** Pages of memory: enough, little, none. */
  const pages = fc.constantFrom<[number, number, number]>([49_152, 65_536, 98_304], [4, 8, 16], [0, 0, 0])
  const life = fc.tuple(fc.constantFrom(...alive), numbers, numbers, options, pages, fc.boolean(), events)

  it('never throws, moves along arcs alone, keeps its bounds, and has given back all memory in the end', () => {
    const runs = Number(process.env.RUNS ?? 1500)
    fc.assert(
      fc.property(life, ([state, iss, peerIss, options, tcp_mem, ecn, events]) => {
        const peer = Peer.reach(state, { iss, peerIss, options, verify: false, config: { tcp_mem } })
        peer.tcb.ecn.begin(ecn)
        for (const event of events) {
          strike(peer, event)
          expect(peer.poll().length).toBeLessThan(2000)
          checkInvariants(peer.tcb)
          peer.skip(0)
          checkInvariants(peer.tcb)
        }
        for (let i = 1; i < peer.states.length; i += 1) {
          const [from, to] = [peer.states[i - 1], peer.states[i]]
          if (from === undefined || to === undefined || !isArc(from, to)) throw new Error(`${from} to ${to}`)
        }
        peer.connection.abort()
        expect([peer.tcb.memory.allocated, peer.tcb.memory.pool.holders]).toEqual([0, 0])
      }),
      { numRuns: runs },
    )
  })

  it('left alone after that, an orphan comes to its end', () => {
    fc.assert(
      fc.property(life, ([state, iss, peerIss, options, tcp_mem, ecn, events]) => {
        const peer = Peer.reach(state, { iss, peerIss, options, verify: false, config: { tcp_mem } })
        peer.tcb.ecn.begin(ecn)
        for (const event of events) {
          strike(peer, event)
          peer.poll()
        }
        peer.connection.close(peer.now)
        peer.poll()
        for (let i = 0; i < 200 && peer.connection.deadline() < Number.POSITIVE_INFINITY; i += 1) {
          peer.skip(Math.max(0, peer.connection.deadline() - peer.now))
        }
        expect(peer.state).toMatch(/CLOSED|LISTEN/)
        expect([peer.tcb.memory.allocated, peer.tcb.memory.pool.holders]).toEqual([0, 0])
      }),
      { numRuns: Number(process.env.RUNS ?? 400) },
    )
  })
})
