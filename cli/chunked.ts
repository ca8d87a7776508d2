const LF = 10
const MAX_LINE = 16_384
/** So many hexadecimal digits stay exact in a number. */
const MAX_SIZE_DIGITS = 13

/** Takes the chunked transfer coding apart (RFC 9112, 7.1), whatever pieces it comes in. */
export class ChunkedDecoder {
  /** The last chunk and the trailer have come. */
  done = false
  private readonly emit: (content: Uint8Array) => void
  /** What comes next: the line with a chunk's size, its content, the line end after it, or the trailer. */
  private stage: 'size' | 'content' | 'end' | 'trailer' = 'size'
  private line = ''
  private left = 0

  /** `emit` gets the content in pieces, as views of what was given to `push`. */
  constructor(emit: (content: Uint8Array) => void) {
    this.emit = emit
  }

  /** Takes the next bytes; what comes after the end is ignored. False = malformed. */
  push(bytes: Uint8Array): boolean {
    let at = 0
    while (at < bytes.length && !this.done) {
      if (this.stage === 'content') {
        const count = Math.min(this.left, bytes.length - at)
        this.emit(bytes.subarray(at, at + count))
        this.left -= count
        at += count
        if (this.left === 0) this.stage = 'end'
        continue
      }
      const lf = bytes.indexOf(LF, at)
      const end = lf < 0 ? bytes.length : lf
      this.line += Buffer.from(bytes.buffer, bytes.byteOffset + at, end - at).toString('latin1')
      at = end + 1
      if (this.line.length > MAX_LINE) return false
      if (lf >= 0 && !this.takeLine()) return false
    }
    return true
  }

  private takeLine(): boolean {
    const line = this.line.replace(/\r$/, '')
    this.line = ''
    switch (this.stage) {
      case 'size':
        return this.takeSize(line)
      case 'end':
        this.stage = 'size'
        return line === ''
      default:
        this.done = line === ''
        return true
    }
  }

  private takeSize(line: string): boolean {
    const match = line.match(/^([0-9a-f]+)[ \t]*(?:;.*)?$/i)
    if (match === null) return false
    const digits = (match[1] ?? '').replace(/^0+(?=.)/, '')
    if (digits.length > MAX_SIZE_DIGITS) return false
    this.left = Number.parseInt(digits, 16)
    this.stage = this.left === 0 ? 'trailer' : 'content'
    return true
  }
}
