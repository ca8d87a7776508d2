/**
 * The path that a request target asks for, relative to the root, decoded and without `.` and `..`:
 * 'a/b.txt', 'a/' for a folder, '' for the root. Null = malformed (RFC 9112, 3.2; RFC 3986, 3.3).
 * A target that climbs above the root is answered as malformed, too.
 */
export function pathOf(target: string): string | null {
  let path = target
  const absolute = target.match(/^https?:\/\/[^/?#]*/i)
  if (absolute !== null) path = target.slice(absolute[0].length) || '/'
  if (!path.startsWith('/') || path.includes('#')) return null
  const query = path.indexOf('?')
  if (query >= 0) path = path.slice(0, query)
  const kept: string[] = []
  const segments = path.slice(1).split('/')
  for (const [index, segment] of segments.entries()) {
    const name = decode(segment)
    if (name === null) return null
    const last = index === segments.length - 1
    if (name === '..') {
      if (kept.pop() === undefined) return null
      if (last) kept.push('')
    } else if (name === '.' || name === '') {
      if (last) kept.push('')
    } else {
      kept.push(name)
    }
  }
  return kept.join('/')
}

/** One segment: '%41' is 'A'. Null = broken escapes, no UTF-8, or characters that no file name has. */
function decode(segment: string): string | null {
  let name: string
  try {
    // The head was read as Latin-1; raw bytes above ASCII stand for UTF-8.
    name = decodeURIComponent(segment.replace(/[\x80-\xff]/g, (c) => `%${c.charCodeAt(0).toString(16)}`))
  } catch {
    return null
  }
  return name.includes('/') || name.includes('\0') ? null : name
}

/** Whether the real path `path` is the real path `root` or lies below it. */
export function isWithin(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith('/') ? root : `${root}/`)
}
