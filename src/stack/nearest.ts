/** The one of `names` that takes the fewest letters put in, left out or exchanged to become `name`. */
export function nearest(name: string, names: readonly string[]): string {
  let best = ''
  let least = Number.POSITIVE_INFINITY
  for (const each of names) {
    const edits = distance(name.slice(0, 64), each)
    if (edits < least) {
      least = edits
      best = each
    }
  }
  return best
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 0; i < a.length; i += 1) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j += 1) {
      const exchanged = row[j] + (a[i] === b[j] ? 0 : 1)
      next.push(Math.min(exchanged, row[j + 1] + 1, next[j] + 1))
    }
    row = next
  }
  return row[b.length]
}
