/** A capture file format: how long the next record is, and what to do with it. */
export interface CaptureFormat {
  /**
   * The length of the record at `at`, as far as it can be told from the `available` bytes there: a number beyond
   * `available` asks for so many. `offset` is where that is in the file. Throws CaptureError for a length that cannot be.
   */
  size(view: DataView, at: number, available: number, offset: number): number
  /** Takes the record of `length` bytes at `at`. Throws CaptureError where it contradicts itself. */
  take(view: DataView, at: number, length: number, offset: number): void
}

/** No honest record is longer, in bytes; what must be held of a file is bounded by it. */
export const MAX_RECORD = 16 * 1024 * 1024

/** The bytes of a part of a view, not copied. */
export function bytesOf(view: DataView, at: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + at, length)
}
