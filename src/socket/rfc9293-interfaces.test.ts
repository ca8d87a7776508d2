import { describe, expect, it } from 'vitest'
import { address } from '../stack/host.ts'
import { Tap } from '../stack/tap.ts'
import { writeU16 } from '../wire/bytes.ts'
import { fold, sum } from '../wire/checksum.ts'
import { ACK, FIN, PSH, RST, SYN } from '../wire/tcp.ts'
import { listen } from './server-socket.ts'
import { connect, type StreamSocket } from './stream-socket.ts'
import { OURS_V4, OURS_V6, PEER_V4, PEER_V6, TapHost, tcpPacket } from './tap-host.testkit.ts'
import { codeOf } from './world.testkit.ts'

const SECOND = 1_000_000
const OTHER_V4 = '192.0.2.3'

const families = [
  { name: 'IPv4', peer: PEER_V4, ours: OURS_V4 },
  { name: 'IPv6', peer: PEER_V6, ours: OURS_V6 },
]

/** A connection from a listener; the peer numbers from 1, we from `first`. */
function established(it: TapHost, peer = PEER_V4, ours = OURS_V4): { socket: StreamSocket; first: number } {
  const server = listen(it.host, { port: 80 })
  it.segment({ flags: SYN, seq: 0, mss: 1460 }, peer, ours)
  const first = ((it.sent()[0]?.segment.seq ?? 0) + 1) >>> 0
  it.segment({ flags: ACK, seq: 1, ack: first }, peer, ours)
  const socket = server.accept()
  if (socket === null) throw new Error('nothing to accept')
  return { socket, first }
}

/** The IPv4 packet with `options` in its header and `tos` as its type of service. */
function withHeader(packet: Uint8Array, options: readonly number[], tos = 0): Uint8Array {
  const length = 20 + options.length
  const bytes = new Uint8Array(packet.length + options.length)
  bytes.set(packet.subarray(0, 20))
  bytes.set(options, 20)
  bytes.set(packet.subarray(20), length)
  bytes[0] = 0x40 | (length / 4)
  bytes[1] = tos
  writeU16(bytes, 2, bytes.length)
  writeU16(bytes, 10, 0)
  writeU16(bytes, 10, ~fold(sum(bytes, 0, length, 0)) & 0xffff)
  return bytes
}

describe('RFC 9293 3.9.1.1: OPEN', () => {
  it('MUST-43: active, from the local address that is named', () => {
    const it = new TapHost()
    it.host.addAddress(`${OTHER_V4}/24`, it.tap)
    const socket = connect(it.host, { address: PEER_V4, port: 80, localAddress: OTHER_V4 })
    it.turn()
    expect(it.sent()[0]?.ip.source.equals(address(OTHER_V4))).toBe(true)
    expect(socket.localAddress).toBe(OTHER_V4)
    expect(codeOf(() => connect(it.host, { address: PEER_V4, port: 80, localAddress: '192.0.2.77' }))).toBe(
      'EADDRNOTAVAIL',
    )
  })

  it('MUST-43: passive, at the local address that is named, else at any', () => {
    const it = new TapHost()
    it.host.addAddress(`${OTHER_V4}/24`, it.tap)
    const named = listen(it.host, { port: 80, address: OTHER_V4 })
    listen(it.host, { port: 81 })
    for (const [to, destinationPort, flags] of [
      [OURS_V4, 80, RST | ACK],
      [OTHER_V4, 80, SYN | ACK],
      [OURS_V4, 81, SYN | ACK],
      [OTHER_V4, 81, SYN | ACK],
    ] as const) {
      it.segment({ flags: SYN, seq: 0, destinationPort }, PEER_V4, to)
      const [answer] = it.sent()
      expect(answer?.segment.flags).toBe(flags)
      expect(answer?.ip.source.equals(address(to))).toBe(true)
    }
    expect(named.address).toBe(OTHER_V4)
  })

  it('MUST-44: where none is named IP chooses it by the way, before the SYN goes', () => {
    const it = new TapHost()
    const second = new Tap()
    it.host.addDevice(second)
    it.host.addAddress('198.51.100.2/24', second)
    const here = connect(it.host, { address: PEER_V4, port: 80 })
    const there = connect(it.host, { address: '198.51.100.1', port: 80 })
    it.host.addRoute('203.0.113.0/24', second, '198.51.100.1')
    const beyond = connect(it.host, { address: '203.0.113.9', port: 80 })
    expect([here, there, beyond].map((each) => each.localAddress)).toEqual([OURS_V4, '198.51.100.2', '198.51.100.2'])
    it.turn()
    expect(it.sent().map(({ ip }) => ip.source.equals(address(OURS_V4)))).toEqual([true])
  })

  it('MUST-45: all segments of a connection have one local address, whatever becomes of the way', () => {
    const it = new TapHost()
    it.host.addAddress(`${OTHER_V4}/24`, it.tap)
    listen(it.host, { port: 80 })
    it.segment({ flags: SYN, seq: 0 }, PEER_V4, OTHER_V4)
    const second = new Tap()
    it.host.addDevice(second)
    it.host.addAddress('203.0.113.2/24', second)
    it.host.addRoute(`${PEER_V4}/32`, it.tap)
    it.turn(SECOND)
    const all = it.sent()
    const ack = ((all[0]?.segment.seq ?? 0) + 1) >>> 0
    it.segment({ flags: ACK, seq: 1, ack }, PEER_V4, OTHER_V4)
    it.segment({ flags: ACK | PSH, seq: 1, ack, payloadLength: 5 }, PEER_V4, OTHER_V4)
    all.push(...it.sent())
    // The SYN,ACK, the SYN,ACK again, an ACK.
    expect(all.length).toBe(3)
    for (const { ip } of all) expect(ip.source.equals(address(OTHER_V4))).toBe(true)
  })

  it.each(['0.0.0.0', '::'])('MUST-46: towards %s, which is nobody, is an error', (to) => {
    expect(codeOf(() => connect(new TapHost().host, { address: to, port: 80 }))).toBe('ENETUNREACH')
  })
})

