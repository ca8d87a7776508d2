/**
 * From probes to stories: segments as text, packets as a capture file and back, connections as ladders.
 * Nothing here reads a clock or writes anywhere but into the functions it is given.
 */
export { CaptureError, type CaptureFault } from './capture-error.ts'
export { CaptureReader } from './capture-reader.ts'
export type { CapturedPacket } from './captured-packet.ts'
export { parseCapturedSegment } from './captured-segment.ts'
export { dissect } from './dissect.ts'
export type { ObservedEnd } from './end-track.ts'
export { FIELDS, type Field, type FieldLayer, type FieldName } from './field.ts'
export { Ladder, type LadderOptions, type Side } from './ladder.ts'
export type { RenderOptions } from './ladder-page.ts'
export { type LogOptions, logProbe } from './log.ts'
export { formatFlags, formatSegment, type NotationOptions, parseSegment, type SequenceBase } from './notation.ts'
export { ConnectionObserver, type Observation, type ObservedConnection, type ObservedMove } from './observer.ts'
export { type CaptureOrigin, PcapngWriter } from './pcapng.ts'
export type { SegmentMark } from './segment-marks.ts'
export { formatDuration, formatTime } from './time-text.ts'
export type { Language } from './words.ts'
