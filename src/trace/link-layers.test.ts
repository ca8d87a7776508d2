import { describe, expect, it } from 'vitest'
import { findIp, isKnownLinkType } from './link-layers.ts'

const zeros = (count: number) => new Array<number>(count).fill(0)

const found: [string, number, number[], number][] = [
  ['Ethernet', 1, [...zeros(12), 8, 0, 0x45], 14],
  ['Ethernet, IPv6', 1, [...zeros(12), 0x86, 0xdd, 0x60], 14],
  ['Ethernet, 802.1Q', 1, [...zeros(12), 0x81, 0, 0, 5, 8, 0, 0x45], 18],
  ['Ethernet, QinQ', 1, [...zeros(12), 0x88, 0xa8, 0, 5, 0x81, 0, 0, 6, 0x86, 0xdd, 0x60], 22],
  ['Ethernet, ARP', 1, [...zeros(12), 8, 6, 0x45], -1],
  ['Ethernet, MPLS', 1, [...zeros(12), 0x88, 0x47, 0x45], -1],
  ['Ethernet, cut off', 1, zeros(13), -1],
  ['Ethernet, cut off behind a tag', 1, [...zeros(12), 0x81, 0, 0, 5], -1],
  ['RAW', 101, [0x45], 0],
  ['RAW, no IP', 101, [0x15], -1],
  ['RAW, empty', 101, [], -1],
  ['RAW as 12', 12, [0x60], 0],
  ['RAW as 14', 14, [0x60], 0],
  ['IPV4', 228, [0x45], 0],
  ['IPV6', 229, [0x60], 0],
  ['NULL of a little-endian machine', 0, [30, 0, 0, 0, 0x60], 4],
  ['NULL of a big-endian machine', 0, [0, 0, 0, 2, 0x45], 4],
  ['NULL of another family', 0, [7, 0, 0, 0, 0x45], -1],
  ['NULL of no family', 0, [2, 0, 1, 0, 0x45], -1],
  ['LOOP', 108, [0, 0, 0, 24, 0x60], 4],
  ['LINUX_SLL', 113, [...zeros(14), 8, 0, 0x45], 16],
  ['LINUX_SLL2', 276, [8, 0, ...zeros(18), 0x45], 20],
  ['LINUX_SLL2 with a tag', 276, [0x81, 0, ...zeros(18), 0, 5, 0x86, 0xdd, 0x60], 24],
  ['an unknown one', 147, [0x45], -1],
]

describe('link layers', () => {
  it.each(found)('finds the IP header: %s', (_, linkType, bytes, at) => {
    expect(findIp(linkType, Uint8Array.from(bytes))).toBe(at)
    expect(isKnownLinkType(linkType)).toBe(linkType !== 147)
  })
})
