import { describe, expect, it } from 'vitest'
import { Host } from '../stack/host.ts'
import { Tap } from '../stack/tap.ts'
import { formatSegment } from '../trace/notation.ts'
import { Address } from '../wire/address.ts'
import { writeU16 } from '../wire/bytes.ts'
import { fold, pseudoHeaderSum, sum } from '../wire/checksum.ts'
import { emitIp, parseIp } from '../wire/ip-header.ts'
import { HEADROOM, IpHeader, PROTOCOL_TCP } from '../wire/packet.ts'
import { ACK, FIN, PSH, SYN, TcpSegment } from '../wire/tcp.ts'
import { emitTcp, parseTcp, TCP_CHECKSUM_OFFSET } from '../wire/tcp-header.ts'
import { listen } from './server-socket.ts'

const PEER = new Address(0, 0, 0xffff, 0xc0_00_02_01) // 192.0.2.1
const OURS = new Address(0, 0, 0xffff, 0xc0_00_02_02)

/** A packet from the peer's port 8080 to our port 80. */
function packetOf(fields: Partial<TcpSegment>, text = ''): Uint8Array {
  const segment = Object.assign(new TcpSegment(), { sourcePort: 8080, destinationPort: 80, window: 32_792 }, fields)
  const payload = new TextEncoder().encode(text)
  segment.bytes = new Uint8Array(HEADROOM + payload.length)
  segment.bytes.set(payload, HEADROOM)
  segment.payloadStart = HEADROOM
  segment.payloadLength = payload.length
  const start = emitTcp(segment)
  const length = segment.bytes.length - start
  const pseudo = pseudoHeaderSum(PEER, OURS, PROTOCOL_TCP, length)
  writeU16(segment.bytes, start + TCP_CHECKSUM_OFFSET, ~fold(sum(segment.bytes, start, length, pseudo)) & 0xffff)
  const ip = new IpHeader()
  ip.source.set(PEER)
  ip.destination.set(OURS)
  ip.protocol = PROTOCOL_TCP
  ip.payloadLength = length
  return segment.bytes.slice(emitIp(ip, segment.bytes, start))
}

/** A host with a clock of our own, driven turn by turn. */
class ByHand {
  now = 1_000_000
  readonly tap = new Tap()
  readonly host: Host
  private iss = 0

  constructor() {
    this.host = new Host({ now: () => this.now, wake: () => {}, random: () => 1 })
    this.host.addDevice(this.tap)
    this.host.addAddress('192.0.2.2/24', this.tap)
  }

  inject(fields: Partial<TcpSegment>, text = ''): void {
    this.tap.deliver(packetOf({ ...fields, ack: fields.ack === undefined ? 0 : fields.ack + this.iss }, text))
    this.host.turn()
  }

  /** What the host has sent, sequence numbers counted from its SYN. */
  sent(): string[] {
    const lines: string[] = []
    const ip = new IpHeader()
    const segment = new TcpSegment()
    for (let packet = this.tap.take(); packet !== null; packet = this.tap.take()) {
      if (!parseIp(packet, 0, packet.length, ip)) throw new Error('not an IP packet')
      if (!parseTcp(packet, ip.payloadStart, ip.payloadLength, segment)) throw new Error('not a TCP segment')
      if (segment.flags & SYN) this.iss = segment.seq
      lines.push(formatSegment(segment, { base: { seq: this.iss, ack: 0 } }))
    }
    return lines
  }
}

describe('a host driven by hand, packet by packet and tick by tick', () => {
  it('answers as Linux does', () => {
    const it = new ByHand()
    const listener = listen(it.host, { port: 80 })
    it.inject({ flags: SYN, mss: 1000, sackPermitted: true, windowScale: 7 })
    expect(it.sent()).toEqual(['S. 0:0(0) ack 1 win 64240 <mss 1460,sackOK,wscale 7>'])
    // Nobody answers: the SYN,ACK goes again after a second.
    it.now += 1_000_000
    it.host.turn()
    expect(it.sent()).toEqual(['S. 0:0(0) ack 1 win 64240 <mss 1460,sackOK,wscale 7>'])
    it.inject({ flags: ACK, seq: 1, ack: 1 })
    const socket = listener.accept()
    expect(socket?.state).toBe('ESTABLISHED')
    it.inject({ flags: ACK | PSH, seq: 1, ack: 1 }, 'ping')
    expect(it.sent()).toEqual(['. 1:1(0) ack 5 win 502'])
    socket?.write(new TextEncoder().encode('pong!'))
    it.host.turn()
    expect(it.sent()).toEqual(['P. 1:6(5) ack 5 win 502'])
    // Lost: it goes again when the timer fires, and not before.
    it.now += 199_000
    it.host.turn()
    expect(it.sent()).toEqual([])
    it.now += 3_000_000
    it.host.turn()
    expect(it.sent()).toEqual(['P. 1:6(5) ack 5 win 502'])
    it.inject({ flags: ACK | FIN, seq: 5, ack: 6 })
    // The ACK of a FIN may be delayed like any other.
    expect(it.sent()).toEqual([])
    it.now += 40_000
    it.host.turn()
    expect(it.sent()).toEqual(['. 6:6(0) ack 6 win 502'])
    const into = new Uint8Array(10)
    expect([socket?.read(into), socket?.read(into)]).toEqual([4, 0])
    socket?.close()
    it.host.turn()
    expect(it.sent()).toEqual(['F. 6:6(0) ack 6 win 502'])
    it.inject({ flags: ACK, seq: 6, ack: 7 })
    expect([...it.host.tcp.connections()]).toEqual([])
  })

  it('counts what it drops', () => {
    const it = new ByHand()
    const packet = packetOf({ flags: SYN })
    packet[packet.length - 1] = (packet[packet.length - 1] ?? 0) ^ 1
    it.tap.deliver(packet)
    it.tap.deliver(new Uint8Array([0x45, 0, 0]))
    it.host.turn()
    expect(it.host.stats()).toMatchObject({ TcpInCsumErrors: 1, IpInHdrErrors: 1, IpInReceives: 2 })
  })
})
