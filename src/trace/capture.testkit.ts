import { CaptureReader } from './capture-reader.ts'
import type { CapturedPacket } from './captured-packet.ts'

/** Bytes written one after the other in one byte order. */
export class Bytes {
  private readonly little: boolean
  private readonly list: number[] = []

  constructor(little: boolean) {
    this.little = little
  }

  u16(...values: number[]): this {
    for (const value of values) this.number(2, BigInt(value))
    return this
  }

  u32(...values: number[]): this {
    for (const value of values) this.number(4, BigInt(value))
    return this
  }

  u64(value: bigint): this {
    return this.number(8, value)
  }

  raw(bytes: ArrayLike<number>): this {
    this.list.push(...Array.from(bytes))
    return this
  }

  /** Zeros up to a multiple of four. */
  pad(): this {
    while (this.list.length % 4 !== 0) this.list.push(0)
    return this
  }

  get bytes(): Uint8Array {
    return Uint8Array.from(this.list)
  }

  private number(size: number, value: bigint): this {
    const parts = Array.from({ length: size }, (_, i) => Number((BigInt.asUintN(64, value) >> BigInt(8 * i)) & 255n))
    return this.raw(this.little ? parts : parts.reverse())
  }
}

/** A pcapng file, block by block, as the draft describes it. */
export class PcapngFile {
  private readonly blocks: Uint8Array[] = []
  private little = true

  section(little: boolean): this {
    this.little = little
    return this.block(0x0a0d0d0a, (body) => body.u32(0x1a2b3c4d).u16(1, 0).u64(-1n))
  }

  /** `options` by code. */
  interface(linkType: number, options: Record<number, ArrayLike<number>> = {}, snapLength = 0): this {
    return this.block(1, (body) => this.options(body.u16(linkType, 0).u32(snapLength), options))
  }

  packet(number: number, units: bigint, data: ArrayLike<number>, flags = 0, original = data.length): this {
    const [high, low] = [Number(units >> 32n), Number(units & 0xffff_ffffn)]
    const options = flags === 0 ? {} : { 2: this.bytes().u32(flags).bytes }
    return this.block(6, (body) =>
      this.options(body.u32(number, high, low, data.length, original).raw(data).pad(), options),
    )
  }

  block(type: number, fill: (body: Bytes) => Bytes): this {
    const body = fill(this.bytes()).pad().bytes
    this.blocks.push(
      this.bytes()
        .u32(type, body.length + 12)
        .raw(body)
        .u32(body.length + 12).bytes,
    )
    return this
  }

  /** To write a value in the section's byte order. */
  bytes(): Bytes {
    return new Bytes(this.little)
  }

  get file(): Uint8Array {
    return Uint8Array.from(this.blocks.flatMap((block) => [...block]))
  }

  private options(body: Bytes, options: Record<number, ArrayLike<number>>): Bytes {
    for (const [code, value] of Object.entries(options)) body.u16(Number(code), value.length).raw(value).pad()
    return body.u16(0, 0)
  }
}

/** What a reader gives of a file pushed in pieces of those sizes, the last again and again; and what it threw. */
export function readCapture(file: Uint8Array, ...sizes: number[]) {
  const packets: CapturedPacket[] = []
  const reader = new CaptureReader((packet) => packets.push({ ...packet, bytes: packet.bytes.slice() }))
  let error: unknown = null
  try {
    let size = file.length
    for (let at = 0, i = 0; at < file.length; at += size, i += 1) {
      size = Math.max(1, sizes[Math.min(i, sizes.length - 1)] ?? file.length)
      reader.push(file.slice(at, at + size))
    }
    reader.end()
  } catch (thrown) {
    error = thrown
  }
  return { reader, packets, error }
}
