/** One line of a payload: where it begins, its bytes in hexadecimal and as text. */
export interface PayloadLine {
  readonly offset: number
  readonly hex: string
  readonly text: string
}

/** Bytes of a line. */
const LINE = 8

/** A payload as lines of hexadecimal and text; what is not printable ASCII is a dot. */
export function payloadLines(bytes: Uint8Array, most: number): PayloadLine[] {
  const lines: PayloadLine[] = []
  for (let offset = 0; offset < bytes.length && lines.length < most; offset += LINE) {
    const part = [...bytes.subarray(offset, offset + LINE)]
    const hex = part.map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
    const text = part.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·')).join('')
    lines.push({ offset, hex, text })
  }
  return lines
}
