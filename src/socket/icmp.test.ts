import { describe, expect, it } from 'vitest'
import {
  ICMP_FRAGMENTATION_NEEDED,
  ICMP_HOST_UNREACHABLE,
  ICMP_PORT_UNREACHABLE,
  ICMP_PROHIBITED,
  ICMP_PROTOCOL_UNREACHABLE,
  ICMP_UNREACHABLE,
  ICMPV6_ADDRESS_UNREACHABLE,
  ICMPV6_PACKET_TOO_BIG,
  ICMPV6_PORT_UNREACHABLE,
  ICMPV6_PROHIBITED,
  ICMPV6_UNREACHABLE,
} from '../wire/icmp.ts'
import { ACK, SYN } from '../wire/tcp.ts'
import { listen } from './server-socket.ts'
import { connect, type StreamSocket } from './stream-socket.ts'
import { OURS_V4, OURS_V6, PEER_V4, PEER_V6, type Sent, TapHost } from './tap-host.testkit.ts'

const SECOND = 1_000_000

const families = [
  { name: 'IPv4', peer: PEER_V4, ours: OURS_V4, headers: 40 },
  { name: 'IPv6', peer: PEER_V6, ours: OURS_V6, headers: 60 },
]

/** A socket that has sent its SYN. */
function opening(it: TapHost, peer: string): { socket: StreamSocket; syn: Sent } {
  const socket = connect(it.host, { address: peer, port: 80 })
  it.turn()
  const [syn] = it.sent()
  if (syn === undefined) throw new Error('no SYN')
  return { socket, syn }
}

/** A connection with segments of `mss` bytes from a listener, whose peer numbers from 1; `first`: our first number of data. */
function established(it: TapHost, peer: string, ours: string, mss = 1460) {
  const server = listen(it.host, { port: 80 })
  it.segment({ flags: SYN, seq: 0, mss, sackPermitted: true, windowScale: 7 }, peer, ours)
  const first = ((it.sent()[0]?.segment.seq ?? 0) + 1) >>> 0
  it.segment({ flags: ACK, seq: 1, ack: first }, peer, ours)
  const socket = server.accept()
  if (socket === null) throw new Error('nothing to accept')
  return { socket, first }
}

