import type { Field } from 'estab/trace'

/** Four bytes of a packet as they stand in the RFCs' pictures, and the fields that begin there. */
interface HeaderWord {
  readonly start: number
  readonly end: number
  readonly fields: readonly Field[]
}

/** A protocol's header, four bytes by four bytes. */
export interface HeaderPart {
  readonly layer: Field['layer']
  readonly words: readonly HeaderWord[]
}

const WORD = 4

/** Fields whose parts stand for themselves, and of these those whose own value would say the same again. */
const TOLD_BY_PARTS = new Set(['tcp.option.timestamps', 'tcp.option.sack', 'icmp.quote'])
const SAID_AGAIN = /^tcp\.option\./
/** Parts that say nothing to a reader who sees the whole. */
const SILENT_PARTS = /\.option\.(kind|length|data)$/

/** The headers of a packet, layer by layer; without its payload. */
export function headerParts(fields: readonly Field[]): HeaderPart[] {
  const layers = [...new Set(fields.map(({ layer }) => layer))].filter((layer) => layer !== 'payload')
  return layers.map((layer) => {
    const own = fields.filter((field) => field.layer === layer)
    const start = Math.min(...own.map((field) => field.start))
    const end = Math.max(...own.map((field) => field.end))
    const shown = own.flatMap(shownFields)
    const words: HeaderWord[] = []
    for (let at = start; at < end; at += WORD) {
      const next = Math.min(at + WORD, end)
      words.push({ start: at, end: next, fields: shown.filter((field) => field.start >= at && field.start < next) })
    }
    return { layer, words }
  })
}

/** A field, and behind it the parts that stand for themselves. */
function shownFields(field: Field): Field[] {
  if (!TOLD_BY_PARTS.has(field.name)) return [field]
  const value = SAID_AGAIN.test(field.name) ? '' : field.value
  return [{ ...field, value }, ...field.parts.filter(({ name }) => !SILENT_PARTS.test(name)).flatMap(shownFields)]
}

/** A field is told to be in these bytes of the packet. */
export function covers({ start, end }: Pick<Field, 'start' | 'end'>, byte: number): boolean {
  return byte >= start && byte < end
}
