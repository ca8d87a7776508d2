/** A running hash of numbers and bytes, 64 bits of two 32-bit halves (FNV-1a, and a multiplicative one), the same in every engine. */
export class TraceHash {
  private low = 0x811c9dc5 | 0
  private high = 0x9e3779b9 | 0

  /** A whole number up to 2^53. */
  number(value: number): void {
    this.word(value | 0)
    this.word(Math.floor(value / 2 ** 32) | 0)
  }

  text(text: string): void {
    this.word(text.length)
    for (let i = 0; i < text.length; i += 1) this.word(text.charCodeAt(i))
  }

  bytes(bytes: Uint8Array): void {
    this.word(bytes.length)
    let { low, high } = this
    for (const byte of bytes) {
      low = Math.imul(low ^ byte, 0x01000193)
      high = Math.imul(high + byte, 0x85ebca6b) ^ (high >>> 15)
    }
    this.low = low
    this.high = high
  }

  /** 16 hexadecimal digits. */
  get digest(): string {
    return hex(this.mix(this.low)) + hex(this.mix(this.high))
  }

  private word(word: number): void {
    for (let shift = 0; shift < 32; shift += 8) {
      const byte = (word >>> shift) & 255
      this.low = Math.imul(this.low ^ byte, 0x01000193)
      this.high = Math.imul(this.high + byte, 0x85ebca6b) ^ (this.high >>> 15)
    }
  }

  private mix(half: number): number {
    let h = half ^ (half >>> 16)
    h = Math.imul(h, 0x7feb352d)
    h ^= h >>> 15
    h = Math.imul(h, 0x846ca68b)
    return (h ^ (h >>> 16)) >>> 0
  }
}

function hex(half: number): string {
  return half.toString(16).padStart(8, '0')
}