describe.each(families)('ICMP to a connection over $name', ({ name, peer, ours, headers }) => {
  const v4 = name === 'IPv4'
  const tooBig = (it: TapHost, mtu: number, quoted: Uint8Array) => {
    if (v4) it.icmp(ICMP_UNREACHABLE, ICMP_FRAGMENTATION_NEEDED, mtu, quoted)
    else it.icmp(ICMPV6_PACKET_TOO_BIG, 0, mtu, quoted)
  }
  const unreachable = (it: TapHost, codeV4: number, codeV6: number, quoted: Uint8Array) => {
    if (v4) it.icmp(ICMP_UNREACHABLE, codeV4, 0, quoted)
    else it.icmp(ICMPV6_UNREACHABLE, codeV6, 0, quoted)
  }

  it('SHLD-26, MUST-54: port unreachable ends an attempt to open: ECONNREFUSED', () => {
    const it = new TapHost()
    const { socket, syn } = opening(it, peer)
    unreachable(it, ICMP_PORT_UNREACHABLE, ICMPV6_PORT_UNREACHABLE, syn.packet)
    expect([socket.state, socket.error]).toEqual(['CLOSED', 'ECONNREFUSED'])
    expect([...it.host.tcp.connections()]).toEqual([])
  })

  it('MUST-56, SHLD-25: host unreachable does not; when the attempt times out it is why', () => {
    const it = new TapHost()
    const { socket, syn } = opening(it, peer)
    unreachable(it, ICMP_HOST_UNREACHABLE, ICMPV6_ADDRESS_UNREACHABLE, syn.packet)
    expect(socket.state).toBe('SYN-SENT')
    for (let i = 0; i < 130; i += 1) it.turn(SECOND)
    expect([socket.state, socket.error]).toEqual(['CLOSED', 'EHOSTUNREACH'])
  })

  it('RFC 5927 4.1: what quotes a number that is not in flight is forged, and ignored', () => {
    const it = new TapHost()
    const { socket, syn } = opening(it, peer)
    const forged = syn.packet.slice()
    const at = syn.ip.payloadStart + 4
    forged[at] = (forged[at] ?? 0) ^ 0x80
    unreachable(it, ICMP_PORT_UNREACHABLE, ICMPV6_PORT_UNREACHABLE, forged)
    tooBig(it, 1280, forged)
    expect(socket.state).toBe('SYN-SENT')
    expect(it.host.stats()).toMatchObject({ TcpExtOutOfWindowIcmps: 2, IcmpInErrors: 0, PathMtuReductions: 0 })
    forged.set(syn.packet.subarray(at, at + 4), at)
    // Another port: no connection of ours.
    forged[syn.ip.payloadStart + 3] = 81
    unreachable(it, ICMP_PORT_UNREACHABLE, ICMPV6_PORT_UNREACHABLE, forged)
    expect(it.host.stats().IcmpInErrors).toBe(1)
    expect(socket.state).toBe('SYN-SENT')
  })

  it('a hard error does not end what is established (RFC 5927 5)', () => {
    const it = new TapHost()
    const { socket } = established(it, peer, ours)
    socket.write(new Uint8Array(100))
    it.turn()
    const [sent] = it.sent()
    if (sent === undefined) throw new Error('nothing sent')
    unreachable(it, ICMP_PORT_UNREACHABLE, ICMPV6_PORT_UNREACHABLE, sent.packet)
    if (v4) it.icmp(ICMP_UNREACHABLE, ICMP_PROTOCOL_UNREACHABLE, 0, sent.packet)
    expect([socket.state, socket.error]).toEqual(['ESTABLISHED', ''])
    for (let i = 0; i < 1200; i += 1) it.turn(SECOND)
    expect([socket.state, socket.error]).toEqual(['CLOSED', 'ECONNREFUSED'])
  })

  it('a half-open connection that cannot be answered is given up by a hard error', () => {
    const it = new TapHost()
    listen(it.host, { port: 80 })
    it.segment({ flags: SYN, seq: 0 }, peer, ours)
    const [answer] = it.sent()
    if (answer === undefined) throw new Error('no SYN,ACK')
    unreachable(it, ICMP_PORT_UNREACHABLE, ICMPV6_PORT_UNREACHABLE, answer.packet)
    expect([...it.host.tcp.connections()]).toEqual([])
    expect(it.host.tcp.listening()[0]?.halfOpen.size).toBe(0)
  })

  it('packet too big: what was lost goes again at once in smaller segments (RFC 1191, 8201)', () => {
    const it = new TapHost()
    const { socket, first } = established(it, peer, ours)
    socket.write(new Uint8Array(4000))
    it.turn()
    const large = it.sent()
    expect(large.map((sent) => sent.segment.payloadLength)).toEqual([
      1500 - headers,
      1500 - headers,
      4000 - 2 * (1500 - headers),
    ])
    expect(large[0]?.ip.dontFragment || !v4).toBe(true)
    tooBig(it, 1300, large[0]?.packet ?? new Uint8Array())
    const again = it.sent()
    expect(it.host.stats()).toMatchObject({ PathMtuReductions: 1, TcpExtTCPTimeouts: 0 })
    expect(Math.max(...again.map((sent) => sent.segment.payloadLength))).toBe(1300 - headers)
    expect(again[0]?.segment.seq).toBe(first)
    const covered = again.reduce((sum, sent) => sum + sent.segment.payloadLength, 0)
    expect(covered).toBeGreaterThanOrEqual(2 * (1500 - headers))
    expect(socket.tcpInfo().tcpi_pmtu).toBe(1300)
    // The others tell the same, and nothing more goes for that.
    tooBig(it, 1300, large[1]?.packet ?? new Uint8Array())
    expect(it.sent()).toEqual([])
    // A new connection knows the path; ten minutes later it is tried anew.
    const { syn } = opening(it, peer)
    expect(syn.segment.mss).toBe(1300 - headers)
    it.turn(601 * SECOND)
    it.sent()
    expect(opening(it, peer).syn.segment.mss).toBe(1500 - headers)
  })

  it('through a router with a narrow way on, a transfer goes on', () => {
    const it = new TapHost()
    const { socket, first } = established(it, peer, ours)
    const total = 200_000
    let written = 0
    const there = new Uint8Array(total + 1)
    let arrived = 0
    let drops = 0
    for (let turn = 0; turn < 3000 && arrived < total; turn += 1) {
      if (written < total) written += socket.write(new Uint8Array(Math.min(50_000, total - written)))
      it.turn(10_000)
      let news = false
      for (const sent of it.sent()) {
        if (sent.packet.length > 1280) {
          drops += 1
          tooBig(it, 1280, sent.packet)
        } else {
          const at = (sent.segment.seq - first) >>> 0
          there.fill(1, at, at + sent.segment.payloadLength)
          news = true
        }
      }
      arrived = there.indexOf(0, arrived)
      if (news) it.segment({ flags: ACK, seq: 1, ack: (first + arrived) >>> 0, window: 1000 }, peer, ours)
    }
    expect(arrived).toBe(total)
    expect(drops).toBeGreaterThan(0)
    expect(drops).toBeLessThan(20)
    expect(it.host.stats().TcpExtTCPTimeouts).toBe(0)
  })

  it('an MTU that no link has, or that is larger than ours, changes nothing', () => {
    const it = new TapHost()
    const { socket } = established(it, peer, ours)
    socket.write(new Uint8Array(3000))
    it.turn()
    const [sent] = it.sent()
    if (sent === undefined) throw new Error('nothing sent')
    tooBig(it, v4 ? 67 : 1279, sent.packet)
    tooBig(it, 9000, sent.packet)
    expect(it.sent()).toEqual([])
    expect(socket.tcpInfo().tcpi_pmtu).toBe(1500)
  })
})

describe('ICMP over IPv4', () => {
  it('a path below min_pmtu is not followed: packets may be cut on the way (as Linux: rt_mtu_locked)', () => {
    const it = new TapHost()
    const { socket } = established(it, PEER_V4, OURS_V4)
    socket.write(new Uint8Array(3000))
    it.turn()
    const [sent] = it.sent()
    it.icmp(ICMP_UNREACHABLE, ICMP_FRAGMENTATION_NEEDED, 100, sent?.packet ?? new Uint8Array())
    const again = it.sent()
    expect(Math.max(...again.map((each) => each.packet.length))).toBe(552)
    expect(again.some((each) => each.ip.dontFragment)).toBe(false)
  })
})

it.each([
  ['IPv4', PEER_V4, ICMP_UNREACHABLE, ICMP_PROHIBITED, 'EHOSTUNREACH'],
  ['IPv6', PEER_V6, ICMPV6_UNREACHABLE, ICMPV6_PROHIBITED, 'EACCES'],
])('prohibited ends an attempt to open over %s with the errno of Linux', (_name, peer, type, code, errno) => {
  const it = new TapHost()
  const { socket, syn } = opening(it, peer)
  it.icmp(type, code, 0, syn.packet)
  expect([socket.state, socket.error]).toEqual(['CLOSED', errno])
})
