import { describe, expect, it } from 'vitest'
import { emitIp } from '../wire/ip-header.ts'
import { HEADROOM, IpHeader, PROTOCOL_TCP } from '../wire/packet.ts'
import { ACK, TcpSegment } from '../wire/tcp.ts'
import { emitTcp } from '../wire/tcp-header.ts'
import type { CapturedPacket } from './captured-packet.ts'
import { parseCapturedSegment } from './captured-segment.ts'
import { ipHeader } from './ladder.testkit.ts'

/** A segment of 100 bytes, of which the capture has `length`, behind 3 bytes of a link-layer header. */
function captured(version: 4 | 6, length: number, change: (ip: IpHeader) => void = () => {}): CapturedPacket {
  const segment = Object.assign(new TcpSegment(), { sourcePort: 1, destinationPort: 2, flags: ACK, seq: 77 })
  segment.bytes = new Uint8Array(HEADROOM + 100)
  segment.payloadStart = HEADROOM
  segment.payloadLength = 100
  const ip = version === 4 ? ipHeader('10.0.0.1', '10.0.0.2') : ipHeader('2001:db8::1', '2001:db8::2')
  const start = emitTcp(segment)
  Object.assign(ip, { protocol: PROTOCOL_TCP, payloadLength: 120, trafficClass: 3 })
  change(ip)
  const bytes = Uint8Array.from([1, 2, 3, ...segment.bytes.subarray(emitIp(ip, segment.bytes, start))])
  const fields = { time: 0, interfaceIndex: 0, interfaceName: '', linkType: 1, direction: '', ip: 3 } as const
  return { ...fields, originalLength: bytes.length, bytes: bytes.subarray(0, 3 + length) }
}

describe('parseCapturedSegment', () => {
  it.each([4, 6] as const)('tells what was on the wire, however little is there, IPv%i', (version) => {
    const headers = version === 4 ? 40 : 60
    for (const length of [headers, headers + 1, headers + 100]) {
      const [ip, segment] = [new IpHeader(), new TcpSegment()]
      expect(parseCapturedSegment(captured(version, length), ip, segment)).toBe(true)
      expect([ip.payloadLength, segment.payloadLength, segment.payloadStart]).toEqual([120, 100, headers + 3])
      expect([segment.seq, segment.ecn, ip.version]).toEqual([77, 3, version])
    }
    for (const length of [0, 10, headers - 1]) {
      expect(parseCapturedSegment(captured(version, length), new IpHeader(), new TcpSegment())).toBe(false)
    }
  })

  it('knows what is no whole TCP segment', () => {
    const changes: ((ip: IpHeader) => void)[] = [
      (ip) => Object.assign(ip, { protocol: 17 }),
      (ip) => Object.assign(ip, { moreFragments: true }),
      (ip) => Object.assign(ip, { fragmentOffset: 8 }),
    ]
    for (const change of changes) {
      expect(parseCapturedSegment(captured(4, 140, change), new IpHeader(), new TcpSegment())).toBe(false)
    }
    expect(parseCapturedSegment({ ...captured(4, 140), ip: -1 }, new IpHeader(), new TcpSegment())).toBe(false)
  })
})
