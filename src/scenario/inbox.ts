import type { StreamSocket } from '../socket/stream-socket.ts'

const CHUNK = 4096

/** What has come on a connection and was not yet understood: a protocol above TCP finds its own message boundaries. */
export class Inbox {
  bytes = new Uint8Array(0)
  private readonly chunk = new Uint8Array(CHUNK)

  /** Reads all that waits at `socket`. */
  fill(socket: StreamSocket): void {
    for (let count = socket.read(this.chunk); count > 0; count = socket.read(this.chunk)) {
      const longer = new Uint8Array(this.bytes.length + count)
      longer.set(this.bytes)
      longer.set(this.chunk.subarray(0, count), this.bytes.length)
      this.bytes = longer
    }
  }

  /** Takes the first `count` bytes out. */
  take(count: number): Uint8Array {
    const taken = this.bytes.slice(0, count)
    this.bytes = this.bytes.slice(count)
    return taken
  }
}

/** One character for each byte, as ASCII has it. */
export function asciiText(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}
