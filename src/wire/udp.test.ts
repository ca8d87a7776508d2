import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emitUdp, parseUdp, UdpDatagram } from './udp.ts'
import { amid, hex, uint16 } from './wire.testkit.ts'

function accepts(text: string): boolean {
  const bytes = hex(text)
  return parseUdp(bytes, 0, bytes.length, new UdpDatagram())
}

describe('UDP (RFC 768)', () => {
  it('reads and writes a known header', () => {
    const bytes = hex('a1b2 0035 000b 1c46 010203')
    const datagram = new UdpDatagram()
    expect(parseUdp(bytes, 0, bytes.length, datagram)).toBe(true)
    expect(datagram).toMatchObject({ sourcePort: 0xa1b2, destinationPort: 53, hasChecksum: true })
    expect([datagram.payloadStart, datagram.payloadLength]).toEqual([8, 3])
    expect(emitUdp(datagram)).toBe(0)
    expect(bytes).toEqual(hex('a1b2 0035 000b 0000 010203'))
  })

  it('tells a checksum that was left out', () => {
    const datagram = new UdpDatagram()
    expect(parseUdp(hex('0001 0002 0008 0000'), 0, 8, datagram)).toBe(true)
    expect(datagram.hasChecksum).toBe(false)
  })

  it('goes by the length field, not by what the packet holds more', () => {
    const datagram = new UdpDatagram()
    expect(parseUdp(hex('0001 0002 0009 0000 aabbcc'), 0, 11, datagram)).toBe(true)
    expect(datagram.payloadLength).toBe(1)
  })

  it.each([
    ['a length below 8', '0001 0002 0007 0000'],
    ['a length of 0, a jumbogram (RFC 2675, 4)', '0001 0002 0000 0000'],
    ['a length beyond the packet', '0001 0002 0009 0000'],
    ['7 bytes', '0001 0002 0008 00'],
  ])('refuses %s', (_, text) => expect(accepts(text)).toBe(false))

  it('refuses a range outside the array', () => {
    expect(parseUdp(hex('0001 0002 0008 0000'), 1, 8, new UdpDatagram())).toBe(false)
    expect(parseUdp(hex('0001 0002 0008 0000'), -1, 8, new UdpDatagram())).toBe(false)
  })

  it('gives back what was parsed, byte for byte', () => {
    fc.assert(
      fc.property(uint16, uint16, fc.uint8Array({ maxLength: 40 }), (sourcePort, destinationPort, payload) => {
        const bytes = amid(payload, 20, 0)
        const values = { sourcePort, destinationPort, bytes, payloadStart: 20, payloadLength: payload.length }
        const datagram = Object.assign(new UdpDatagram(), values)
        expect(emitUdp(datagram)).toBe(12)
        const again = new UdpDatagram()
        expect(parseUdp(bytes, 12, 8 + payload.length, again)).toBe(true)
        expect(again).toEqual(datagram)
        const before = bytes.slice()
        emitUdp(again)
        expect(bytes).toEqual(before)
      }),
    )
  })

  it('takes any bytes without a throw and reads only the given range', () => {
    const one = new UdpDatagram()
    const two = new UdpDatagram()
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 24 }), (bytes) => {
        if (bytes.length > 5) bytes[4] = 0
        const accepted = parseUdp(amid(bytes, 3, 0), 3, bytes.length, one)
        expect(parseUdp(amid(bytes, 3, 0xff), 3, bytes.length, two)).toBe(accepted)
        if (!accepted) return
        expect({ ...one, bytes: null }).toEqual({ ...two, bytes: null })
        expect(one.payloadLength).toBeLessThanOrEqual(bytes.length - 8)
      }),
    )
  })
})
