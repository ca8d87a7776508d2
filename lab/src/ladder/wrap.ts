/** Words, and each Chinese letter for itself with the points that follow it. */
const PIECES = /[\u2e80-\uffef][，。；：、！？）”]*|[^\s\u2e80-\uffef]+\s*|\s+/g

/** Breaks a text into lines of at most `width` pixels, at most `most` of them: the last ends in `…` if more would come. */
export function wrapText(text: string, width: number, most: number, measure: (text: string) => number): string[] {
  const lines: string[] = []
  let line = ''
  for (const piece of text.match(PIECES) ?? []) {
    if (line !== '' && measure((line + piece).trimEnd()) > width) {
      lines.push(line.trimEnd())
      line = ''
    }
    line += piece
  }
  if (line !== '') lines.push(line.trimEnd())
  const shown = lines.slice(0, most)
  const last = shown.length - 1
  if (last >= 0 && (lines.length > most || measure(shown[last] ?? '') > width)) {
    let cut = lines.length > most ? `${shown[last]}…` : (shown[last] ?? '')
    while (cut.length > 2 && measure(cut) > width) cut = `${cut.slice(0, -2)}…`
    shown[last] = cut
  }
  return shown
}
