/** A cookie has 4 to 16 bytes (RFC 7413, 4.1.1). */
const MAX_COOKIE = 16
/** Room that is left in a SYN with data for the options it may have, bytes (Linux: MAX_TCP_OPTION_SPACE). */
export const SYN_OPTION_ROOM = 40

/** What one connection does of TCP Fast Open (RFC 7413); most have none (`NO_FAST_OPEN`). */
export class FastOpen {
  /** Cookie of our first SYN or SYN,ACK: its length, 0 = we ask for one, -1 = no option. */
  cookieLength = -1
  readonly cookie = new Uint8Array(MAX_COOKIE)
  /** Active open: most bytes of data that our first SYN may carry; 0 = none. */
  synRoom = 0
  /** Passive open: the SYN's data was taken, and both ends may talk before the third ACK. */
  accepted = false
  /** Bytes of data that our SYN has carried, and whether the SYN,ACK acknowledged them. */
  sent = 0
  acknowledged = false
  /** Active open: the cookie that the peer's SYN,ACK brought; -1 = none. */
  learnedLength = -1
  readonly learned = new Uint8Array(MAX_COOKIE)

  /** The option of our first SYN or SYN,ACK; an empty cookie asks for one. */
  offer(cookie: Uint8Array): void {
    this.cookieLength = cookie.length
    this.cookie.set(cookie)
  }
}

/** Shared by all connections without; nobody writes to it. */
export const NO_FAST_OPEN: Readonly<FastOpen> = new FastOpen()
