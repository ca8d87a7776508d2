import { describe, expect, it } from 'vitest'
import {
  ICMP_HOST_UNREACHABLE,
  ICMP_NETWORK_UNREACHABLE,
  ICMP_PARAMETER_PROBLEM,
  ICMP_PORT_UNREACHABLE,
  ICMP_PROTOCOL_UNREACHABLE,
  ICMP_SOURCE_QUENCH,
  ICMP_SOURCE_ROUTE_FAILED,
  ICMP_TIME_EXCEEDED,
  ICMP_UNREACHABLE,
  ICMPV6_ADDRESS_UNREACHABLE,
  ICMPV6_NO_ROUTE,
  ICMPV6_PARAMETER_PROBLEM,
  ICMPV6_PORT_UNREACHABLE,
  ICMPV6_TIME_EXCEEDED,
  ICMPV6_UNREACHABLE,
} from '../wire/icmp.ts'
import { ACK, SYN } from '../wire/tcp.ts'
import { listen } from './server-socket.ts'
import { connect, SOFT_ERROR, type StreamSocket } from './stream-socket.ts'
import { OURS_V4, OURS_V6, PEER_V4, PEER_V6, type Sent, TapHost } from './tap-host.testkit.ts'

const SECOND = 1_000_000

/** A connection with ten octets in flight, in the segment returned, and what its owner is told. */
function sending(it: TapHost, peer: string, options = {}): { socket: StreamSocket; sent: Sent; events: number[] } {
  const server = listen(it.host, { port: 80 })
  it.segment({ flags: SYN, seq: 0, mss: 1400 }, peer, peer === PEER_V4 ? OURS_V4 : OURS_V6)
  const ack = ((it.sent()[0]?.segment.seq ?? 0) + 1) >>> 0
  it.segment({ flags: ACK, seq: 1, ack }, peer, peer === PEER_V4 ? OURS_V4 : OURS_V6)
  const socket = server.accept()
  if (socket === null) throw new Error('nothing to accept')
  for (const [name, value] of Object.entries<number>(options)) socket.setOption(name as 'IP_RECVERR', value)
  socket.write(new Uint8Array(10))
  it.turn()
  const [sent] = it.sent()
  if (sent === undefined) throw new Error('nothing sent')
  const events: number[] = []
  socket.onevent = (bits) => events.push(bits)
  return { socket, sent, events }
}

/** A connection being opened, and its SYN. */
function opening(it: TapHost, peer: string, port = 80): { socket: StreamSocket; syn: Sent } {
  const socket = connect(it.host, { address: peer, port })
  it.turn()
  const [syn] = it.sent()
  if (syn === undefined) throw new Error('no SYN')
  return { socket, syn }
}

/** The errors that RFC 9293, 3.9.2.2 calls soft, and what they are called. */
const SOFT: readonly (readonly [string, number, number, string])[] = [
  [PEER_V4, ICMP_UNREACHABLE, ICMP_NETWORK_UNREACHABLE, 'ENETUNREACH'],
  [PEER_V4, ICMP_UNREACHABLE, ICMP_HOST_UNREACHABLE, 'EHOSTUNREACH'],
  [PEER_V4, ICMP_UNREACHABLE, ICMP_SOURCE_ROUTE_FAILED, 'EOPNOTSUPP'],
  [PEER_V4, ICMP_TIME_EXCEEDED, 0, 'EHOSTUNREACH'],
  [PEER_V4, ICMP_TIME_EXCEEDED, 1, 'EHOSTUNREACH'],
  [PEER_V4, ICMP_PARAMETER_PROBLEM, 0, 'EPROTO'],
  [PEER_V6, ICMPV6_UNREACHABLE, ICMPV6_NO_ROUTE, 'ENETUNREACH'],
  [PEER_V6, ICMPV6_UNREACHABLE, ICMPV6_ADDRESS_UNREACHABLE, 'EHOSTUNREACH'],
  [PEER_V6, ICMPV6_TIME_EXCEEDED, 0, 'EHOSTUNREACH'],
  [PEER_V6, ICMPV6_TIME_EXCEEDED, 1, 'EHOSTUNREACH'],
  [PEER_V6, ICMPV6_PARAMETER_PROBLEM, 0, 'EPROTO'],
  [PEER_V6, ICMPV6_PARAMETER_PROBLEM, 1, 'EPROTO'],
  [PEER_V6, ICMPV6_PARAMETER_PROBLEM, 2, 'EPROTO'],
]

