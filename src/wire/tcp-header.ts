import { readU16, readU32, writeU16, writeU32 } from './bytes.ts'
import { MAX_SACK_BLOCKS, SYN, type TcpSegment } from './tcp.ts'

/** Where the checksum stands in a TCP header. */
export const TCP_CHECKSUM_OFFSET = 16

/** A TCP header without options, and the most a header can have with them (RFC 9293, 3.1), in bytes. */
export const TCP_MIN_HEADER = 20
export const TCP_MAX_HEADER = 60

const MAX_OPTIONS = TCP_MAX_HEADER - TCP_MIN_HEADER

/* Option kinds (IANA, TCP Option Kind Numbers). */
const KIND_END = 0
const KIND_NOP = 1
const KIND_MSS = 2
const KIND_WINDOW_SCALE = 3
const KIND_SACK_PERMITTED = 4
const KIND_SACK = 5
const KIND_TIMESTAMPS = 8
const KIND_USER_TIMEOUT = 28
const KIND_FAST_OPEN = 34

/* The first words of the option blocks as they are written. */
const WORD_MSS = 0x0204_0000
const WORD_NOP_NOP_TIMESTAMPS = 0x0101_080a
const WORD_SACK_PERMITTED_TIMESTAMPS = 0x0402_080a
const WORD_NOP_NOP_SACK_PERMITTED = 0x0101_0402
const WORD_NOP_WINDOW_SCALE = 0x0103_0300
const WORD_NOP_NOP_SACK = 0x0101_0500
const WORD_USER_TIMEOUT = 0x1c04_0000

/** In the user timeout option: the unit is the minute. */
const MINUTES = 0x8000

/**
 * Reads the TCP header (RFC 9293, 3.1) of the segment that takes up `length` bytes from `start`, and
 * sets every field of `segment`, the payload's range included. The checksum is not looked at.
 *
 * False when the header is cut short or its data offset is below 5 or beyond the segment. Options are
 * read as Linux reads them: an unknown one is skipped by its length, a malformed length ends the
 * options but keeps what came before (RFC 9293 MUST-7), one that is not allowed in this segment (a
 * SACK in a SYN, an MSS in any other) is passed over.
 */
export function parseTcp(bytes: Uint8Array, start: number, length: number, segment: TcpSegment): boolean {
  if (start < 0 || length < TCP_MIN_HEADER || start + length > bytes.length) return false
  const headerLength = (bytes[start + 12] >>> 4) << 2
  if (headerLength < TCP_MIN_HEADER || headerLength > length) return false
  segment.sourcePort = readU16(bytes, start)
  segment.destinationPort = readU16(bytes, start + 2)
  segment.seq = readU32(bytes, start + 4)
  segment.ack = readU32(bytes, start + 8)
  segment.flags = ((bytes[start + 12] & 1) << 8) | bytes[start + 13]
  segment.window = readU16(bytes, start + 14)
  segment.urgentPointer = readU16(bytes, start + 18)
  segment.bytes = bytes
  segment.payloadStart = start + headerLength
  segment.payloadLength = length - headerLength

  segment.mss = 0
  segment.windowScale = -1
  segment.sackPermitted = false
  segment.sackCount = 0
  segment.fastOpenLength = -1
  segment.userTimeout = 0
  // Almost every segment of a connection has just the timestamps, in this form (RFC 7323, appendix A).
  if (headerLength === TCP_MIN_HEADER + 12 && readU32(bytes, start + 20) === WORD_NOP_NOP_TIMESTAMPS) {
    segment.hasTimestamps = true
    segment.tsVal = readU32(bytes, start + 24)
    segment.tsEcr = readU32(bytes, start + 28)
    return true
  }
  segment.hasTimestamps = false
  segment.tsVal = 0
  segment.tsEcr = 0
  if (headerLength > TCP_MIN_HEADER) parseOptions(bytes, start + TCP_MIN_HEADER, start + headerLength, segment)
  return true
}

