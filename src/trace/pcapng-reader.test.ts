import { describe, expect, it } from 'vitest'
import { PcapngFile, readCapture } from './capture.testkit.ts'

const IP = [0x45, 0, 0, 20, 9]
const ascii = (text: string) => new TextEncoder().encode(text)

/** The times told of a packet of `units` on an interface with these options. */
function timeOf(units: bigint, options: (file: PcapngFile) => Record<number, ArrayLike<number>>, little = true) {
  const file = new PcapngFile().section(little)
  const { packets, error } = readCapture(file.interface(101, options(file)).packet(0, units, IP).file)
  expect(error).toBeNull()
  return packets[0]?.time
}

describe.each([true, false])('pcapng, little-endian %s', (little) => {
  it('tells interface, direction, length and bytes of each packet', () => {
    const file = new PcapngFile().section(little)
    file.interface(101, { 2: ascii('tun三') }).interface(1)
    file
      .packet(0, 5_000_000n, IP, 1)
      .packet(1, 6_000_000n, IP, 2, 1500)
      .packet(0, 7n << 32n, IP)
    expect(readCapture(file.file)).toMatchObject({
      error: null,
      packets: [
        { time: 5_000_000, interfaceIndex: 0, interfaceName: 'tun三', linkType: 101, direction: 'in', ip: 0 },
        { time: 6_000_000, interfaceIndex: 1, interfaceName: '', direction: 'out', originalLength: 1500, ip: -1 },
        { time: 7 * 2 ** 32, direction: '', bytes: Uint8Array.from(IP) },
      ],
    })
  })

  it('reads simple packets up to the snap length, at the time of the packet before', () => {
    const file = new PcapngFile().section(little).interface(101, {}, 3).packet(0, 44n, [])
    file.block(3, (body) => body.u32(1000).raw(IP.slice(0, 3)))
    const { packets } = readCapture(file.file)
    expect(packets[1]).toMatchObject({ time: 44, originalLength: 1000, bytes: Uint8Array.from(IP.slice(0, 3)) })
  })

  it('reads the obsolete packet block, its flags among the options', () => {
    const file = new PcapngFile().section(little).interface(0).interface(101)
    file.block(2, (body) => body.u16(1, 9).u32(0, 77, 5, 6).raw(IP).pad().u16(2, 4).u32(2).u16(0, 0))
    const { packets } = readCapture(file.file)
    expect(packets).toMatchObject([{ time: 77, interfaceIndex: 1, originalLength: 6, direction: 'out', ip: 0 }])
  })

  it('passes over blocks that it does not know', () => {
    const file = new PcapngFile().section(little).block(0x8000_0001, (body) => body.u32(1, 2, 3))
    expect(
      readCapture(
        file
          .interface(101)
          .block(5, (body) => body)
          .packet(0, 1n, IP).file,
      ),
    ).toMatchObject({
      error: null,
      packets: [{ time: 1 }],
    })
  })

  it('counts interfaces on through sections of either byte order', () => {
    const file = new PcapngFile().section(little).interface(101).interface(101).packet(1, 1n, IP)
    file
      .section(!little)
      .interface(1, { 2: ascii('b') })
      .packet(0, 2n, IP)
    expect(readCapture(file.file).packets).toMatchObject([
      { interfaceIndex: 1, linkType: 101, time: 1 },
      { interfaceIndex: 2, linkType: 1, interfaceName: 'b', time: 2 },
    ])
  })

  it('reads every resolution, and adds the offset', () => {
    const nano = 1_700_000_000_123_456_789n
    expect(timeOf(nano, () => ({ 9: [9] }), little)).toBe(1_700_000_000_123_456)
    expect(timeOf(1_700_000_000n, () => ({ 9: [0] }), little)).toBe(1_700_000_000_000_000)
    expect(timeOf(3n << 9n, () => ({ 9: [0x80 | 10] }), little)).toBe(1_500_000)
    const offset = (file: PcapngFile) => ({ 14: file.bytes().u64(-2n).bytes })
    expect(timeOf(5_000_000n, offset, little)).toBe(3_000_000)
    expect(timeOf(5n, () => ({ 9: [0xff] }), little)).toBe(0)
    expect(timeOf(5n, () => ({ 9: [127] }), little)).toBe(0)
    expect(timeOf(2n ** 64n - 1n, () => ({ 9: [0] }), little)).toBe(Number.MAX_SAFE_INTEGER)
  })

  it('ends the options where they are malformed', () => {
    const file = new PcapngFile().section(little)
    file.block(1, (body) => body.u16(101, 0).u32(0).u16(2, 500).u32(0))
    expect(readCapture(file.packet(0, 1n, IP).file)).toMatchObject({ error: null, packets: [{ interfaceName: '' }] })
  })
})

describe('damaged pcapng', () => {
  const head = () => new PcapngFile().section(true).interface(101).packet(0, 1n, IP)
  const start = head().file.length
  const broken: [string, Uint8Array][] = [
    [
      'by a block of 7 bytes',
      head()
        .block(9, (body) => body.u32(0))
        .file.map((b, i) => (i === start + 4 ? 7 : b)),
    ],
    [
      'by a block of 16777228 bytes',
      head()
        .block(9, (body) => body.u32(0))
        .file.map((b, i) => (i === start + 4 ? 12 : i === start + 7 ? 1 : b)),
    ],
    [
      'by a block of 16 bytes that ends as one of 20',
      head()
        .block(9, (body) => body.u32(0))
        .file.map((b, i) => (i === start + 12 ? 20 : b)),
    ],
    ['by a packet of interface 3, where the section has 1', head().packet(3, 1n, IP).file],
    ['by a block with 4 bytes inside where 20 are due', head().block(6, (body) => body.u32(0)).file],
    [
      'by a block with 20 bytes inside where 4294967315 are due',
      head().block(6, (b) => b.u32(0, 0, 0, 2 ** 32 - 1, 0)).file,
    ],
    ['by a section without byte order', head().block(0x0a0d0d0a, (body) => body.u32(1, 2, 3, 4)).file],
    ['by a packet of interface 0, where the section has 0', head().section(true).packet(0, 1n, IP).file],
  ]

  it.each(broken)('is told: %s', (what, file) => {
    const { packets, error } = readCapture(file)
    expect(packets.length).toBe(1)
    expect(error).toMatchObject({ fault: 'damaged' })
    expect(String(error)).toMatch(new RegExp(`damaged at offset \\d+, ${what}: the packets before it are good`))
  })

  it('refuses a section of another version', () => {
    const file = new PcapngFile().section(true).file
    file[12] = 2
    expect(readCapture(file).error).toMatchObject({ fault: 'unsupported', offset: 0 })
  })
})