describe.each(SOFT)('a soft error of ICMP from %s, type %i, code %i', (peer, type, code, errno) => {
  it('MUST-56: does not end an attempt to open, and SHLD-25: is there to be asked', () => {
    const it = new TapHost()
    const { socket, syn } = opening(it, peer)
    it.icmp(type, code, 0, syn.packet)
    expect([socket.state, socket.error, socket.softError]).toEqual(['SYN-SENT', '', errno])
  })

  it('MUST-56: does not end a connection', () => {
    const it = new TapHost()
    const { socket, sent } = sending(it, peer)
    it.icmp(type, code, 0, sent.packet)
    expect([socket.state, socket.error, socket.softError]).toEqual(['ESTABLISHED', '', errno])
  })

  it('MUST-47: is told to who has asked for it by IP_RECVERR, and SHLD-20: to no one else', () => {
    for (const asked of [0, 1]) {
      const it = new TapHost()
      const { socket, sent, events } = sending(it, peer, { IP_RECVERR: asked })
      expect(socket.getOption('IP_RECVERR')).toBe(asked)
      it.icmp(type, code, 0, sent.packet)
      expect(events).toEqual(asked === 1 ? [SOFT_ERROR] : [])
    }
  })
})

describe('hard errors of ICMP', () => {
  it.each([
    [PEER_V4, ICMP_UNREACHABLE, ICMP_PROTOCOL_UNREACHABLE],
    [PEER_V4, ICMP_UNREACHABLE, ICMP_PORT_UNREACHABLE],
    [PEER_V6, ICMPV6_UNREACHABLE, ICMPV6_PORT_UNREACHABLE],
  ])('SHLD-26: from %s, type %i, code %i end an attempt to open', (peer, type, code) => {
    const it = new TapHost()
    const { socket, syn } = opening(it, peer)
    it.icmp(type, code, 0, syn.packet)
    expect([socket.state, socket.error]).toEqual(['CLOSED', 'ECONNREFUSED'])
  })
})

describe('RFC 9293 3.9.2.2: whose error it is', () => {
  it.each([PEER_V4, PEER_V6])(
    'MUST-54: that of the connection whose segment is quoted, and of no other (%s)',
    (peer) => {
      const it = new TapHost()
      const first = opening(it, peer, 80)
      const second = opening(it, peer, 81)
      const [type, code] = peer === PEER_V4 ? [ICMP_UNREACHABLE, 3] : [ICMPV6_UNREACHABLE, 4]
      it.icmp(type, code, 0, second.syn.packet)
      expect([first.socket.state, second.socket.state]).toEqual(['SYN-SENT', 'CLOSED'])
    },
  )
})

describe('RFC 9293 3.9.2.2, RFC 6633: Source Quench', () => {
  it('MUST-55: changes nothing and is told to nobody', () => {
    const it = new TapHost()
    const { socket, sent, events } = sending(it, PEER_V4, { IP_RECVERR: 1 })
    const before = socket.tcpInfo()
    it.icmp(ICMP_SOURCE_QUENCH, 0, 0, sent.packet)
    expect([it.sent(), events, socket.softError, socket.error]).toEqual([[], [], '', ''])
    expect(socket.tcpInfo()).toEqual(before)
    const { socket: other, syn } = opening(it, PEER_V4)
    it.icmp(ICMP_SOURCE_QUENCH, 0, 0, syn.packet)
    it.turn(SECOND / 2)
    expect([other.state, other.softError]).toEqual(['SYN-SENT', ''])
  })
})
