/** FNV-1a over the text of plain data: 8 hexadecimal digits. */
export function hashOf(data: unknown): string {
  const text = JSON.stringify(data)
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}
