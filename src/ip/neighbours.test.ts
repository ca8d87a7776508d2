import { beforeEach, describe, expect, it } from 'vitest'
import { Address } from '../wire/address.ts'
import { Packet } from '../wire/packet.ts'
import type { Neighbour } from './neighbour.ts'
import { Neighbours } from './neighbours.ts'

const SECOND = 1_000_000
const MAC_A = Uint8Array.of(2, 0, 0, 0, 0, 1)
const MAC_B = Uint8Array.of(2, 0, 0, 0, 0, 2)
const PEER = new Address(0, 0, 0xffff, 1)

function packet(length: number): Packet {
  const made = new Packet()
  made.bytes = new Uint8Array(length).fill(length)
  made.end = length
  return made
}

describe('Neighbours', () => {
  let log: string[]
  let counters: { NeighQueueDrops: number; NeighResolveFails: number; NeighEvictions: number }
  let config: { gc_thresh3: number; unres_qlen_bytes: number }
  let table: Neighbours

  const link = {
    solicit: (neighbour: Neighbour, unicast: boolean) =>
      log.push(`solicit ${neighbour.address.w3} ${unicast ? 'unicast' : 'all'}`),
    resolved: (neighbour: Neighbour) => log.push(`resolved ${neighbour.waiting.map(({ bytes }) => bytes.length)}`),
    unreachable: (neighbour: Neighbour) =>
      log.push(`unreachable ${neighbour.waiting.map(({ bytes }) => bytes.length)}`),
  }

  beforeEach(() => {
    log = []
    counters = { NeighQueueDrops: 0, NeighResolveFails: 0, NeighEvictions: 0 }
    // A random number of 15 s makes the reachable time 30 s.
    config = { gc_thresh3: 4, unres_qlen_bytes: 1000 }
    table = new Neighbours(config, counters, link, () => 15 * SECOND)
  })

  it('asks, keeps what waits, and sends it once there is an answer', () => {
    const peer = table.find(PEER, 0)
    expect(table.use(peer, 0)).toBe(false)
    table.hold(peer, packet(10), 0)
    table.hold(peer, packet(20), 1)
    expect(table.deadline()).toBe(SECOND)
    expect(log).toEqual(['solicit 1 all'])
    table.advertised(PEER, MAC_A, true, true, 2)
    expect(log).toEqual(['solicit 1 all', 'resolved 10,20'])
    expect(peer.state).toBe('REACHABLE')
    expect(table.use(peer, 3)).toBe(true)
    expect(table.deadline()).toBe(Number.POSITIVE_INFINITY)
  })

  it('gives up after three tries, a second apart', () => {
    const peer = table.find(PEER, 0)
    table.hold(peer, packet(10), 0)
    for (let now = 0; now <= 3 * SECOND; now += SECOND / 4) table.tick(now)
    expect(log).toEqual(['solicit 1 all', 'solicit 1 all', 'solicit 1 all', 'unreachable 10'])
    expect(peer.state).toBe('GONE')
    expect(counters).toMatchObject({ NeighResolveFails: 1, NeighQueueDrops: 1 })
    expect(table.size).toBe(0)
    expect(table.find(PEER, 4 * SECOND)).not.toBe(peer)
  })

  it('probes a neighbour that is used while stale, after 5 s without a hint', () => {
    table.find(PEER, 0)
    table.advertised(PEER, MAC_A, true, true, 0)
    const peer = table.find(PEER, 0)
    expect(table.use(peer, 30 * SECOND - 1)).toBe(true)
    expect(peer.state).toBe('REACHABLE')
    expect(table.use(peer, 30 * SECOND)).toBe(true)
    expect(peer.state).toBe('DELAY')
    expect(table.deadline()).toBe(35 * SECOND)
    table.tick(35 * SECOND)
    expect(peer.state).toBe('PROBE')
    expect(log).toEqual(['solicit 1 unicast'])
    expect(table.use(peer, 35 * SECOND)).toBe(true)
    table.tick(36 * SECOND)
    table.tick(37 * SECOND)
    table.tick(38 * SECOND)
    expect(log).toEqual(['solicit 1 unicast', 'solicit 1 unicast', 'solicit 1 unicast', 'unreachable '])
    expect(peer.state).toBe('GONE')
  })

  it('believes a hint from above', () => {
    table.heard(PEER, MAC_A, true, 0)
    const peer = table.find(PEER, 0)
    expect(peer.state).toBe('STALE')
    table.use(peer, 0)
    table.reached(peer, 4 * SECOND)
    expect(peer.state).toBe('REACHABLE')
    table.tick(5 * SECOND)
    expect(log).toEqual([])
  })

  it('learns from requests only where asked to', () => {
    table.heard(PEER, MAC_A, false, 0)
    expect(table.size).toBe(0)
    table.advertised(PEER, MAC_A, true, true, 0)
    expect(table.size).toBe(0)
    table.heard(PEER, MAC_A, true, 0)
    expect(table.get(PEER)?.state).toBe('STALE')
  })

  it('takes another link address only from who may override (RFC 4861, 7.2.5)', () => {
    table.find(PEER, 0)
    table.advertised(PEER, MAC_A, true, true, 0)
    const peer = table.find(PEER, 0)
    table.advertised(PEER, MAC_B, true, false, 0)
    expect(peer).toMatchObject({ state: 'STALE', linkAddress: MAC_A })
    table.confirmed(PEER, 0)
    expect(peer.state).toBe('REACHABLE')
    table.advertised(PEER, MAC_A, false, true, 0)
    expect(peer.state).toBe('REACHABLE')
    table.advertised(PEER, MAC_B, false, true, 0)
    expect(peer).toMatchObject({ state: 'STALE', linkAddress: MAC_B })
    table.advertised(PEER, MAC_A, true, true, 0)
    expect(peer).toMatchObject({ state: 'REACHABLE', linkAddress: MAC_A })
  })

  it('answers to an unsolicited advertisement while it asks, without counting it as reachable', () => {
    const peer = table.find(PEER, 0)
    table.hold(peer, packet(10), 0)
    table.confirmed(PEER, 0)
    expect(peer.state).toBe('INCOMPLETE')
    table.advertised(PEER, MAC_A, false, false, 0)
    expect(peer.state).toBe('STALE')
    expect(log.at(-1)).toBe('resolved 10')
  })

  it('is bounded: the longest unused makes room', () => {
    const peers = Array.from({ length: 4 }, (_, i) => table.find(new Address(0, 0, 0xffff, i), i))
    table.use(peers[0], 10)
    table.find(new Address(0, 0, 0xffff, 9), 11)
    expect(table.size).toBe(4)
    expect(peers.map(({ state }) => state)).toEqual(['INCOMPLETE', 'GONE', 'INCOMPLETE', 'INCOMPLETE'])
    expect(counters.NeighEvictions).toBe(1)
  })

  it('follows changes of its bounds', () => {
    for (let i = 0; i < 4; i += 1) table.find(new Address(0, 0, 0xffff, i), i)
    config.gc_thresh3 = 2
    const last = table.find(new Address(0, 0, 0xffff, 9), 11)
    expect(table.size).toBe(2)
    config.unres_qlen_bytes = 10
    table.hold(last, packet(11), 12)
    expect(counters.NeighQueueDrops).toBe(1)
  })

  it('bounds what waits; the oldest of the same neighbour goes first (RFC 4861, 7.2.2)', () => {
    const peer = table.find(PEER, 0)
    for (let i = 1; i <= 5; i += 1) table.hold(peer, packet(300 + i), 0)
    const other = table.find(new Address(0, 0, 0xffff, 2), 0)
    table.hold(other, packet(500), 0)
    table.hold(other, packet(2000), 0)
    expect(counters.NeighQueueDrops).toBe(4)
    table.advertised(PEER, MAC_A, true, true, 0)
    expect(log.at(-1)).toBe('resolved 303,304,305')
    table.hold(other, packet(900), 0)
    table.clear()
    expect(counters.NeighQueueDrops).toBe(5)
    expect(table.size).toBe(0)
    for (let i = 0; i < 200; i += 1) table.hold(table.find(PEER, 0), packet(1), 0)
    expect(counters.NeighQueueDrops).toBe(5 + 72)
  })
})
