import { describe, expect, it } from 'vitest'
import { Bytes, readCapture } from './capture.testkit.ts'

/** A file header and two records of `time` and one byte later in the fraction. */
function pcap(little: boolean, magic: number, linkType = 101): Uint8Array {
  const file = new Bytes(little).u32(magic).u16(2, 4).u32(0, 0, 65535, linkType)
  file.u32(1_700_000_000, 123_456, 3, 60).raw([0x45, 1, 2])
  return file.u32(4_000_000_000, 999_999_999, 1, 1).raw([0x60]).bytes
}

describe('classic pcap', () => {
  const all = [true, false].flatMap((little) =>
    ([0xa1b2c3d4, 0xa1b23c4d] as const).map((magic) => ({ little, magic, nano: magic === 0xa1b23c4d })),
  )

  it.each(all)('is read: little-endian $little, nanoseconds $nano', ({ little, magic, nano }) => {
    const { packets, error } = readCapture(pcap(little, magic))
    expect(error).toBeNull()
    const fractions = nano ? [123, 999_999] : [123_456, 999_999_999]
    expect(packets).toEqual([
      {
        time: 1_700_000_000_000_000 + (fractions[0] ?? 0),
        interfaceIndex: 0,
        interfaceName: '',
        linkType: 101,
        direction: '',
        originalLength: 60,
        bytes: Uint8Array.of(0x45, 1, 2),
        ip: 0,
      },
      expect.objectContaining({ time: 4_000_000_000_000_000 + (fractions[1] ?? 0), bytes: Uint8Array.of(0x60), ip: 0 }),
    ])
  })

  it('leaves out the bits above the link type, which tell of frame checksums', () => {
    expect(readCapture(pcap(true, 0xa1b2c3d4, 0x1400_0001)).packets[0]?.linkType).toBe(1)
  })

  it('refuses a record that no packet can have, and keeps those before it', () => {
    const file = new Bytes(false).raw(pcap(false, 0xa1b2c3d4)).u32(0, 0, 0xffff_ffff, 0).bytes
    const { packets, error, reader } = readCapture(file)
    expect(packets.length).toBe(2)
    expect(error).toMatchObject({ name: 'CaptureError', fault: 'damaged', offset: 24 + 19 + 17 })
    expect(String(error)).toBe(
      'CaptureError: the capture is damaged at offset 60, by a packet of 4294967295 bytes: the packets before it are good, capture the rest again',
    )
    expect(() => reader.push(file)).toThrow('at offset 60')
  })

  it('refuses another version', () => {
    const { error } = readCapture(new Bytes(true).u32(0xa1b2c3d4).u16(543, 0).u32(0, 0, 0, 0).bytes)
    expect(error).toMatchObject({ fault: 'unsupported', offset: 4 })
    expect(String(error)).toContain('pcap version 543.0 (offset 4), which is not read: convert it with editcap')
  })
})
