import { distance } from '../wire/seq.ts'
import type { Received, Sent } from './ladder-events.ts'
import type { Sighting } from './sighting.ts'

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

  find(sighting: Sighting, now: number): Match {
    const same = this.byKey.get(sighting.key) ?? []
    // What looks exactly so was sent so, even if it has been here before; only else was something changed on the way.
    const alike = prefer(same, sighting.fingerprint)
    const open = alike.filter((sent) => this.waiting.has(sent))
    if (open.length > 0) {
      const sent = this.choose(open, now)
      if (open.length === 1 && same.length === 1) this.delay = now - sent.time
      return { sent, whole: true, duplicate: false }
    }
    if (alike.length > 0) return { sent: alike.at(-1) ?? null, whole: true, duplicate: true }
    const sent = this.findSuper(sighting)
    return sent === null ? NO_MATCH : { sent, whole: false, duplicate: false }
  }

  /** Books `received` as the arrival of what `find` gave, or of all the segments it joins. */
  settle(match: Match, sighting: Sighting, received: Received): void {
    if (match.sent === null || match.duplicate) return
    if (match.whole) {
      match.sent.received = received
      this.waiting.delete(match.sent)
      return
    }
    for (const sent of this.waiting) {
      if (covers(sighting.seq, sighting.length, sent)) {
        sent.received ??= received
        this.waiting.delete(sent)
      }
    }
    const last = distance((sighting.seq + sighting.length) >>> 0, match.sent.seq) >= match.sent.length
    match.sent.received ??= received
    if (last) this.waiting.delete(match.sent)
  }

  /**
   * Of several alike, the one that has travelled as long as segments do here; the latest while that is unknown. Of
   * those that were sent at one time, the first.
   */
  private choose(open: readonly Sent[], now: number): Sent {
    let best = open[0]
    for (const sent of open) {
      const closer = Math.abs(now - sent.time - this.delay) < Math.abs(now - best.time - this.delay)
      if (this.delay < 0 ? sent.time > best.time : closer) best = sent
    }
    return best
  }

  /** Super-segments are cut, and segments joined, between the two hosts: then ranges tell. */
  private findSuper(sighting: Sighting): Sent | null {
    if (sighting.length === 0) return null
    for (const sent of this.waiting) {
      if (sent.segmentSize > 0 && holds(sent, sighting)) return sent
      if (sighting.segmentSize > 0 && covers(sighting.seq, sighting.length, sent)) return sent
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

/** `sent` takes in all payload of `sighting`. */
function holds(sent: Sent, sighting: Sighting): boolean {
  const offset = distance(sighting.seq, sent.seq)
  return offset >= 0 && offset + sighting.length <= sent.length
}
