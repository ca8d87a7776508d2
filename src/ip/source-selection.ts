import type { Address } from '../wire/address.ts'
import { commonPrefix } from './prefix.ts'
import { isLinkLocal, isLoopback } from './scope.ts'

/**
 * The source address for `destination` among `candidates`: of its family, of its scope where there is
 * one, with the longest prefix in common (RFC 6724, 5: rules 1, 2 and 8); the first of equals. Null
 * when no candidate is of its family.
 */
export function selectSource(destination: Address, candidates: readonly Address[]): Address | null {
  let best: Address | null = null
  let bestRank = -1
  for (const candidate of candidates) {
    if (candidate.isV4 !== destination.isV4) continue
    const sameScope = scope(candidate) === scope(destination)
    const rank = (sameScope ? 1000 : 0) + commonPrefix(candidate, destination)
    if (rank > bestRank) {
      best = candidate
      bestRank = rank
    }
  }
  return best
}

/** RFC 6724, 3.1: multicast addresses carry their scope in themselves, 1 (interface) .. 14 (global). */
function scope(address: Address): number {
  if (isLoopback(address)) return 1
  if (isLinkLocal(address)) return 2
  if (!address.isV4 && address.w0 >>> 24 === 0xff) return (address.w0 >>> 16) & 0xf
  return 14
}
