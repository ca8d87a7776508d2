/** A piece of a text: plain, code, or a name that is not to be broken. */
export interface Piece {
  readonly kind: 'plain' | 'code' | 'name'
  readonly text: string
}

/** `code`, and the names of states and segments with their hyphens and commas. */
const SPECIAL = /(`[^`]+`|(?:SYN|FIN|CLOSE|TIME|LAST)(?:[-,](?:SENT|RECEIVED|RECV|WAIT|ACK|FIN|1|2)(?![A-Z]))+)/

export function piecesOf(text: string): Piece[] {
  return text
    .split(SPECIAL)
    .filter((piece) => piece !== '')
    .map((piece): Piece => {
      if (/^`.+`$/.test(piece)) return { kind: 'code', text: piece.slice(1, -1) }
      return { kind: SPECIAL.test(piece) ? 'name' : 'plain', text: piece }
    })
}
