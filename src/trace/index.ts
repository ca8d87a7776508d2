/**
 * From probes to stories: segments as text, packets as a capture file, connections as ladders.
 * Nothing here reads a clock or writes anywhere but into the functions it is given.
 */
export { Ladder, type LadderOptions, type Side } from './ladder.ts'
export type { RenderOptions } from './ladder-page.ts'
export { type LogOptions, logProbe } from './log.ts'
export { formatFlags, formatSegment, type NotationOptions, parseSegment, type SequenceBase } from './notation.ts'
export { type CaptureOrigin, PcapngWriter } from './pcapng.ts'
export { formatDuration, formatTime } from './time-text.ts'
export type { Language } from './words.ts'