describe('RFC 9293 3.9.1.4: CLOSE', () => {
  it('MAY-1: after it nothing can be read, and what comes is refused', () => {
    const it = new TapHost()
    const { socket, first } = established(it)
    socket.close()
    it.turn()
    it.sent()
    expect(codeOf(() => socket.read(new Uint8Array(10)))).toBe('EBADF')
    it.segment({ flags: ACK | PSH, seq: 1, ack: first + 1, payloadLength: 5 })
    expect(it.sent().map(({ segment }) => segment.flags)).toEqual([RST])
  })
})

describe.each(families)('RFC 9293 3.9.1.9 over $name: Differentiated Services', ({ name, peer, ours }) => {
  it('MUST-48, SHLD-22: SYN, text, ACK, FIN and RST have the field that the user has set, as it was set', () => {
    const it = new TapHost()
    const socket = connect(it.host, { address: peer, port: 80, options: { IP_TOS: 0xb8 } })
    it.turn()
    const all = it.sent()
    const [syn] = all
    it.segment(
      { sourcePort: 80, destinationPort: socket.localPort, flags: SYN | ACK, ack: ((syn?.segment.seq ?? 0) + 1) >>> 0 },
      peer,
      ours,
    )
    socket.write(new Uint8Array(10))
    it.turn()
    socket.shutdown('write')
    it.turn()
    socket.abort()
    it.turn()
    all.push(...it.sent())
    expect(all.map(({ segment }) => segment.flags)).toEqual([SYN, ACK, ACK | PSH, ACK | FIN, ACK | RST])
    expect(all.map(({ ip }) => ip.trafficClass)).toEqual(Array(5).fill(0xb8))
  })

  it('SHLD-21: it can change while the connection lives', () => {
    const it = new TapHost()
    const { socket } = established(it, peer, ours)
    socket.setOption('TCP_NODELAY', 1)
    for (const tos of [0x20, 0x48, 0]) {
      socket.setOption('IP_TOS', tos)
      expect(socket.getOption('IP_TOS')).toBe(tos)
      socket.write(new Uint8Array(100))
      it.turn()
      expect(it.sent().map(({ ip }) => ip.trafficClass)).toEqual([tos])
    }
  })

  it('SHLD-23: it does not change by itself, on a retransmission say, or because the peer has another', () => {
    const it = new TapHost()
    const { socket } = established(it, peer, ours)
    socket.setOption('IP_TOS', 0x28)
    socket.write(new Uint8Array(10))
    for (let i = 0; i < 5; i += 1) it.turn(SECOND)
    const classes = it.sent().map(({ ip }) => ip.trafficClass)
    expect(classes.length).toBeGreaterThan(2)
    expect(new Set(classes)).toEqual(new Set([0x28]))
  })

  it('MUST-49: the TTL can be set, 64 unless it is', () => {
    const it = new TapHost()
    const socket = connect(it.host, { address: peer, port: 80 })
    it.turn()
    socket.setOption('IP_TTL', 200)
    it.turn(SECOND)
    connect(it.host, { address: peer, port: 80, options: { IP_TTL: 3 } })
    it.turn()
    expect(it.sent().map(({ ip }) => ip.hopLimit)).toEqual([64, 200, 3])
  })

  it('MUST-67: the MSS announced is what a packet takes in that IP can receive', () => {
    const headers = name === 'IPv4' ? 40 : 60
    for (const mtu of [1280, 1500, 9000, 65_535]) {
      const it = new TapHost({}, { mtu })
      connect(it.host, { address: peer, port: 80 })
      it.turn()
      expect(it.sent()[0]?.segment.mss).toBe(mtu - headers)
    }
  })
})

