import { Address } from '../wire/address.ts'

/** 224.0.0.0/4 (RFC 1112, 4) or ff00::/8 (RFC 4291, 2.7). */
export function isMulticast(address: Address): boolean {
  return address.isV4 ? address.w3 >>> 28 === 0xe : address.w0 >>> 24 === 0xff
}

/** 127.0.0.0/8 (RFC 1122, 3.2.1.3 g) or ::1 (RFC 4291, 2.5.3). */
export function isLoopback(address: Address): boolean {
  if (address.isV4) return address.w3 >>> 24 === 127
  return address.w3 === 1 && address.w2 === 0 && address.w1 === 0 && address.w0 === 0
}

/** 0.0.0.0 or ::. */
export function isUnspecified(address: Address): boolean {
  return address.w3 === 0 && address.w0 === 0 && address.w1 === 0 && (address.w2 === 0 || address.w2 === 0xffff)
}

/** 255.255.255.255 (RFC 919, 7). */
export function isLimitedBroadcast(address: Address): boolean {
  return address.w3 === 0xffff_ffff && address.isV4
}

/** 169.254.0.0/16 (RFC 3927) or fe80::/10 (RFC 4291, 2.5.6). */
export function isLinkLocal(address: Address): boolean {
  return address.isV4 ? address.w3 >>> 16 === 0xa9fe : address.w0 >>> 22 === 0x3fa
}

/** ff02::1, all nodes of the link (RFC 4291, 2.7.1); 224.0.0.1, all hosts of the link (RFC 1112, 4). */
export const ALL_NODES_V6: Readonly<Address> = new Address(0xff02_0000, 0, 0, 1)
export const ALL_HOSTS_V4: Readonly<Address> = new Address(0, 0, 0xffff, 0xe000_0001)
