import type { StreamSocket } from '../../socket/stream-socket.ts'
import { formatSegment, parseSegment } from '../../trace/notation.ts'
import { ACK, RST, SYN, TcpSegment } from '../../wire/tcp.ts'
import { deviation, pattern } from './pattern.ts'
import { withWindow } from './statement-forms.ts'

/** One conversation of a script: a pair of ports, what its numbers count from, and the host's socket. */
export class ScriptFlow {
  readonly peerPort: number
  readonly hostPort: number
  /** Null before `connect` or `accept`. */
  socket: StreamSocket | null = null
  /** Bytes written to the socket and read from it, which follow the pattern. */
  written = 0
  taken = 0
  peerIsn: number
  /** The last packet that the host has sent, empty before it. */
  packet: Uint8Array = new Uint8Array(0)
  /** 0 as long as the host has sent no SYN. */
  private hostIsn = 0
  /** What the host's timestamps count from: its first; -1 before it. */
  private firstTimestamp = -1

  constructor(peerPort: number, hostPort: number, peerIsn: number) {
    this.peerPort = peerPort
    this.hostPort = hostPort
    this.peerIsn = peerIsn
  }

  /** It has a socket from now on: a new connection, perhaps not the first of these ports. */
  hold(socket: StreamSocket): void {
    this.socket = socket
    this.written = 0
    this.taken = 0
  }

  /** The peer's segment that `text` says, a window added where it has none. */
  read(text: string): TcpSegment {
    const segment = new TcpSegment()
    parseSegment(text, segment, { base: { seq: this.peerIsn, ack: this.hostIsn } })
    segment.sourcePort = this.peerPort
    segment.destinationPort = this.hostPort
    // What is echoed counts as the host's own timestamps do; a SYN has nothing to echo.
    if (segment.hasTimestamps && segment.flags & ACK && this.firstTimestamp >= 0) {
      segment.tsEcr = (segment.tsEcr + this.firstTimestamp) >>> 0
    }
    return segment
  }

  /** What the peer's segment carries. */
  payload(segment: TcpSegment): Uint8Array {
    return pattern(this.offset(segment, this.peerIsn), segment.payloadLength)
  }

  /** In the script's notation, a segment that the host has sent. It learns from it what its numbers count from. */
  write(segment: TcpSegment): string {
    if (segment.flags & SYN) this.hostIsn = segment.seq
    if (segment.hasTimestamps) {
      if (this.firstTimestamp < 0) this.firstTimestamp = segment.tsVal
      segment.tsVal = (segment.tsVal - this.firstTimestamp) >>> 0
    }
    // Where there is no connection a SYN is answered by number 0 (RFC 9293, 3.10.7.1), which counts from nothing.
    const isRefusal = segment.seq === 0 && (segment.flags & (RST | ACK)) === (RST | ACK)
    return formatSegment(segment, { base: { seq: isRefusal ? 0 : this.hostIsn, ack: this.peerIsn } })
  }

  /** Which byte of the segment that the host has sent is not what was written; -1 = all are. */
  wrongByte(segment: TcpSegment): number {
    const offset = this.offset(segment, this.hostIsn)
    return deviation(segment.bytes, segment.payloadStart, segment.payloadLength, offset)
  }

  /** Where the payload stands in its stream. */
  private offset(segment: TcpSegment, isn: number): number {
    return (segment.seq + (segment.flags & SYN ? 1 : 0) - isn - 1) >>> 0
  }
}

/** Whether `seen` is what `expected` asks for: window and options count where `expected` has them, `<>` being none. */
export function fits(seen: string, expected: string): boolean {
  const wanted = new TcpSegment()
  const anyWindow = !/ win +\d/.test(expected)
  const anyOptions = !expected.includes('<')
  parseSegment(withWindow(expected.replace(/<\s*>/, ''), 0), wanted)
  const found = new TcpSegment()
  // Not a segment alone: of another flow, or with a wrong payload.
  if (!parseSegment(seen, found)) return false
  if (anyWindow) wanted.window = found.window
  return bare(formatSegment(wanted), anyOptions) === bare(formatSegment(found), anyOptions)
}

function bare(segment: string, anyOptions: boolean): string {
  return anyOptions ? segment.replace(/ <.*>/, '') : segment
}
