import type { StreamSocket } from '../socket/stream-socket.ts'
import { asciiText } from './inbox.ts'

/** What applications of the plays say to each other: ASCII. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 0x7f)
}

/** Reads all that has come; '' when nothing has. */
export function readText(socket: StreamSocket): string {
  const bytes = new Uint8Array(socket.readable)
  const count = bytes.length === 0 ? 0 : socket.read(bytes)
  return asciiText(bytes.subarray(0, count))
}
