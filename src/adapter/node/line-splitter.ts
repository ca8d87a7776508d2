/** Splits a stream of bytes into lines of bounded length. */
export class LineSplitter {
  private readonly limit: number
  private readonly decoder = new TextDecoder()
  /** What has come of a line that is not whole, and how much that is. */
  private parts: string[] = []
  private length = 0

  /** `limit`: most UTF-16 code units of a line. */
  constructor(limit: number) {
    this.limit = limit
  }

  /** The lines that `bytes` complete, without their line breaks. Throws RangeError when one is too long. */
  push(bytes: Uint8Array): string[] {
    const pieces = this.decoder.decode(bytes, { stream: true }).split('\n')
    const rest = pieces.pop() ?? ''
    const lines: string[] = []
    for (const piece of pieces) {
      this.hold(piece)
      lines.push(this.parts.join(''))
      this.parts = []
      this.length = 0
    }
    this.hold(rest)
    return lines
  }

  private hold(piece: string): void {
    this.length += piece.length
    if (this.length > this.limit) throw new RangeError(`a line is longer than ${this.limit} characters`)
    if (piece !== '') this.parts.push(piece)
  }
}