describe('RFC 9293 3.7.3, 3.8.1, 3.9.1.9: choices', () => {
  it('MAY-9: the Differentiated Services field received last can be asked for', () => {
    const it = new TapHost()
    const { socket, first } = established(it)
    expect(socket.receivedTos).toBe(0)
    for (const tos of [0xb8, 0x20]) {
      it.tap.deliver(withHeader(tcpPacket({ flags: ACK, seq: 1, ack: first }), [], tos))
      it.turn()
      expect(socket.receivedTos).toBe(tos)
    }
    // Nothing that we send follows it.
    socket.write(new Uint8Array(10))
    it.turn()
    expect(it.sent()[0]?.ip.trafficClass).toBe(0)
  })

  it('MAY-4: a retransmission has an IP identification of its own', () => {
    const it = new TapHost()
    const { socket } = established(it)
    socket.write(new Uint8Array(10))
    for (let i = 0; i < 4; i += 1) it.turn(SECOND)
    const sent = it.sent()
    expect(sent.length).toBeGreaterThan(2)
    expect(new Set(sent.map(({ ip }) => ip.identification)).size).toBe(sent.length)
  })

  it('SHLD-6: where a narrower path is known the MSS announced is that of the narrower', () => {
    const it = new TapHost()
    const { socket } = established(it, PEER_V6, OURS_V6)
    socket.write(new Uint8Array(1400))
    it.turn()
    const [sent] = it.sent()
    if (sent === undefined) throw new Error('nothing sent')
    it.icmp(2, 0, 1280, sent.packet)
    it.sent()
    connect(it.host, { address: PEER_V6, port: 80 })
    it.turn()
    expect(it.sent().find(({ segment }) => segment.flags === SYN)?.segment.mss).toBe(1220)
  })
})

describe('RFC 9293 3.9.2: what IP brings', () => {
  it.each([
    ['MUST-50', 'an unknown one', [0x9e, 4, 0, 0]],
    ['MUST-50', 'Router Alert (RFC 2113)', [148, 4, 0, 0]],
    ['MUST-50', 'nothing but padding', [1, 1, 1, 0]],
    ['MUST-50', 'a malformed one', [0x9e, 0, 0, 0]],
    ['MAY-10, MUST-50', 'Timestamp', [68, 12, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['MAY-11, MUST-50', 'Record Route', [7, 7, 4, 0, 0, 0, 0, 0]],
  ])('%s: an option of IP, %s, is passed over, and none is in the answer', (_label, _name, options) => {
    const it = new TapHost()
    listen(it.host, { port: 80 })
    it.tap.deliver(withHeader(tcpPacket({ flags: SYN, seq: 0 }), options))
    it.turn()
    const [answer] = it.sent()
    expect([answer?.segment.flags, answer?.ip.payloadStart]).toEqual([SYN | ACK, 20])
  })

  it.each([
    ['loose', [131, 7, 4, 192, 0, 2, 9, 0]],
    ['strict', [1, 137, 7, 4, 192, 0, 2, 9]],
  ])('RFC 7126, 4.3, 4.4: a packet with a %s source route is dropped', (_name, options) => {
    const it = new TapHost()
    listen(it.host, { port: 80 })
    it.tap.deliver(withHeader(tcpPacket({ flags: SYN, seq: 0 }), options))
    it.turn()
    expect(it.sent()).toEqual([])
    expect(it.host.stats().IpInDiscards).toBe(1)
  })

  it('MUST-59: segments that wait are all processed before one is acknowledged', () => {
    const it = new TapHost()
    const { socket, first } = established(it)
    for (let i = 0; i < 8; i += 1) {
      it.tap.deliver(tcpPacket({ flags: ACK, seq: 1 + 1000 * i, ack: first, payloadLength: 1000 }))
    }
    it.turn()
    expect(it.sent().map(({ segment }) => [segment.flags, segment.ack])).toEqual([[ACK, 8001]])
    expect(socket.readable).toBe(8000)
  })
})

describe('RFC 9293 3.9.2.3: addresses', () => {
  it.each(['0.0.0.0', '127.0.0.1', '224.0.0.5', '255.255.255.255', '192.0.2.255', OURS_V4])(
    'MUST-63: a SYN from %s, which is no source, is dropped without an answer',
    (from) => {
      const it = new TapHost()
      listen(it.host, { port: 80 })
      it.segment({ flags: SYN, seq: 0 }, from, OURS_V4)
      it.segment({ flags: SYN, seq: 0, destinationPort: 81 }, from, OURS_V4)
      expect([it.sent(), [...it.host.tcp.connections()]]).toEqual([[], []])
      expect(it.host.stats().IpInMartians).toBe(2)
    },
  )

  it.each(['::', '::1', 'ff02::1', OURS_V6])('MUST-63: a SYN from %s, either', (from) => {
    const it = new TapHost()
    listen(it.host, { port: 80 })
    it.segment({ flags: SYN, seq: 0 }, from, OURS_V6)
    expect([it.sent(), it.host.stats().IpInMartians]).toEqual([[], 1])
  })

  it.each(['192.0.2.255', '255.255.255.255', '224.0.0.1'])(
    'MUST-57: nor is anything else to %s answered, by a RST say',
    (to) => {
      const it = new TapHost()
      listen(it.host, { port: 80 })
      for (const flags of [SYN, ACK, FIN | ACK, SYN | ACK]) it.segment({ flags, seq: 5, ack: 7 }, PEER_V4, to)
      expect([it.sent(), [...it.host.tcp.connections()]]).toEqual([[], []])
    },
  )
})
