import { describe, expect, it } from 'vitest'
import type { Device } from '../stack/device.ts'
import type { Probe } from '../stack/probe.ts'
import { parseAddress } from '../wire/address-text.ts'
import { writeU16 } from '../wire/bytes.ts'
import { fold, pseudoHeaderSum, sum } from '../wire/checksum.ts'
import { EthernetHeader, emitEthernet } from '../wire/ethernet.ts'
import {
  emitIcmp,
  ICMP_CHECKSUM_OFFSET,
  ICMP_ECHO_REQUEST,
  ICMP_FRAGMENTATION_NEEDED,
  ICMP_PORT_UNREACHABLE,
  ICMP_PROHIBITED,
  ICMP_UNREACHABLE,
  ICMPV6_PACKET_TOO_BIG,
  IcmpMessage,
} from '../wire/icmp.ts'
import { emitIp } from '../wire/ip-header.ts'
import { IpHeader, Packet, PROTOCOL_ICMP, PROTOCOL_ICMPV6, PROTOCOL_TCP, PROTOCOL_UDP } from '../wire/packet.ts'
import { emitUdp, UDP_CHECKSUM_OFFSET, UdpDatagram } from '../wire/udp.ts'
import { NO_DEVICE, Story } from './ladder.testkit.ts'
import { Ladder } from './ladder.ts'

const CLIENT = '10.0.0.1'
const SERVER = '10.0.0.2'
const ROUTER = '10.0.0.254'
const ETHERNET: Device = { ...NO_DEVICE, medium: 'ethernet' }

function header(source: string, destination: string, protocol: number, payloadLength: number): IpHeader {
  const ip = new IpHeader()
  const from = parseAddress(source)
  const to = parseAddress(destination)
  if (from === null || to === null) throw new Error(`${source} ${destination}`)
  ip.version = from.isV4 ? 4 : 6
  ip.source.set(from)
  ip.destination.set(to)
  ip.protocol = protocol
  ip.payloadLength = payloadLength
  return ip
}

/** The packet around what stands from `start` of `bytes` on, whose checksum is at `offset`. */
function packetOf(bytes: Uint8Array, start: number, ip: IpHeader, offset: number): Uint8Array {
  const pseudo =
    ip.protocol === PROTOCOL_ICMP ? 0 : pseudoHeaderSum(ip.source, ip.destination, ip.protocol, ip.payloadLength)
  writeU16(bytes, start + offset, ~fold(sum(bytes, start, ip.payloadLength, pseudo)) & 0xffff)
  return bytes.slice(emitIp(ip, bytes, start))
}

function udp(source: string, destination: string, payload: number[], port = 5000): Uint8Array {
  const bytes = new Uint8Array(128 + payload.length)
  bytes.set(payload, 128)
  const datagram = new UdpDatagram()
  Object.assign(datagram, { sourcePort: port, destinationPort: 53, bytes, payloadStart: 128 })
  datagram.payloadLength = payload.length
  const start = emitUdp(datagram)
  const ip = header(source, destination, PROTOCOL_UDP, bytes.length - start)
  return packetOf(bytes, start, ip, UDP_CHECKSUM_OFFSET)
}

/** A packet from the client that begins as a TCP header does, with the ports of a `Story`. */
function quoted(source: string, destination: string): Uint8Array {
  const bytes = new Uint8Array(148)
  writeU16(bytes, 128, 40000)
  writeU16(bytes, 130, 80)
  return bytes.slice(emitIp(header(source, destination, PROTOCOL_TCP, 20), bytes, 128))
}

function icmp(from: string, to: string, type: number, code: number, word: number, quotation: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(128 + quotation.length)
  bytes.set(quotation, 128)
  const message = new IcmpMessage()
  Object.assign(message, { type, code, word, bytes, payloadStart: 128, payloadLength: quotation.length })
  const start = emitIcmp(message)
  const ip = header(from, to, from.includes(':') ? PROTOCOL_ICMPV6 : PROTOCOL_ICMP, bytes.length - start)
  return packetOf(bytes, start, ip, ICMP_CHECKSUM_OFFSET)
}

