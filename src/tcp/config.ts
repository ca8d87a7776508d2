import { preset, type Settings } from './knob.ts'
import { TCP_KNOBS } from './sysctls.ts'

/**
 * Every choice that the RFCs leave to an implementation, under its Linux name and in Linux's unit.
 * Read it at the time of use: settings may change while connections run.
 */
export type TcpConfig = Settings<typeof TCP_KNOBS>

/** What Linux does. */
export const linux: Readonly<TcpConfig> = preset(TCP_KNOBS, 'linux')

/**
 * The values that the RFCs name: MSL 2 minutes (RFC 9293, 3.4.2), RTO of at least 1 s (RFC 6298,
 * 2.4), R2 of at least 3 minutes for a SYN (RFC 9293, 3.8.3, MUST-23), ACK delay below 0.5 s, and no tail
 * loss probe ahead of the timer (RFC 8985 is experimental in that).
 */
export const rfc: Readonly<TcpConfig> = preset(TCP_KNOBS, 'rfc')

/** Microseconds in a second. */
export const SECOND = 1_000_000
