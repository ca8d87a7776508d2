import type { CaptureRow } from './capture-index.ts'

export const ORDERS = ['time', 'packets', 'bytes', 'retransmissions', 'duration', 'endpoints', 'states'] as const
export type Order = (typeof ORDERS)[number]

/** Rows in which every word of `text` is found: in their addresses and ports, protocol and states. */
export function filterRows(rows: readonly CaptureRow[], text: string): readonly CaptureRow[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  if (words.length === 0) return rows
  return rows.filter(({ protocol, endpoints, states }) => {
    const all = [protocol, ...endpoints, ...states].join(' ').toLowerCase()
    return words.every((word) => all.includes(word))
  })
}

/** The first seen first; figures the largest first; texts by the alphabet. */
export function sortRows(rows: readonly CaptureRow[], order: Order): readonly CaptureRow[] {
  switch (order) {
    case 'time':
      return [...rows].sort((a, b) => a.from - b.from || a.id - b.id)
    case 'duration':
      return [...rows].sort((a, b) => b.to - b.from - (a.to - a.from) || a.id - b.id)
    case 'endpoints':
    case 'states':
      return [...rows].sort((a, b) => compare(a[order].join(' '), b[order].join(' ')) || a.id - b.id)
    default:
      return [...rows].sort((a, b) => b[order] - a[order] || a.id - b.id)
  }
}

/** Addresses and ports by their numbers. */
function compare(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}
