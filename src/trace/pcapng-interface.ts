import { decodeUtf8 } from './utf8.ts'

/* Options of an interface description (draft-ietf-opsawg-pcapng, 4.2). */
const OPT_END = 0
const IF_NAME = 2
const IF_TSRESOL = 9
const IF_TSOFFSET = 14

/** No interface has a longer name, in bytes of UTF-8. */
const MAX_NAME = 256

const MICROSECONDS = 1_000_000n
const MAX_TIME = BigInt(Number.MAX_SAFE_INTEGER)

/** Calls `take` for each option in `at` .. `end`; where they are malformed they end. */
export function walkOptions(
  view: DataView,
  at: number,
  end: number,
  little: boolean,
  take: (code: number, at: number, length: number) => void,
): void {
  let next = at
  while (next + 4 <= end) {
    const code = view.getUint16(next, little)
    const length = view.getUint16(next + 2, little)
    if (code === OPT_END || next + 4 + length > end) return
    take(code, next + 4, length)
    next += 4 + ((length + 3) & ~3)
  }
}

/** What a section says of one interface: how to read its packets and their times. */
export class PcapngInterface {
  readonly index: number
  readonly linkType: number
  /** Packets are cut to so many bytes; 0 for never. */
  readonly snapLength: number
  readonly name: string
  /** Units of time in a second, and seconds to add. */
  private readonly resolution: bigint
  private readonly offset: bigint
  /** Units are microseconds and nothing is to be added, as in most files. */
  private readonly plain: boolean

  /** Reads the body of an interface description block in `at` .. `end`, at least 8 bytes. */
  constructor(index: number, view: DataView, at: number, end: number, little: boolean) {
    let name = ''
    let resolution = MICROSECONDS
    let offset = 0n
    walkOptions(view, at + 8, end, little, (code, start, length) => {
      if (code === IF_NAME) name = decodeUtf8(view, start, Math.min(length, MAX_NAME))
      if (code === IF_TSRESOL && length >= 1) resolution = resolutionOf(view.getUint8(start))
      if (code === IF_TSOFFSET && length >= 8) offset = view.getBigInt64(start, little)
    })
    this.index = index
    this.linkType = view.getUint16(at, little)
    this.snapLength = view.getUint32(at + 4, little)
    this.name = name
    this.resolution = resolution
    this.offset = offset
    this.plain = resolution === MICROSECONDS && offset === 0n
  }

  /** A timestamp of two halves in microseconds, rounded down, held within what a number can tell exactly. */
  time(high: number, low: number): number {
    if (this.plain && high < 0x20_0000) return high * 0x1_0000_0000 + low
    const units = (BigInt(high) << 32n) | BigInt(low)
    const time = (units * MICROSECONDS) / this.resolution + this.offset * MICROSECONDS
    return Number(time > MAX_TIME ? MAX_TIME : time < -MAX_TIME ? -MAX_TIME : time)
  }
}

/** The highest bit says whether the rest is a power of 2 or of 10. */
function resolutionOf(field: number): bigint {
  const exponent = BigInt(field & 0x7f)
  return field & 0x80 ? 1n << exponent : 10n ** exponent
}
