import { add } from '../wire/seq.ts'
import { ACK, CWR, ECE, SYN, type TcpSegment } from '../wire/tcp.ts'
import type { TcpConfig } from './config.ts'
import type { Memory } from './memory.ts'
import { ReceiveWindow } from './window.ts'

/*
 * A handshake without memory (RFC 4987, 3.6): the SYN,ACK is made from the SYN alone, and the third ACK
 * tells what the SYN said. A cookie has no room for options; where timestamps are in use the lowest
 * bits of ours hold them, as in Linux (net/ipv4/syncookies.c). Without timestamps there is only the MSS.
 */
const STAMP_BITS = 6
const SCALE_MASK = 0xf
/** In the place of a shift, of which the largest is 14: no window scaling. */
const NO_SCALE = 0xf
const SACK = 0x10
const ECN = 0x20

/** The timestamp clock, milliseconds without the connection's offset, with what a SYN offered in its lowest bits; never ahead of the clock. */
function stampWith(syn: TcpSegment, ecn: boolean, clock: number): number {
  const scale = syn.windowScale >= 0 ? Math.min(syn.windowScale, 14) : NO_SCALE
  const options = scale | (syn.sackPermitted ? SACK : 0) | (ecn ? ECN : 0)
  const stamp = ((clock >>> STAMP_BITS) << STAMP_BITS) | options
  return stamp >>> 0 > clock ? add(stamp, -(1 << STAMP_BITS)) : stamp >>> 0
}

/** What a SYN,ACK with a cookie is made of beside the SYN. */
export interface CookieAnswer {
  /** The cookie. */
  isn: number
  /** MSS that we announce. */
  mss: number
  /** The SYN asked for ECN, and we agree. */
  ecn: boolean
  /** The timestamp clock in milliseconds, and what is added to it for this connection. */
  clock: number
  timestampOffset: number
  /** How much may be promised depends on it. */
  readonly memory: Memory
}

/** Fills `out` with the SYN,ACK that answers `syn`, but for ports: as a connection would send it, with a cookie as ISN. */
export function answerWithCookie(syn: TcpSegment, answer: CookieAnswer, config: TcpConfig, out: TcpSegment): void {
  const stamps = syn.hasTimestamps && config.tcp_timestamps
  const scaling = stamps && syn.windowScale >= 0 && config.tcp_window_scaling
  const window = new ReceiveWindow(config, answer.memory)
  const ecn = stamps && answer.ecn
  out.seq = answer.isn
  out.ack = add(syn.seq, 1)
  out.flags = SYN | ACK | (ecn ? ECE : 0)
  out.window = Math.min(window.initial(answer.mss - (stamps ? 12 : 0)), 65_535)
  out.clear()
  out.mss = answer.mss
  out.windowScale = scaling ? window.wantedScale() : -1
  out.sackPermitted = stamps && syn.sackPermitted && config.tcp_sack
  out.hasTimestamps = stamps
  out.tsVal = add(stampWith(syn, ecn, answer.clock), answer.timestampOffset)
  out.tsEcr = syn.tsVal
}

/**
 * Fills `syn` with the SYN that the third ACK `ack` belongs to, as far as the cookie tells: `mss` from the
 * cookie, the other options from the timestamp it echoes. False when that holds what we would not have offered.
 */
export function recallSyn(
  ack: TcpSegment,
  mss: number,
  timestampOffset: number,
  config: TcpConfig,
  syn: TcpSegment,
): boolean {
  syn.sourcePort = ack.sourcePort
  syn.destinationPort = ack.destinationPort
  syn.seq = add(ack.seq, -1)
  syn.ack = 0
  syn.flags = SYN
  syn.window = ack.window
  syn.clear()
  syn.mss = mss
  syn.hasTimestamps = ack.hasTimestamps && ack.tsEcr !== 0
  syn.tsVal = ack.tsVal
  syn.tsEcr = 0
  if (!syn.hasTimestamps) return true
  const options = add(ack.tsEcr, -timestampOffset)
  syn.sackPermitted = (options & SACK) !== 0
  if ((options & ECN) !== 0) syn.flags |= ECE | CWR
  if ((options & SCALE_MASK) !== NO_SCALE) syn.windowScale = options & SCALE_MASK
  return (
    config.tcp_timestamps &&
    (config.tcp_sack || !syn.sackPermitted) &&
    (config.tcp_window_scaling || syn.windowScale < 0) &&
    (config.tcp_ecn !== 0 || (options & ECN) === 0)
  )
}
