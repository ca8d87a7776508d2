import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatAddress } from './address-text.ts'
import { ARP_LENGTH, ARP_REQUEST, ArpPacket, emitArp, parseArp } from './arp.ts'
import { amid, hex, mutate, mutations } from './wire.testkit.ts'

const REQUEST = hex('0001 0800 0604 0001 0a0b0c0d0e0f 0a000001 000000000000 0a0000fe')

describe('ARP (RFC 826)', () => {
  it('reads and writes a known request', () => {
    const packet = new ArpPacket()
    expect(parseArp(REQUEST, 0, REQUEST.length, packet)).toBe(true)
    expect(packet.operation).toBe(ARP_REQUEST)
    expect(packet.senderLink).toEqual(hex('0a0b0c0d0e0f'))
    expect(formatAddress(packet.senderAddress)).toBe('10.0.0.1')
    expect(formatAddress(packet.targetAddress)).toBe('10.0.0.254')
    const copy = new Uint8Array(ARP_LENGTH)
    expect(emitArp(packet, copy, 0)).toBe(ARP_LENGTH)
    expect(copy).toEqual(REQUEST)
  })

  it.each([
    ['hardware', 1, 6],
    ['protocol', 2, 0x86],
    ['hardware address length', 4, 8],
    ['protocol address length', 5, 16],
  ])('refuses another %s', (_, at, value) => {
    expect(parseArp(mutate(REQUEST, [{ at, value }]), 0, 28, new ArpPacket())).toBe(false)
  })

  it('refuses what is cut short and a range outside the array; padding may follow', () => {
    expect(parseArp(REQUEST, 0, 27, new ArpPacket())).toBe(false)
    expect(parseArp(REQUEST, 0, 29, new ArpPacket())).toBe(false)
    expect(parseArp(REQUEST, -1, 28, new ArpPacket())).toBe(false)
    expect(parseArp(amid(REQUEST, 0, 0), 0, 46, new ArpPacket())).toBe(true)
  })

  it('takes any bytes, and gives back what parses', () => {
    fc.assert(
      fc.property(fc.oneof(fc.constant(REQUEST), fc.uint8Array({ maxLength: 40 })), mutations, (base, changes) => {
        const bytes = base.length > 0 ? mutate(base, changes) : base
        const packet = new ArpPacket()
        if (!parseArp(bytes, 0, bytes.length, packet)) return
        const copy = new Uint8Array(ARP_LENGTH)
        emitArp(packet, copy, 0)
        expect(copy).toEqual(bytes.slice(0, ARP_LENGTH))
      }),
    )
  })
})
