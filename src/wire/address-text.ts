import { Address } from './address.ts'

/** An address and how many of its leading bits are the network's, counted in its own family: 0..32 or 0..128. */
export interface Prefix {
  address: Address
  length: number
}

const DECIMAL_BYTE = /^(?:0|[1-9][0-9]{0,2})$/
const HEX_GROUP = /^[0-9a-fA-F]{1,4}$/

/**
 * Reads an address: IPv4 in four decimal parts without leading zeros, or IPv6 in the three forms of
 * RFC 4291, 2.2. Null for anything else, such as zones (`%eth0`), brackets, ports and spaces.
 */
export function parseAddress(text: string): Address | null {
  return text.includes(':') ? parseV6(text) : parseV4(text)
}

function parseV4(text: string): Address | null {
  const word = parseDotted(text)
  return word < 0 ? null : new Address(0, 0, 0xffff, word)
}

/** The 32 bits of a dotted IPv4 address; -1 when it is none. */
function parseDotted(text: string): number {
  const parts = text.split('.', 5)
  if (parts.length !== 4) return -1
  let word = 0
  for (const part of parts) {
    const value = Number(part)
    // A leading zero means octal to some readers and decimal to others: refused (RFC 6943, 3.1.1).
    if (!DECIMAL_BYTE.test(part) || value > 255) return -1
    word = word * 256 + value
  }
  return word
}

function parseV6(text: string): Address | null {
  const halves = text.split('::', 3)
  if (halves.length > 2) return null
  const compressed = halves.length === 2
  const head = parseGroups(halves[0], !compressed)
  const tail = compressed ? parseGroups(halves[1], true) : []
  if (head === null || tail === null) return null
  const missing = 8 - head.length - tail.length
  // `::` stands for one group of zeros or more (RFC 4291, 2.2).
  if (compressed ? missing < 1 : missing !== 0) return null
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail]
  const word = (i: number) => groups[i] * 0x1_0000 + groups[i + 1]
  return new Address(word(0), word(2), word(4), word(6))
}

/** The 16-bit groups of one side of a `::`; the last may be a dotted IPv4 address where `atEnd`. */
function parseGroups(text: string, atEnd: boolean): number[] | null {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':', 9)
  for (const [i, part] of parts.entries()) {
    if (HEX_GROUP.test(part)) {
      groups.push(Number.parseInt(part, 16))
      continue
    }
    const word = atEnd && i === parts.length - 1 ? parseDotted(part) : -1
    if (word < 0) return null
    groups.push(word >>> 16, word & 0xffff)
  }
  return groups
}

/** The text of an address: `10.0.0.1` for IPv4, the canonical form of RFC 5952 for IPv6, `2001:db8::1`. */
export function formatAddress(address: Address): string {
  const { w0, w1, w2, w3 } = address
  if (address.isV4) return `${w3 >>> 24}.${(w3 >>> 16) & 0xff}.${(w3 >>> 8) & 0xff}.${w3 & 0xff}`
  const groups = [w0, w1, w2, w3].flatMap((word) => [word >>> 16, word & 0xffff])
  const [start, length] = longestZeros(groups)
  const hex = (from: number, to: number) =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':')
  return length < 2 ? hex(0, 8) : `${hex(0, start)}::${hex(start + length, 8)}`
}

/** The longest run of zero groups, the first of several (RFC 5952, 4.2.3), as start and length. */
function longestZeros(groups: number[]): [number, number] {
  let start = 0
  let length = 0
  for (let i = 0; i < groups.length; i++) {
    let run = 0
    while (i + run < groups.length && groups[i + run] === 0) run++
    if (run > length) {
      start = i
      length = run
    }
    i += run
  }
  return [start, length]
}

/**
 * Reads `address/length`, as `10.0.0.1/24` or `2001:db8::1/64`; the host's bits are kept. Null when
 * either part is malformed or the length is beyond the family's. A mapped address written as IPv6 is
 * an IPv4 address, so `::ffff:10.0.0.1/120` has length 24.
 */
export function parsePrefix(text: string): Prefix | null {
  const slash = text.lastIndexOf('/')
  if (slash < 0) return null
  const address = parseAddress(text.slice(0, slash))
  const digits = text.slice(slash + 1)
  if (address === null || !DECIMAL_BYTE.test(digits)) return null
  const mappedText = address.isV4 && text.includes(':')
  const length = Number(digits) - (mappedText ? 96 : 0)
  return length < 0 || length > (address.isV4 ? 32 : 128) ? null : { address, length }
}