function prohibited(from: string, to = CLIENT): Uint8Array {
  return icmp(from, to, ICMP_UNREACHABLE, ICMP_PROHIBITED, 0, quoted(to, SERVER))
}

interface Watched {
  readonly ladder: Ladder
  readonly client: Probe
  readonly server: Probe
}

function watch(): Watched {
  const ladder = new Ladder()
  return { ladder, client: ladder.probe('client'), server: ladder.probe('server') }
}

function tell(probe: Probe, direction: 'in' | 'out', bytes: Uint8Array, now: number, device: Device = NO_DEVICE): void {
  const packet = new Packet()
  packet.hold(bytes)
  probe.packet(direction, device, packet, now)
}

/** What stands between the lanes, line by line. */
function arrows(ladder: Ladder): string[] {
  const lines = ladder.render().split('\n').slice(2)
  return lines.map((line) => /[│├┝╞].*[│┤┥╡]/.exec(line)?.[0] ?? '')
}

describe('the ladder of what is not TCP', () => {
  it('shows an ICMP error of a router where it arrives, and what it does there', () => {
    const { ladder, client, server } = watch()
    const story = new Story({ client, server }).becomes('client', 0, 'SYN-SENT').sends('client', 0, 'S 0:0(0) win 9')
    tell(client, 'in', prohibited(ROUTER), 10_000)
    story.becomes('client', 10_000, 'CLOSED')
    expect(ladder.render({ columns: 100 }).split('\n').slice(2)).toEqual([
      '0.000 000     SYN-SENT ├── S 0:0(0) win 9 ──────────────────╳ lost          │',
      '0.010 000       CLOSED │◄─── from 10.0.0.254 ── icmp prohibited ╌╌╌         │',
    ])
    expect(ladder.render({ language: 'zh' })).toContain('◄─── 来自 10.0.0.254 ── icmp prohibited ╌╌╌')
  })

  it('shows one that comes while the peer is not watched as coming from the way, too', () => {
    const ladder = new Ladder()
    const client = ladder.probe('client')
    new Story({ client }).sends('client', 0, 'S 0:0(0) win 9')
    tell(client, 'in', prohibited(ROUTER), 10_000)
    expect(ladder.render()).toMatch(/◄─── from 10\.0\.0\.254 ── icmp prohibited ╌╌╌ +│$/m)
  })

  it('draws one that the peer has sent as a whole arrow, and tells one that is forged in its name', () => {
    const { ladder, client, server } = watch()
    new Story({ client, server }).passes('client', 0, 10_000, 'S 0:0(0) win 9')
    tell(server, 'out', prohibited(SERVER), 10_000)
    tell(client, 'in', prohibited(SERVER), 20_000)
    tell(client, 'in', icmp(SERVER, CLIENT, ICMP_UNREACHABLE, ICMP_PORT_UNREACHABLE, 0, quoted(CLIENT, SERVER)), 20_001)
    const [, whole, forged, below] = arrows(ladder)
    expect(whole).toMatch(/^│◄─+ icmp prohibited ──┤$/)
    expect(`${forged} ${below}`).toMatch(/icmp port-unreachable .*not sent by the peer/)
  })

  it('tells the MTU of "too big", of either version', () => {
    const { ladder, client, server } = watch()
    new Story({ client, server }).sends('client', 0, '. 1:1449(1448) ack 1 win 9')
    tell(
      client,
      'in',
      icmp(ROUTER, CLIENT, ICMP_UNREACHABLE, ICMP_FRAGMENTATION_NEEDED, 1400, quoted(CLIENT, SERVER)),
      9,
    )
    expect(ladder.render()).toContain('icmp packet-too-big 1400')
    const six = watch()
    new Story(six, '2001:db8::1', '2001:db8::2').sends('client', 0, '. 1:1449(1448) ack 1 win 9')
    const quotation = quoted('2001:db8::1', '2001:db8::2')
    tell(six.client, 'in', icmp('2001:db8::9', '2001:db8::1', ICMPV6_PACKET_TOO_BIG, 0, 1300, quotation), 9)
    expect(six.ladder.render()).toMatch(/◄─── icmp packet-too-big 1300 .*\n.* from 2001:db8::9/)
  })

  it('has no place for errors about something else, for echoes, or for what was damaged', () => {
    const { ladder, client, server } = watch()
    tell(client, 'in', prohibited(ROUTER), 0)
    expect(ladder.size).toBe(0)
    new Story({ client, server }).sends('client', 0, 'S 0:0(0) win 9')
    tell(client, 'in', prohibited(ROUTER, '10.0.0.7'), 0)
    tell(client, 'in', icmp(SERVER, CLIENT, ICMP_ECHO_REQUEST, 0, 0, quoted(CLIENT, SERVER)), 0)
    const damaged = prohibited(ROUTER)
    damaged[24] ^= 1
    tell(client, 'in', damaged, 0)
    for (const length of [0, 10, 27, 40]) tell(client, 'in', prohibited(ROUTER).subarray(0, length), 0)
    const fragment = prohibited(ROUTER)
    writeU16(fragment, 6, 0x2000)
    writeU16(fragment, 10, 0)
    writeU16(fragment, 10, ~fold(sum(fragment, 0, 20, 0)) & 0xffff)
    tell(client, 'in', fragment, 0)
    expect(ladder.size).toBe(1)
  })

  it('shows datagrams, and which of them is lost or comes twice', () => {
    const { ladder, client, server } = watch()
    tell(client, 'out', udp(CLIENT, SERVER, [1, 1, 1]), 0)
    tell(client, 'out', udp(CLIENT, SERVER, [2, 2, 2]), 1000)
    tell(server, 'in', udp(CLIENT, SERVER, [2, 2, 2]), 11_000)
    tell(server, 'in', udp(CLIENT, SERVER, [2, 2, 2]), 11_500)
    tell(server, 'out', udp(SERVER, CLIENT, []), 12_000)
    const lines = ladder.render().split('\n\n')[0].split('\n')
    expect(lines[0]).toMatch(/client 10\.0\.0\.1:5000 +server 10\.0\.0\.2:53/)
    expect(lines.slice(2).map((line) => line.replace(/ *[━╍]+ */g, ' '))).toEqual([
      expect.stringMatching(/┝ udp 3 ╳ lost/),
      expect.stringMatching(/┝ udp 3 ►│/),
      expect.stringMatching(/udp 3 duplicate ▻│/),
    ])
  })

  it('shows the error about a datagram that its port answers with', () => {
    const { ladder, client, server } = watch()
    const datagram = udp(CLIENT, SERVER, [7])
    tell(client, 'out', datagram, 0)
    tell(server, 'in', datagram, 10)
    const error = icmp(SERVER, CLIENT, ICMP_UNREACHABLE, ICMP_PORT_UNREACHABLE, 0, datagram)
    tell(server, 'out', error, 10)
    tell(client, 'in', error, 20)
    expect(arrows(ladder)).toEqual([
      expect.stringMatching(/^┝━━ udp 1 ━+►│$/),
      expect.stringMatching(/^│◄─+ icmp port-unreachable ──┤$/),
    ])
  })

  it('does not take a datagram that was damaged on the way for another one', () => {
    const { ladder, client, server } = watch()
    tell(client, 'out', udp(CLIENT, SERVER, [1, 2, 3, 4]), 0)
    const damaged = udp(CLIENT, SERVER, [1, 2, 3, 4])
    damaged[damaged.length - 1] ^= 1
    tell(server, 'in', damaged, 10)
    expect(ladder.size).toBe(1)
    expect(ladder.render()).toContain('lost')
  })

  it('reads them from Ethernet frames, too', () => {
    const { ladder, client, server } = watch()
    const datagram = udp(CLIENT, SERVER, [1, 2])
    const frame = (etherType: number) => {
      const bytes = new Uint8Array(14 + datagram.length)
      bytes.set(datagram, 14)
      emitEthernet(Object.assign(new EthernetHeader(), { etherType }), bytes, 14)
      return bytes
    }
    tell(client, 'out', frame(0x0806), 0, ETHERNET)
    tell(client, 'out', frame(0x0800), 0, ETHERNET)
    tell(server, 'in', frame(0x0800), 10, ETHERNET)
    expect(ladder.size).toBe(2)
    expect(ladder.render()).toMatch(/udp 2 ━+►/)
  })
})