/** MUST-64: at any alignment. */
/** RFC 9293, 3.1 and 3.2: at any alignment, in a segment of any kind (MUST-5). */
function parseOptions(bytes: Uint8Array, start: number, end: number, segment: TcpSegment): void {
  let at = start
  while (at < end) {
    const kind = bytes[at]
    // MUST-4: these two have no length.
    if (kind === KIND_END) return
    if (kind === KIND_NOP) {
      at++
      continue
    }
    if (at + 1 >= end) return
    const size = bytes[at + 1]
    if (size < 2 || size > end - at) return
    parseOption(bytes, at, kind, size, segment)
    // MUST-6: over those that are not known, too.
    at += size
  }
}

/** One option of `size` bytes at `at`; one that has the wrong size for its kind is as good as unknown. */
function parseOption(bytes: Uint8Array, at: number, kind: number, size: number, segment: TcpSegment): void {
  const syn = (segment.flags & SYN) !== 0
  switch (kind) {
    case KIND_MSS: // RFC 9293 3.7.1: only in a SYN
      if (syn && size === 4) segment.mss = readU16(bytes, at + 2)
      break
    case KIND_WINDOW_SCALE: // RFC 7323, 2.2 a: only in a SYN
      if (syn && size === 3) segment.windowScale = bytes[at + 2]
      break
    case KIND_SACK_PERMITTED: // RFC 2018, 2: must not be sent on a non-SYN
      if (syn && size === 2) segment.sackPermitted = true
      break
    case KIND_SACK: // RFC 2018 3
      if (!syn && size >= 10 && (size - 2) % 8 === 0) {
        segment.sackCount = (size - 2) >>> 3
        for (let i = 0; i < 2 * segment.sackCount; i++) segment.sackEdges[i] = readU32(bytes, at + 2 + 4 * i)
      }
      break
    case KIND_TIMESTAMPS: // RFC 7323 3.2
      if (size === 10) {
        segment.hasTimestamps = true
        segment.tsVal = readU32(bytes, at + 2)
        segment.tsEcr = readU32(bytes, at + 6)
      }
      break
    case KIND_USER_TIMEOUT: // RFC 5482 3: on any segment
      if (size === 4) segment.userTimeout = userTimeoutSeconds(readU16(bytes, at + 2))
      break
    case KIND_FAST_OPEN: // RFC 7413 4.1.1: only in a SYN; other lengths are ignored
      if (syn && isCookieLength(size - 2)) {
        segment.fastOpenLength = size - 2
        for (let i = 0; i < size - 2; i++) segment.fastOpenCookie[i] = bytes[at + 2 + i]
      }
      break
  }
}

/** RFC 5482, 3: 15 bits of seconds or minutes. */
function userTimeoutSeconds(field: number): number {
  return field & MINUTES ? (field & ~MINUTES) * 60 : field
}

/** The field for so many seconds: in minutes, rounded up, where 15 bits of seconds are too few. */
function userTimeoutField(seconds: number): number {
  return seconds < MINUTES ? seconds : MINUTES | Math.min(Math.ceil(seconds / 60), MINUTES - 1)
}

/** 0 asks for a cookie; a cookie has 4 to 16 bytes, an even number (RFC 7413, 4.1.1). */
function isCookieLength(length: number): boolean {
  return length === 0 || (length >= 4 && length <= 16 && (length & 1) === 0)
}

/** Length of the header that `emitTcp` would write, in bytes: 20 .. 60, a multiple of 4. */
export function tcpHeaderLength(segment: TcpSegment): number {
  const blocks = segment.sackCount > 0 ? fittingSackBlocks(segment) : 0
  return TCP_MIN_HEADER + plainOptionsLength(segment) + (blocks > 0 ? 4 + 8 * blocks : 0)
}

/** All options but SACK: at most 4 + 12 + 4 + 20 bytes, so these always fit; the user timeout where there is room. */
function plainOptionsLength(segment: TcpSegment): number {
  let length = segment.hasTimestamps ? 12 : segment.sackPermitted ? 4 : 0
  if (segment.mss > 0) length += 4
  if (segment.windowScale >= 0) length += 4
  if (hasUserTimeout(segment)) length += 4
  if (segment.fastOpenLength >= 0 && isCookieLength(segment.fastOpenLength)) {
    length += (segment.fastOpenLength + 5) & ~3
  }
  return length
}

