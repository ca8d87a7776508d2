import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fold, sum } from './checksum.ts'
import * as icmp from './icmp.ts'
import { emitIcmp, IcmpMessage, isIcmpError, parseIcmp } from './icmp.ts'
import { parseQuotedIp } from './ip-header.ts'
import { IpHeader } from './packet.ts'
import { amid, hex, uint8, uint32 } from './wire.testkit.ts'

describe('ICMP messages (RFC 792, RFC 4443)', () => {
  it('reads and writes a port unreachable with the datagram it quotes', () => {
    const bytes = hex(`
      0303 3e70 0000 0000
      4500 0073 0000 4000 4011 b861 c0a8 0001 c0a8 00c7
      a1b2 0035 005f 1c46`)
    expect(fold(sum(bytes, 0, bytes.length, 0))).toBe(0xffff)
    const message = new IcmpMessage()
    expect(parseIcmp(bytes, 0, bytes.length, message)).toBe(true)
    expect(message).toMatchObject({ type: icmp.ICMP_UNREACHABLE, code: icmp.ICMP_PORT_UNREACHABLE, word: 0 })
    const quoted = new IpHeader()
    const end = message.payloadStart + message.payloadLength
    expect(parseQuotedIp(bytes, message.payloadStart, end, quoted)).toBe(true)
    expect(quoted).toMatchObject({ protocol: 17, payloadStart: 28, payloadLength: 8 })

    expect(emitIcmp(message)).toBe(0)
    const checksum = ~fold(sum(bytes, 0, bytes.length, 0)) & 0xffff
    expect(checksum).toBe(0x3e70)
  })

  it('tells the MTU of a fragmentation needed (RFC 1191, 4) and a packet too big (RFC 4443, 3.2)', () => {
    const message = new IcmpMessage()
    expect(parseIcmp(hex('0304 0000 0000 0578'), 0, 8, message)).toBe(true)
    expect([message.code, message.word & 0xffff]).toEqual([icmp.ICMP_FRAGMENTATION_NEEDED, 1400])
    expect(parseIcmp(hex('0200 0000 ffff ffff'), 0, 8, message)).toBe(true)
    expect([message.type, message.word]).toEqual([icmp.ICMPV6_PACKET_TOO_BIG, 0xffff_ffff])
  })

  it('reads an echo request: identifier and sequence number in one word', () => {
    const message = new IcmpMessage()
    expect(parseIcmp(hex('0800 0000 1234 0001 6869'), 0, 10, message)).toBe(true)
    expect(message).toMatchObject({ type: icmp.ICMP_ECHO_REQUEST, word: 0x12340001, payloadLength: 2 })
  })

  it('refuses less than 8 bytes and a range outside the array', () => {
    expect(parseIcmp(hex('0800 0000 1234 00'), 0, 7, new IcmpMessage())).toBe(false)
    expect(parseIcmp(hex('0800 0000 1234 0001'), 0, 9, new IcmpMessage())).toBe(false)
    expect(parseIcmp(hex('0800 0000 1234 0001'), -1, 8, new IcmpMessage())).toBe(false)
  })

  it('gives back what was parsed, byte for byte', () => {
    fc.assert(
      fc.property(uint8, uint8, uint32, fc.uint8Array({ maxLength: 30 }), (type, code, word, payload) => {
        const bytes = amid(payload, 20, 0)
        const values = { type, code, word, bytes, payloadStart: 20, payloadLength: payload.length }
        const message = Object.assign(new IcmpMessage(), values)
        expect(emitIcmp(message)).toBe(12)
        const again = new IcmpMessage()
        expect(parseIcmp(bytes, 12, 8 + payload.length, again)).toBe(true)
        expect(again).toEqual(message)
        const before = bytes.slice()
        emitIcmp(again)
        expect(bytes).toEqual(before)
      }),
    )
  })

  it('takes any bytes without a throw', () => {
    const message = new IcmpMessage()
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
        expect(parseIcmp(bytes, 0, bytes.length, message)).toBe(bytes.length >= 8)
      }),
    )
  })

  it('knows the errors, which no error answers (RFC 1122, 3.2.2; RFC 4443, 2.4 e)', () => {
    const errors = (version: 4 | 6) => Array.from({ length: 256 }, (_, i) => i).filter((i) => isIcmpError(version, i))
    expect(errors(4)).toEqual([3, 4, 5, 11, 12])
    expect(errors(6)).toEqual(Array.from({ length: 128 }, (_, i) => i))
  })
})
