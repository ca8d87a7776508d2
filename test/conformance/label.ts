/**
 * Finds `label` as a whole: 'MUST-3' is not in 'MUST-31', 'RFC 5961, 3' not in 'RFC 5961, 3.2', and
 * 'RFC 7323, 5.3' not in 'RFC 7323, 5.3 R1'. As `source` it is a pattern for vitest's -t, too.
 */
export function labelPattern(label: string): RegExp {
  const text = label.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  // A section may be followed by the mark of one of its rules, which is a label of its own.
  const end = label.startsWith('RFC') ? '(?![\\w]|\\.\\d| [A-Z]\\d| [a-z]\\b(?! ?[a-z]))' : '(?!\\d)'
  return new RegExp(`(?<![\\w-])${text}${end}`)
}