/** Beside the longest cookies in a SYN there is no room for it. */
function hasUserTimeout(segment: TcpSegment): boolean {
  return segment.userTimeout > 0 && segment.fastOpenLength <= 12
}

/** So many of the segment's SACK blocks as the other options leave room for (RFC 2018, 3). */
function fittingSackBlocks(segment: TcpSegment): number {
  const room = (MAX_OPTIONS - plainOptionsLength(segment) - 4) >> 3
  return Math.max(0, Math.min(segment.sackCount, MAX_SACK_BLOCKS, room))
}

/**
 * Writes the TCP header right before `segment.payloadStart` into `segment.bytes`, with a checksum of
 * zero, and returns where it starts. `payloadStart` must leave room for `tcpHeaderLength(segment)`.
 *
 * Every option the record holds is written, in the order and with the padding of Linux; the SACK
 * blocks are cut to what fits into 40 bytes.
 */
export function emitTcp(segment: TcpSegment): number {
  const bytes = segment.bytes
  const headerLength = tcpHeaderLength(segment)
  const start = segment.payloadStart - headerLength
  writeU16(bytes, start, segment.sourcePort)
  writeU16(bytes, start + 2, segment.destinationPort)
  writeU32(bytes, start + 4, segment.seq)
  writeU32(bytes, start + 8, segment.ack)
  bytes[start + 12] = (headerLength << 2) | ((segment.flags >>> 8) & 1)
  bytes[start + 13] = segment.flags
  writeU16(bytes, start + 14, segment.window)
  writeU16(bytes, start + 16, 0)
  writeU16(bytes, start + 18, segment.urgentPointer)
  if (headerLength > TCP_MIN_HEADER) emitOptions(segment, bytes, start + TCP_MIN_HEADER)
  return start
}

/** MUST-68, MUST-69: each option has its length, and NOPs fill the words, so that nothing is behind an end of the list. */
function emitOptions(segment: TcpSegment, bytes: Uint8Array, start: number): void {
  let at = start
  if (segment.mss > 0) {
    writeU32(bytes, at, WORD_MSS | (segment.mss & 0xffff))
    at += 4
  }
  if (segment.hasTimestamps) {
    writeU32(bytes, at, segment.sackPermitted ? WORD_SACK_PERMITTED_TIMESTAMPS : WORD_NOP_NOP_TIMESTAMPS)
    writeU32(bytes, at + 4, segment.tsVal)
    writeU32(bytes, at + 8, segment.tsEcr)
    at += 12
  } else if (segment.sackPermitted) {
    writeU32(bytes, at, WORD_NOP_NOP_SACK_PERMITTED)
    at += 4
  }
  if (segment.windowScale >= 0) {
    writeU32(bytes, at, WORD_NOP_WINDOW_SCALE | (segment.windowScale & 0xff))
    at += 4
  }
  if (hasUserTimeout(segment)) {
    writeU32(bytes, at, WORD_USER_TIMEOUT | userTimeoutField(segment.userTimeout))
    at += 4
  }
  if (segment.sackCount > 0) at = emitSack(segment, bytes, at)
  if (segment.fastOpenLength >= 0 && isCookieLength(segment.fastOpenLength)) emitFastOpen(segment, bytes, at)
}

function emitSack(segment: TcpSegment, bytes: Uint8Array, at: number): number {
  const blocks = fittingSackBlocks(segment)
  if (blocks === 0) return at
  writeU32(bytes, at, WORD_NOP_NOP_SACK | (2 + 8 * blocks))
  for (let i = 0; i < 2 * blocks; i++) writeU32(bytes, at + 4 + 4 * i, segment.sackEdges[i])
  return at + 4 + 8 * blocks
}

function emitFastOpen(segment: TcpSegment, bytes: Uint8Array, at: number): void {
  const length = segment.fastOpenLength
  bytes[at] = KIND_FAST_OPEN
  bytes[at + 1] = 2 + length
  for (let i = 0; i < length; i++) bytes[at + 2 + i] = segment.fastOpenCookie[i]
  // The cookie's length is even, so that it lacks two bytes of a full word or none.
  if (((2 + length) & 3) === 2) writeU16(bytes, at + 2 + length, (KIND_NOP << 8) | KIND_NOP)
}
