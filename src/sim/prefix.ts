import { commonPrefix, prefixBits } from '../ip/prefix.ts'
import type { Address } from '../wire/address.ts'
import { type Prefix, parsePrefix } from '../wire/address-text.ts'

/** Reads '10.0.0.0/8'. Throws TypeError for what is no prefix. */
export function prefixOf(text: string): Prefix {
  const prefix = parsePrefix(text)
  if (prefix === null) throw new TypeError(`${text} is no prefix, such as 10.0.0.0/8`)
  return prefix
}

/** Whether an address begins with a prefix. */
export function covers({ address, length }: Prefix, other: Address): boolean {
  return commonPrefix(address, other) >= prefixBits(address, length)
}
