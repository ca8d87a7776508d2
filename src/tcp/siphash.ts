/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012) over 32-bit words. It turns a secret key and a connection's
 * names into numbers that nobody else can foresee.
 */
export class SipHash {
  private readonly k0: number
  private readonly k1: number
  private readonly k2: number
  private readonly k3: number
  /** The result's low and high half, uint32. */
  low = 0
  high = 0

  /** The 128-bit key as four little-endian words. */
  constructor(k0: number, k1: number, k2: number, k3: number) {
    this.k0 = k0 | 0
    this.k1 = k1 | 0
    this.k2 = k2 | 0
    this.k3 = k3 | 0
  }

  /**
   * Hashes `count` little-endian 32-bit words of the message, then `tail` bytes (0..3) held in `last`. Result
   * in `low`, `high`. The four 64-bit variables of the algorithm, a to d, are local pairs of int32: as
   * fields or in an array they cost five times as much.
   */
  hash(words: Uint32Array, count: number, last = 0, tail = 0): void {
    let a = this.k0 ^ 0x70736575
    let ah = this.k1 ^ 0x736f6d65
    let b = this.k2 ^ 0x6e646f6d
    let bh = this.k3 ^ 0x646f7261
    let c = this.k0 ^ 0x6e657261
    let ch = this.k1 ^ 0x6c796765
    let d = this.k2 ^ 0x79746573
    let dh = this.k3 ^ 0x74656462
    const ending = count >>> 1
    const length = ((4 * count + tail) & 0xff) << 24
    // Every block of the message, the block that ends it, and the finalisation.
    for (let block = 0; block <= ending + 1; block += 1) {
      let m = 0
      let mh = 0
      if (block < ending) {
        m = words[2 * block] ?? 0
        mh = words[2 * block + 1] ?? 0
      } else if (block === ending) {
        m = count & 1 ? (words[count - 1] ?? 0) : last
        mh = count & 1 ? length | last : length
      } else {
        c ^= 0xff
      }
      d ^= m
      dh ^= mh
      for (let round = block > ending ? 4 : 2; round > 0; round -= 1) {
        let low = (a >>> 0) + (b >>> 0)
        ah = (ah + bh + (low > 0xffffffff ? 1 : 0)) | 0
        a = low | 0
        let turned = (b << 13) | (bh >>> 19)
        bh = ((bh << 13) | (b >>> 19)) ^ ah
        b = turned ^ a
        turned = a
        a = ah
        ah = turned
        low = (c >>> 0) + (d >>> 0)
        ch = (ch + dh + (low > 0xffffffff ? 1 : 0)) | 0
        c = low | 0
        turned = (d << 16) | (dh >>> 16)
        dh = ((dh << 16) | (d >>> 16)) ^ ch
        d = turned ^ c
        low = (a >>> 0) + (d >>> 0)
        ah = (ah + dh + (low > 0xffffffff ? 1 : 0)) | 0
        a = low | 0
        turned = (d << 21) | (dh >>> 11)
        dh = ((dh << 21) | (d >>> 11)) ^ ah
        d = turned ^ a
        low = (c >>> 0) + (b >>> 0)
        ch = (ch + bh + (low > 0xffffffff ? 1 : 0)) | 0
        c = low | 0
        turned = (b << 17) | (bh >>> 15)
        bh = ((bh << 17) | (b >>> 15)) ^ ch
        b = turned ^ c
        turned = c
        c = ch
        ch = turned
      }
      a ^= m
      ah ^= mh
    }
    this.low = (a ^ b ^ c ^ d) >>> 0
    this.high = (ah ^ bh ^ ch ^ dh) >>> 0
  }
}
