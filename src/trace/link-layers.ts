import { readU16 } from '../wire/bytes.ts'
import { ETHERTYPE_IPV4, ETHERTYPE_IPV6 } from '../wire/ethernet.ts'

/* Link types (tcpdump.org, LINKTYPE_ values; 12 and 14 are what some systems wrote for RAW). */
const NULL = 0
const ETHERNET = 1
const RAW_12 = 12
const RAW_14 = 14
const RAW = 101
const LOOP = 108
const LINUX_SLL = 113
const IPV4 = 228
const IPV6 = 229
const LINUX_SLL2 = 276

/** Tags of virtual LANs: IEEE 802.1Q, 802.1ad and what was used before it. */
const VLAN_TAGS: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100])

/** AF_INET everywhere; AF_INET6 on Linux, NetBSD and OpenBSD, FreeBSD, macOS. */
const FAMILIES: ReadonlySet<number> = new Set([2, 10, 24, 28, 30])

const FINDERS: ReadonlyMap<number, (bytes: Uint8Array) => number> = new Map([
  [NULL, afterFamily],
  [ETHERNET, (bytes: Uint8Array) => afterEtherType(bytes, 12)],
  [RAW_12, (bytes: Uint8Array) => ifIp(bytes, 0)],
  [RAW_14, (bytes: Uint8Array) => ifIp(bytes, 0)],
  [RAW, (bytes: Uint8Array) => ifIp(bytes, 0)],
  [LOOP, afterFamily],
  [LINUX_SLL, (bytes: Uint8Array) => afterEtherType(bytes, 14)],
  [IPV4, (bytes: Uint8Array) => ifIp(bytes, 0)],
  [IPV6, (bytes: Uint8Array) => ifIp(bytes, 0)],
  [LINUX_SLL2, afterCookedV2],
])

/** Whether packets of that link type can be read. */
export function isKnownLinkType(linkType: number): boolean {
  return FINDERS.has(linkType)
}

/**
 * Where the IP header begins in a packet of that link type; -1 where there is none (ARP, say), or the link type is not
 * known. Only the version in its first four bits is looked at.
 */
export function findIp(linkType: number, bytes: Uint8Array): number {
  return FINDERS.get(linkType)?.(bytes) ?? -1
}

function ifIp(bytes: Uint8Array, at: number): number {
  if (at >= bytes.length) return -1
  const version = bytes[at] >>> 4
  return version === 4 || version === 6 ? at : -1
}

/** `at` is where the EtherType stands, with the payload behind it; tags push both on. */
function afterEtherType(bytes: Uint8Array, at: number): number {
  let type = at
  while (type + 2 <= bytes.length && VLAN_TAGS.has(readU16(bytes, type))) type += 4
  if (type + 2 > bytes.length) return -1
  const etherType = readU16(bytes, type)
  return etherType === ETHERTYPE_IPV4 || etherType === ETHERTYPE_IPV6 ? ifIp(bytes, type + 2) : -1
}

/** The EtherType is the first field of 20 bytes; a tag stands behind them. */
function afterCookedV2(bytes: Uint8Array): number {
  if (bytes.length <= 20) return -1
  const etherType = readU16(bytes, 0)
  if (etherType === ETHERTYPE_IPV4 || etherType === ETHERTYPE_IPV6) return ifIp(bytes, 20)
  return VLAN_TAGS.has(etherType) ? afterEtherType(bytes, 22) : -1
}

/** Four bytes of address family, in the byte order of the machine that captured or in that of the network. */
function afterFamily(bytes: Uint8Array): number {
  if (bytes.length <= 4) return -1
  const family = bytes[0] === 0 ? bytes[3] : bytes[0]
  const rest = bytes[0] === 0 ? bytes[0] | bytes[1] | bytes[2] : bytes[1] | bytes[2] | bytes[3]
  return rest === 0 && FAMILIES.has(family) ? ifIp(bytes, 4) : -1
}
