import fc from 'fast-check'
import { Address } from './address.ts'
import { fold, sum } from './checksum.ts'
import type { IpHeader } from './packet.ts'

export const uint8 = fc.integer({ min: 0, max: 0xff })
export const uint16 = fc.integer({ min: 0, max: 0xffff })
export const uint32 = fc.integer({ min: 0, max: 0xffff_ffff })

export const v4Address = uint32.map((word) => new Address(0, 0, 0xffff, word))
export const v6Address = fc
  .tuple(uint32, uint32, uint32, uint32)
  .map(([w0, w1, w2, w3]) => new Address(w0, w1, w2, w3))
  .filter((address) => !address.isV4)

/** Bytes written as hexadecimal digits; white space is for the reader. */
export function hex(text: string): Uint8Array {
  const digits = text.replace(/\s+/g, '')
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16))
}

/** The same bytes amid others, so that a read or write outside of their range shows. */
export function amid(bytes: Uint8Array, before: number, fill: number): Uint8Array {
  const whole = new Uint8Array(before + bytes.length + 64).fill(fill)
  whole.set(bytes, before)
  return whole
}

/** `bytes` with a few places overwritten. */
export interface Mutation {
  at: number
  value: number
}

export const mutations = fc.array(fc.record({ at: fc.nat(200), value: uint8 }), { maxLength: 4 })

export function mutate(bytes: Uint8Array, changes: Mutation[]): Uint8Array {
  const mutated = bytes.slice()
  for (const { at, value } of changes) mutated[at % mutated.length] = value
  return mutated
}

/** Sets the checksum of an IPv4 header right, whatever the header says. */
export function repairIpv4(bytes: Uint8Array): void {
  const length = Math.min((bytes[0] & 15) << 2, bytes.length)
  bytes[10] = bytes[11] = 0
  const checksum = ~fold(sum(bytes, 0, length, 0)) & 0xffff
  bytes[10] = checksum >>> 8
  bytes[11] = checksum & 0xff
}

/** All that an IP header says but where its payload starts. */
export function ipFields(header: IpHeader): Record<string, unknown> {
  const { payloadStart: _, ...fields } = header
  return { ...fields, source: header.source.clone(), destination: header.destination.clone() }
}
