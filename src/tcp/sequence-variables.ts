/** Send sequence variables (RFC 9293, 3.3.1). */
export class SendSequence {
  iss = 0
  una = 0
  nxt = 0
  /** In bytes, scaled. */
  wnd = 0
  up = 0
  wl1 = 0
  wl2 = 0
  /** MAX.SND.WND (RFC 5961, 5.2). */
  maxWnd = 0
  /** Shift of the peer's window field. */
  scale = 0
  /** Largest payload of a segment before options: what the peer's MSS and the path allow. */
  mss = 536
  /** End of the last short segment sent (Minshall's variant of Nagle). */
  sml = 0
}

/** Receive sequence variables (RFC 9293, 3.3.1). */
export class ReceiveSequence {
  irs = 0
  nxt = 0
  up = 0
}
