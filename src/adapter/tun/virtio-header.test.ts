import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Packet } from '../../wire/packet.ts'
import { emitVirtioHeader, parseVirtioHeader, VIRTIO_HEADER_LENGTH } from './virtio-header.ts'

const ROOM = 16

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.replace(/\s/g, '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
}

/** A packet with room before it, filled with bytes that must not survive there. */
function packetOf(header: string, payload: number): Uint8Array {
  const bytes = new Uint8Array(ROOM + bytesOf(header).length + payload).fill(0xaa, 0, ROOM)
  bytes.set(bytesOf(header), ROOM)
  return bytes
}

const IPV4_TCP = `
  45 00 05 dc  00 00 40 00  40 06 00 00  0a 09 00 02  0a 09 00 01
  1b 58 9c 40  00 00 03 e8  00 00 00 01  50 10 ff ff  12 34 00 00`
const IPV6_TCP_WITH_TIMESTAMPS = `
  60 00 00 00  05 b4 06 40  fd 00 00 09 00 00 00 00 00 00 00 00 00 00 00 02
                            fd 00 00 09 00 00 00 00 00 00 00 00 00 00 00 01
  1b 58 9c 40  00 00 03 e8  00 00 00 01  80 10 ff ff  00 00 00 00
  01 01 08 0a  00 00 00 01  00 00 00 02`
const IPV4_UDP = `
  45 00 00 20  00 00 40 00  40 11 00 00  0a 09 00 02  0a 09 00 01
  1b 58 00 07  00 0c 00 00`

/** The virtio header and the checksum field of the transport at `at`, after `emitVirtioHeader`. */
function emitted(bytes: Uint8Array, at: number, offloaded: boolean, segmentSize: number): string {
  expect(emitVirtioHeader(bytes, ROOM, bytes.length, offloaded, segmentSize)).toBe(true)
  const checksum = bytes.subarray(ROOM + at, ROOM + at + 2)
  return `${hexOf(bytes.subarray(ROOM - VIRTIO_HEADER_LENGTH, ROOM))} | ${hexOf(checksum)}`
}

describe('emitVirtioHeader', () => {
  it('is all zeros for a packet that is complete, which stays as it is', () => {
    expect(emitted(packetOf(IPV4_TCP, 100), 36, false, 0)).toBe('00 00 00 00 00 00 00 00 00 00 | 12 34')
  })

  it('says where to put the checksum, and leaves the sum of the pseudo header there', () => {
    // 0a09 + 0002 + 0a09 + 0001 + 0006 + (20 + 100) = 0x1493
    expect(emitted(packetOf(IPV4_TCP, 100), 36, true, 0)).toBe('01 00 00 00 00 00 14 00 10 00 | 14 93')
    // 0a09 + 0002 + 0a09 + 0001 + 0011 + (8 + 4) = 0x1432
    expect(emitted(packetOf(IPV4_UDP, 4), 26, true, 0)).toBe('01 00 00 00 00 00 14 00 06 00 | 14 32')
    // 2 * (fd00 + 0009) + 0002 + 0001 + 0006 + (32 + 100) = 0x1fa9f, folded
    expect(emitted(packetOf(IPV6_TCP_WITH_TIMESTAMPS, 100), 56, true, 0)).toBe('01 00 00 00 00 00 28 00 10 00 | fa a0')
  })

  it('describes a super-packet', () => {
    expect(emitted(packetOf(IPV4_TCP, 14_600), 36, true, 1460)).toMatch(/^01 01 28 00 b4 05 14 00 10 00/)
    expect(emitted(packetOf(IPV6_TCP_WITH_TIMESTAMPS, 14_280), 56, false, 1428)).toMatch(
      /^01 04 48 00 94 05 28 00 10 00/,
    )
  })

  it('tells of CWR, which only the first segment may keep', () => {
    const bytes = packetOf(IPV4_TCP, 14_600)
    bytes[ROOM + 20 + 13] = 0x90
    expect(emitted(bytes, 36, true, 1460)).toMatch(/^01 81 28 00 b4 05/)
  })

  it('asks for no segmentation of what fits into one segment', () => {
    expect(emitted(packetOf(IPV4_TCP, 1460), 36, true, 1460)).toMatch(/^01 00 00 00 00 00 14 00 10 00/)
  })

  it('counts IPv4 options in', () => {
    const bytes = packetOf(`46${IPV4_TCP.trim().slice(2, 60)} 00 00 00 00 ${IPV4_TCP.trim().slice(60)}`, 20)
    expect(emitted(bytes, 40, true, 0)).toMatch(/^01 00 00 00 00 00 18 00 10 00/)
  })

  it('refuses what the kernel could not complete', () => {
    const icmp = packetOf(IPV4_TCP, 10)
    icmp[ROOM + 9] = 1
    expect(emitVirtioHeader(icmp, ROOM, icmp.length, true, 0)).toBe(false)
    expect(emitVirtioHeader(packetOf(IPV4_UDP, 3000), ROOM, ROOM + 3028, true, 1400)).toBe(false)
    expect(emitVirtioHeader(packetOf(IPV4_TCP, 0), ROOM, ROOM + 30, true, 0)).toBe(false)
  })
})

