import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Device } from '../stack/device.ts'
import { Packet } from '../wire/packet.ts'
import { Bytes, PcapngFile, readCapture } from './capture.testkit.ts'
import { CaptureError } from './capture-error.ts'
import { CaptureReader } from './capture-reader.ts'
import { PcapngWriter } from './pcapng.ts'

function device(name: string, medium: 'ip' | 'ethernet'): Device {
  const fields = { mtu: 1500, hardwareAddress: new Uint8Array(6), checksumOffload: false, segmentation: 0 }
  const methods = { attach() {}, receive: () => false, claim: () => null, transmit() {}, close() {} }
  return { name, medium, ...fields, ...methods }
}

const DEVICES = [device('tun0', 'ip'), device('以太', 'ethernet')] as const

const written = fc.array(
  fc.record({
    device: fc.constantFrom(0, 1),
    direction: fc.constantFrom('in' as const, 'out' as const),
    now: fc.nat(Number.MAX_SAFE_INTEGER),
    bytes: fc.uint8Array({ maxLength: 100 }),
    comment: fc.string({ maxLength: 20 }),
  }),
)

/** The beginnings of files of both formats, whole records behind them. */
function beginnings(): Uint8Array[] {
  const ng = (little: boolean) => new PcapngFile().section(little).interface(1).packet(0, 9n, [1, 2, 3], 1).file
  const classic = (little: boolean) =>
    new Bytes(little).u32(0xa1b2c3d4).u16(2, 4).u32(0, 0, 99, 1).u32(1, 2, 3, 3).raw([1, 2, 3]).bytes
  return [new Uint8Array(0), ng(true), ng(false), classic(true), classic(false)]
}

describe('CaptureReader', () => {
  it('reads what PcapngWriter writes, in pieces of any size', () => {
    fc.assert(
      fc.property(written, fc.array(fc.integer({ min: 1, max: 90 })), (packets, sizes) => {
        const chunks: number[] = []
        const writer = new PcapngWriter((bytes) => chunks.push(...bytes), { hardware: 'virtual', os: 'none' })
        for (const { device, direction, now, bytes, comment } of packets) {
          const packet = new Packet()
          packet.hold(bytes)
          writer.write(direction, DEVICES[device === 0 ? 0 : 1], packet, now, comment)
        }
        const read = readCapture(Uint8Array.from(chunks), ...sizes)
        expect(read.error).toBeNull()
        const order = [...new Set(packets.map((each) => each.device))]
        expect(read.packets.map(({ ip, linkType, ...rest }) => rest)).toEqual(
          packets.map(({ device, direction, now, bytes }) => ({
            time: now,
            interfaceIndex: order.indexOf(device),
            interfaceName: DEVICES[device === 0 ? 0 : 1].name,
            direction,
            originalLength: bytes.length,
            bytes,
          })),
        )
      }),
    )
  })

  it('reads the same from a file byte by byte and all at once', () => {
    for (const file of beginnings().slice(1)) {
      const whole = readCapture(file)
      expect([whole.error, whole.packets.length]).toEqual([null, 1])
      for (const size of [1, 2, 3, 7, 13, 29]) expect(readCapture(file, size).packets).toEqual(whole.packets)
    }
  })

  it('throws nothing but CaptureError, whatever the bytes and their pieces', () => {
    const beginning = fc.constantFrom(...beginnings())
    const number = fc.constantFrom(0, 0, 0, 1, 2, 3, 6, 10, 12, 13, 16, 20, 32, 255)
    const rest = fc.array(fc.oneof({ weight: 4, arbitrary: number }, fc.nat(255)), { maxLength: 200 })
    fc.assert(
      fc.property(beginning, rest, fc.nat(80), fc.array(fc.integer({ min: 1, max: 60 })), (head, more, cut, sizes) => {
        const file = Uint8Array.from([...head, ...more]).slice(0, Math.max(4, head.length + more.length - cut))
        const whole = readCapture(file)
        const pieces = readCapture(file, ...sizes)
        if (whole.error !== null) expect(whole.error).toBeInstanceOf(CaptureError)
        // How the file is cut into pieces changes nothing.
        expect(pieces.packets).toEqual(whole.packets)
        expect(String(pieces.error)).toBe(String(whole.error))
      }),
      { numRuns: 2000 },
    )
  })

  it('says that the last record is cut off, where, and how many packets came before it', () => {
    const file = new PcapngFile().section(true).interface(101).packet(0, 1n, [0x45]).packet(0, 2n, [0x45, 7]).file
    const start = file.length - 40
    for (const cut of [1, 20, 39]) {
      const { packets, error } = readCapture(file.slice(0, file.length - cut))
      expect(packets.length).toBe(1)
      expect(error).toMatchObject({ fault: 'cut off', offset: start })
      const where = `cut off at offset ${file.length - cut}, in the record that begins at ${start}`
      expect(String(error)).toContain(`${where}: copy the file again`)
    }
    expect(String(readCapture(file.slice(0, 7)).error)).toContain('cut off at offset 7, in its first header')
  })

  it('says what else a file is that is no capture', () => {
    const told = (...bytes: number[]) => readCapture(Uint8Array.from(bytes)).error
    expect(told(0x1f, 0x8b, 8, 0)).toMatchObject({ fault: 'unsupported' })
    expect(String(told(0x1f, 0x8b, 8, 0))).toContain('the file is compressed (offset 0): unpack it with gunzip first')
    expect(String(told(0x73, 0x6e, 0x6f, 0x6f))).toContain(
      'snoop, which is not read (offset 0): convert it with editcap',
    )
    expect(told(1, 2, 3, 4)).toMatchObject({ fault: 'not a capture', offset: 0 })
    expect(String(told(1, 2, 3, 4))).toContain('begins with the bytes 01020304 (offset 0), so that it is no capture')
    expect(String(told())).toContain('is empty')
    expect(String(told(1, 2))).toContain('has 2 bytes only')
  })

  it('counts packets, those without IP, and those of unknown link types', () => {
    const file = new PcapngFile().section(true).interface(101).interface(147).interface(127)
    file.packet(0, 1n, [0x45]).packet(0, 1n, [1]).packet(1, 1n, [0x45]).packet(1, 1n, [0x45]).packet(2, 1n, [0x45])
    const { reader } = readCapture(file.file)
    expect([reader.packets, reader.packetsWithoutIp]).toEqual([5, 4])
    expect([...reader.unknownLinkTypes]).toEqual([
      [147, 2],
      [127, 1],
    ])
  })

  it('lets through what the taker throws', () => {
    const reader = new CaptureReader(() => {
      throw new Error('mine')
    })
    expect(() => reader.push(new PcapngFile().section(true).interface(101).packet(0, 1n, [0]).file)).toThrow('mine')
  })
})
