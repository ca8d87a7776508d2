import type { Direction, Probe } from '../../../src/stack/probe.ts'
import type { IpHeader } from '../../../src/wire/packet.ts'
import type { TcpSegment } from '../../../src/wire/tcp.ts'
import { ACK, FIN, RST, SYN } from '../../../src/wire/tcp.ts'

/** A TCP segment that has passed estab's device. */
export interface LoggedSegment {
  direction: Direction
  /** Microseconds of the host's clock. */
  at: number
  /** estab's port, and the kernel's. */
  port: number
  peerPort: number
  /** FIN, SYN, RST and ACK; the other bits left out. */
  flags: number
  seq: number
  ack: number
  window: number
  length: number
}

/** What passes between estab and the kernel, segment by segment: a probe for a host. */
export class WireLog implements Probe {
  readonly segments: LoggedSegment[] = []

  packet(): void {}

  state(): void {}

  segment(direction: Direction, _ip: IpHeader, segment: TcpSegment, _flow: unknown, now: number): void {
    const outward = direction === 'out'
    this.segments.push({
      direction,
      at: now,
      port: outward ? segment.sourcePort : segment.destinationPort,
      peerPort: outward ? segment.destinationPort : segment.sourcePort,
      flags: segment.flags & (FIN | SYN | RST | ACK),
      seq: segment.seq,
      ack: segment.ack,
      window: segment.window,
      length: segment.payloadLength,
    })
  }

  /** Segments in one direction with exactly these of FIN, SYN, RST and ACK. */
  of(direction: Direction, flags: number): LoggedSegment[] {
    return this.segments.filter((each) => each.direction === direction && each.flags === flags)
  }

  clear(): void {
    this.segments.length = 0
  }
}

/** Milliseconds from each segment to the next. */
export function gaps(segments: readonly LoggedSegment[]): number[] {
  return segments.slice(1).map((segment, i) => (segment.at - (segments[i]?.at ?? 0)) / 1000)
}
