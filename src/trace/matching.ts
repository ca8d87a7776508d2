import { distance } from '../wire/seq.ts'
import type { TcpSegment } from '../wire/tcp.ts'
import type { Received, Sent } from './ladder-events.ts'

/** What makes two sightings one segment; copies and bare retransmissions share it. */
export function keyOf(segment: TcpSegment): string {
  return `${segment.seq} ${segment.ack} ${segment.flags} ${segment.payloadLength}`
}

/** What a retransmission changes most often. A middlebox may change it too, so that it only breaks ties. */
export function fingerprintOf(segment: TcpSegment): string {
  return `${segment.window} ${segment.tsVal} ${segment.tsEcr}`
}

export interface Match {
  readonly sent: Sent | null
  readonly whole: boolean
  readonly duplicate: boolean
}

const NO_MATCH: Match = { sent: null, whole: true, duplicate: false }

/** Tells which of the segments that one end has sent has now arrived at the other. */
export class Matching {
  private readonly byKey = new Map<string, Sent[]>()
  /** Not arrived yet, in the order they were sent. */
  private readonly waiting = new Set<Sent>()
  /** Travel time of the last segment that could be told apart for certain; -1 = none yet. */
  private delay = -1

  add(sent: Sent): void {
    const same = this.byKey.get(sent.key)
    if (same === undefined) this.byKey.set(sent.key, [sent])
    else same.push(sent)
    this.waiting.add(sent)
  }

  /** `sent` is no longer kept. */
  forget(sent: Sent): void {
    this.waiting.delete(sent)
    const same = this.byKey.get(sent.key)
    if (same === undefined) return
    const index = same.indexOf(sent)
    if (index >= 0) same.splice(index, 1)
    if (same.length === 0) this.byKey.delete(sent.key)
  }

  find(segment: TcpSegment, now: number): Match {
    const same = this.byKey.get(keyOf(segment)) ?? []
    const fingerprint = fingerprintOf(segment)
    const open = prefer(
      same.filter((sent) => this.waiting.has(sent)),
      fingerprint,
    )
    if (open.length > 0) {
      const sent = this.choose(open, now)
      if (open.length === 1 && same.length === 1) this.delay = now - sent.time
      return { sent, whole: true, duplicate: false }
    }
    if (same.length > 0) return { sent: prefer(same, fingerprint).at(-1) ?? null, whole: true, duplicate: true }
    const sent = this.findSuper(segment)
    return sent === null ? NO_MATCH : { sent, whole: false, duplicate: false }
  }

  /** Books `received` as the arrival of what `find` gave, or of all the segments it joins. */
  settle(match: Match, segment: TcpSegment, received: Received): void {
    if (match.sent === null || match.duplicate) return
    if (match.whole) {
      match.sent.received = received
      this.waiting.delete(match.sent)
      return
    }
    for (const sent of this.waiting) {
      if (covers(segment.seq, segment.payloadLength, sent)) {
        sent.received ??= received
        this.waiting.delete(sent)
      }
    }
    const last = distance((segment.seq + segment.payloadLength) >>> 0, match.sent.seq) >= match.sent.length
    match.sent.received ??= received
    if (last) this.waiting.delete(match.sent)
  }

  /** Of several alike, the one that has travelled as long as segments do here; the latest while that is unknown. */
  private choose(open: readonly Sent[], now: number): Sent {
    let best = open[0]
    for (const sent of open) {
      const closer = Math.abs(now - sent.time - this.delay) < Math.abs(now - best.time - this.delay)
      if (this.delay < 0 || closer) best = sent
    }
    return best
  }

  /** Super-segments are cut, and segments joined, between the two hosts: then ranges tell. */
  private findSuper(segment: TcpSegment): Sent | null {
    if (segment.payloadLength === 0) return null
    for (const sent of this.waiting) {
      if (sent.segmentSize > 0 && holds(sent, segment)) return sent
      if (segment.segmentSize > 0 && covers(segment.seq, segment.payloadLength, sent)) return sent
    }
    return null
  }
}

function prefer(list: readonly Sent[], fingerprint: string): readonly Sent[] {
  const exact = list.filter((sent) => sent.fingerprint === fingerprint)
  return exact.length > 0 ? exact : list
}

/** The range of `length` bytes from `seq` takes in all payload of `sent`. */
function covers(seq: number, length: number, sent: Sent): boolean {
  const offset = distance(sent.seq, seq)
  return sent.length > 0 && offset >= 0 && offset + sent.length <= length
}

/** `sent` takes in all payload of `segment`. */
function holds(sent: Sent, segment: TcpSegment): boolean {
  const offset = distance(segment.seq, sent.seq)
  return offset >= 0 && offset + segment.payloadLength <= sent.length
}