describe('parseVirtioHeader', () => {
  function parsed(hex: string): [boolean, boolean, number] {
    const packet = new Packet()
    const taken = parseVirtioHeader(bytesOf(hex), 0, packet)
    return [taken, packet.checksumOffloaded, packet.segmentSize]
  }

  it('knows what the kernel sends', () => {
    expect(parsed('00 00 00 00 00 00 00 00 00 00')).toEqual([true, false, 0])
    expect(parsed('01 00 00 00 00 00 14 00 10 00')).toEqual([true, true, 0])
    expect(parsed('02 00 00 00 00 00 00 00 00 00')).toEqual([true, true, 0])
    expect(parsed('01 01 28 00 b4 05 14 00 10 00')).toEqual([true, true, 1460])
    expect(parsed('01 04 3c 00 a0 05 28 00 10 00')).toEqual([true, true, 1440])
    expect(parsed('01 81 28 00 b4 05 14 00 10 00')).toEqual([true, true, 1460])
  })

  it('refuses kinds of segmentation that were not agreed upon, and segments of nothing', () => {
    expect(parsed('01 05 1c 00 78 05 14 00 06 00')[0]).toBe(false)
    expect(parsed('01 03 1c 00 78 05 14 00 06 00')[0]).toBe(false)
    expect(parsed('01 01 28 00 00 00 14 00 10 00')[0]).toBe(false)
  })

  it('never throws, and takes back what is emitted', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        parseVirtioHeader(bytes, 0, new Packet())
      }),
    )
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 65_000 }), fc.integer({ min: 1, max: 1460 }), (payload, size) => {
        const bytes = packetOf(IPV4_TCP, payload)
        emitVirtioHeader(bytes, ROOM, bytes.length, true, size)
        const packet = new Packet()
        expect(parseVirtioHeader(bytes, ROOM - VIRTIO_HEADER_LENGTH, packet)).toBe(true)
        expect(packet.checksumOffloaded).toBe(true)
        expect(packet.segmentSize).toBe(payload > size ? size : 0)
      }),
      { numRuns: 50 },
    )
  })

  it('never throws on a packet of any bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 90 }),
        fc.boolean(),
        fc.integer({ min: 0, max: 65_535 }),
        (tail, off, size) => {
          const bytes = new Uint8Array(ROOM + tail.length)
          bytes.set(tail, ROOM)
          emitVirtioHeader(bytes, ROOM, bytes.length, off, size)
          expect(bytes.length).toBe(ROOM + tail.length)
        },
      ),
    )
  })
})
