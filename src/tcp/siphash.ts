/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012) over 32-bit words, 64-bit state as pairs of int32. It
 * turns a secret key and a connection's names into numbers that nobody else can foresee.
 */
export class SipHash {
  private readonly k0: number
  private readonly k1: number
  private readonly k2: number
  private readonly k3: number
  /** The result's low and high half, uint32. */
  low = 0
  high = 0
  private readonly v = new Int32Array(8)

  /** The 128-bit key as four little-endian words. */
  constructor(k0: number, k1: number, k2: number, k3: number) {
    this.k0 = k0 | 0
    this.k1 = k1 | 0
    this.k2 = k2 | 0
    this.k3 = k3 | 0
  }

  /** Hashes `count` little-endian 32-bit words of the message, then `tail` bytes (0..3) held in `last`. Result in `low`, `high`. */
  hash(words: Uint32Array, count: number, last = 0, tail = 0): void {
    const v = this.v
    v[0] = this.k0 ^ 0x70736575
    v[1] = this.k1 ^ 0x736f6d65
    v[2] = this.k2 ^ 0x6e646f6d
    v[3] = this.k3 ^ 0x646f7261
    v[4] = this.k0 ^ 0x6e657261
    v[5] = this.k1 ^ 0x6c796765
    v[6] = this.k2 ^ 0x79746573
    v[7] = this.k3 ^ 0x74656462
    const pairs = count >>> 1
    for (let i = 0; i < pairs; i += 1) this.block(words[2 * i] ?? 0, words[2 * i + 1] ?? 0)
    const length = ((4 * count + tail) & 0xff) << 24
    if (count & 1) this.block(words[count - 1] ?? 0, length | last)
    else this.block(last, length)
    v[4] = (v[4] ?? 0) ^ 0xff
    for (let i = 0; i < 4; i += 1) this.round()
    this.low = ((v[0] ?? 0) ^ (v[2] ?? 0) ^ (v[4] ?? 0) ^ (v[6] ?? 0)) >>> 0
    this.high = ((v[1] ?? 0) ^ (v[3] ?? 0) ^ (v[5] ?? 0) ^ (v[7] ?? 0)) >>> 0
  }

  private block(low: number, high: number): void {
    const v = this.v
    v[6] = (v[6] ?? 0) ^ low
    v[7] = (v[7] ?? 0) ^ high
    this.round()
    this.round()
    v[0] = (v[0] ?? 0) ^ low
    v[1] = (v[1] ?? 0) ^ high
  }

  private round(): void {
    this.addInto(0, 2)
    this.rotateXor(2, 13, 0)
    this.swap(0)
    this.addInto(4, 6)
    this.rotateXor(6, 16, 4)
    this.addInto(0, 6)
    this.rotateXor(6, 21, 0)
    this.addInto(4, 2)
    this.rotateXor(2, 17, 4)
    this.swap(4)
  }

  /** v[a] += v[b] (64 bits). */
  private addInto(a: number, b: number): void {
    const v = this.v
    const low = ((v[a] ?? 0) >>> 0) + ((v[b] ?? 0) >>> 0)
    v[a] = low | 0
    v[a + 1] = ((v[a + 1] ?? 0) + (v[b + 1] ?? 0) + (low > 0xffffffff ? 1 : 0)) | 0
  }

  /** v[a] = rotl(v[a], bits) ^ v[b]. */
  private rotateXor(a: number, bits: number, b: number): void {
    const v = this.v
    const low = v[a] ?? 0
    const high = v[a + 1] ?? 0
    v[a] = ((low << bits) | (high >>> (32 - bits))) ^ (v[b] ?? 0)
    v[a + 1] = ((high << bits) | (low >>> (32 - bits))) ^ (v[b + 1] ?? 0)
  }

  /** v[a] = rotl(v[a], 32). */
  private swap(a: number): void {
    const v = this.v
    const low = v[a] ?? 0
    v[a] = v[a + 1] ?? 0
    v[a + 1] = low
  }
}
