import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Address } from './address.ts'
import { formatAddress, parseAddress } from './address-text.ts'
import { ICMPV6_NEIGHBOUR_ADVERTISEMENT, ICMPV6_NEIGHBOUR_SOLICITATION } from './icmp.ts'
import { emitNeighbour, NEIGHBOUR_MESSAGE_MAX, NeighbourMessage, parseNeighbour, solicitedNode } from './ndp.ts'
import { amid, hex, mutate, mutations, uint32, v6Address } from './wire.testkit.ts'

const SOLICITATION = hex('8700 0000 0000 0000 fe80000000000000021122fffe334455 0101 0a0b0c0d0e0f')
const ADVERTISEMENT = hex('8800 0000 6000 0000 fe80000000000000021122fffe334455 0201 001122334455')

function parsed(bytes: Uint8Array): NeighbourMessage {
  const message = new NeighbourMessage()
  expect(parseNeighbour(bytes, 0, bytes.length, message)).toBe(true)
  return message
}

function accepts(bytes: Uint8Array): boolean {
  return parseNeighbour(bytes, 0, bytes.length, new NeighbourMessage())
}

function emitted(message: NeighbourMessage): Uint8Array {
  const bytes = new Uint8Array(100).fill(0xee)
  const end = emitNeighbour(message, bytes, 7)
  expect(end - 7).toBeLessThanOrEqual(NEIGHBOUR_MESSAGE_MAX)
  return bytes.slice(7, end)
}

const messages = fc
  .tuple(v6Address, fc.boolean(), fc.boolean(), uint32, fc.uint8Array({ minLength: 6, maxLength: 6 }))
  .map(([target, advertisement, hasLinkAddress, flags, link]) => {
    const message = new NeighbourMessage()
    message.type = advertisement ? ICMPV6_NEIGHBOUR_ADVERTISEMENT : ICMPV6_NEIGHBOUR_SOLICITATION
    message.target.set(target)
    message.target.w0 &= 0x7fff_ffff
    message.router = advertisement && (flags & 1) > 0
    message.solicited = advertisement && (flags & 2) > 0
    message.override = advertisement && (flags & 4) > 0
    message.hasLinkAddress = hasLinkAddress
    if (hasLinkAddress) message.linkAddress.set(link)
    return message
  })

describe('neighbour discovery (RFC 4861)', () => {
  it('reads and writes a solicitation with the source link-layer address (4.3)', () => {
    const message = parsed(SOLICITATION)
    expect(message).toMatchObject({ type: 135, router: false, solicited: false, override: false, hasLinkAddress: true })
    expect(formatAddress(message.target)).toBe('fe80::211:22ff:fe33:4455')
    expect(message.linkAddress).toEqual(hex('0a0b0c0d0e0f'))
    expect(emitted(message)).toEqual(SOLICITATION)
  })

  it('reads and writes an advertisement with the target link-layer address (4.4)', () => {
    const message = parsed(ADVERTISEMENT)
    expect(message).toMatchObject({ type: 136, router: false, solicited: true, override: true, hasLinkAddress: true })
    expect(emitted(message)).toEqual(ADVERTISEMENT)
  })

  it('writes 24 bytes without a link-layer address', () => {
    const message = parsed(SOLICITATION.slice(0, 24))
    expect(message.hasLinkAddress).toBe(false)
    expect(emitted(message)).toEqual(SOLICITATION.slice(0, 24))
  })

  it('passes over options it does not know, or of another kind of link (4.6)', () => {
    const nonce = hex('0e01 010203040506')
    const wide = hex('0102 00112233445566778899aabbccdd')
    const other = hex('0201 ffffffffffff')
    const link = SOLICITATION.slice(24)
    const message = parsed(Uint8Array.from([...SOLICITATION.slice(0, 24), ...nonce, ...wide, ...other, ...link]))
    expect(message.linkAddress).toEqual(hex('0a0b0c0d0e0f'))
  })

  it.each<[string, Uint8Array]>([
    ['a code other than 0', mutate(SOLICITATION, [{ at: 1, value: 1 }])],
    ['less than 24 bytes', SOLICITATION.slice(0, 23)],
    ['a multicast target', mutate(ADVERTISEMENT, [{ at: 8, value: 0xff }])],
    ['an option of length 0', mutate(SOLICITATION, [{ at: 25, value: 0 }])],
    ['an option beyond the end', mutate(SOLICITATION, [{ at: 25, value: 2 }])],
    ['half an option', SOLICITATION.slice(0, 28)],
    ['another type', mutate(SOLICITATION, [{ at: 0, value: 134 }])],
  ])('refuses %s (7.1)', (_, bytes) => expect(accepts(bytes)).toBe(false))

  it('gives back what was parsed, byte for byte and field for field', () => {
    fc.assert(
      fc.property(messages, (message) => {
        const bytes = emitted(message)
        expect(parsed(bytes)).toEqual(message)
        expect(emitted(parsed(bytes))).toEqual(bytes)
      }),
    )
  })

  it('says the same again of whatever parses, reading only the given range', () => {
    fc.assert(
      fc.property(messages, mutations, (message, changes) => {
        const bytes = mutate(emitted(message), changes)
        const one = new NeighbourMessage()
        const two = new NeighbourMessage()
        const accepted = parseNeighbour(amid(bytes, 2, 0), 2, bytes.length, one)
        expect(parseNeighbour(amid(bytes, 2, 1), 2, bytes.length, two)).toBe(accepted)
        if (!accepted) return
        expect(two).toEqual(one)
        expect(parsed(emitted(one))).toEqual(one)
      }),
      { numRuns: 500 },
    )
  })

  it('knows the solicited-node address (RFC 4291, 2.7.1)', () => {
    const out = new Address()
    solicitedNode(parseAddress('4037::1:800:200e:8c6c') ?? new Address(), out)
    expect(formatAddress(out)).toBe('ff02::1:ff0e:8c6c')
    expect(out).toEqual(parseAddress('ff02::1:ff0e:8c6c'))
  })
})
