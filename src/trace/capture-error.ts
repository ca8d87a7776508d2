/**
 * What is wrong with a capture: the file is no capture at all, of a kind that is not read, contradicts itself, or ends
 * in the middle of a record.
 */
export type CaptureFault = 'not a capture' | 'unsupported' | 'damaged' | 'cut off'

/** Thrown where a capture cannot be read on; the message is one sentence with the offset and what can be done. */
export class CaptureError extends Error {
  readonly fault: CaptureFault
  /** Where in the file, in bytes from its beginning: that of the record that cannot be read. */
  readonly offset: number

  constructor(fault: CaptureFault, offset: number, message: string) {
    super(message)
    this.name = 'CaptureError'
    this.fault = fault
    this.offset = offset
  }
}

/** Something in the file contradicts itself: from here on nothing can be trusted. */
export function damaged(offset: number, what: string): CaptureError {
  const remedy = offset > 0 ? 'the packets before it are good, capture the rest again' : 'capture it again'
  return new CaptureError('damaged', offset, `the capture is damaged at offset ${offset}, ${what}: ${remedy}`)
}
