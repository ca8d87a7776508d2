/** Values of plain data by their paths: `snd.una`. Lists count as one value. */
function* leaves(data: unknown, path: string): Iterable<readonly [string, string]> {
  if (typeof data === 'object' && data !== null && !Array.isArray(data)) {
    for (const [key, value] of Object.entries(data)) yield* leaves(value, path === '' ? key : `${path}.${key}`)
  } else yield [path, JSON.stringify(data)]
}

/** The paths at which plain data differs from what it was; none if there was nothing before. */
export function changedPaths(before: unknown, now: unknown): ReadonlySet<string> {
  if (before === null || before === undefined) return new Set()
  const known = new Map(leaves(before, ''))
  const changed = new Set<string>()
  for (const [path, value] of leaves(now, '')) if (known.get(path) !== value) changed.add(path)
  return changed
}
