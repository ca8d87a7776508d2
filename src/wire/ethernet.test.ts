import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Address } from './address.ts'
import { parseAddress } from './address-text.ts'
import { ETHERTYPE_ARP, EthernetHeader, emitEthernet, multicastLinkAddress, parseEthernet } from './ethernet.ts'
import { amid, hex } from './wire.testkit.ts'

describe('Ethernet (RFC 894)', () => {
  it('reads and writes a known header', () => {
    const bytes = hex('ffffffffffff 0a0b0c0d0e0f 0806 0001')
    const header = new EthernetHeader()
    expect(parseEthernet(bytes, 0, bytes.length, header)).toBe(true)
    expect(header.destination).toEqual(hex('ffffffffffff'))
    expect(header.source).toEqual(hex('0a0b0c0d0e0f'))
    expect(header.etherType).toBe(ETHERTYPE_ARP)
    const copy = new Uint8Array(16)
    expect(emitEthernet(header, copy, 14)).toBe(0)
    expect(copy).toEqual(hex('ffffffffffff 0a0b0c0d0e0f 0806 0000'))
  })

  it('takes any bytes and gives them back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30 }), (bytes) => {
        const header = new EthernetHeader()
        const whole = amid(bytes, 4, 0xff)
        expect(parseEthernet(whole, 4, 4 + bytes.length, header)).toBe(bytes.length >= 14)
        if (bytes.length < 14) return
        const copy = new Uint8Array(20)
        expect(emitEthernet(header, copy, 20)).toBe(6)
        expect(copy.slice(6)).toEqual(bytes.slice(0, 14))
      }),
    )
  })

  it('refuses a range outside the array', () => {
    expect(parseEthernet(new Uint8Array(14), 0, 15, new EthernetHeader())).toBe(false)
    expect(parseEthernet(new Uint8Array(14), -1, 14, new EthernetHeader())).toBe(false)
  })

  it.each([
    ['ff02::1:ff0e:8c6c', '3333ff0e8c6c'], // RFC 2464, 7
    ['224.0.0.251', '01005e0000fb'], // RFC 1112, 6.4
    ['239.255.1.2', '01005e7f0102'],
  ])('sends the group %s to %s', (group, link) => {
    const out = new Uint8Array(6)
    multicastLinkAddress(parseAddress(group) ?? new Address(), out)
    expect(out).toEqual(hex(link))
  })
})
