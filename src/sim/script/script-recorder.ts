import type { Direction, Flow, Probe } from '../../stack/probe.ts'
import type { State } from '../../tcp/states.ts'
import { formatSegment } from '../../trace/notation.ts'
import { SequenceOrigins } from '../../trace/sequence-origins.ts'
import { formatPlainTime } from '../../trace/time-text.ts'
import type { IpHeader } from '../../wire/packet.ts'
import { add, after, distance } from '../../wire/seq.ts'
import { ACK, FIN, PSH, RST, SYN, type TcpSegment } from '../../wire/tcp.ts'

/** So many lines are kept; what follows is not recorded. */
const MAX_LINES = 100_000
/** The ends of a conversation, for its origins. */
const HOST = 0
const PEER = 1

interface Line {
  readonly at: number
  readonly talk: Talk
  /** Of a write: what is known of it so far. */
  bytes: number
  readonly text: string
}

/** What is known of one conversation. */
class Talk {
  readonly peerPort: number
  readonly hostPort: number
  readonly origins = new SequenceOrigins()
  isActive = false
  /** The host's first timestamp, -1 before it. */
  firstTimestamp = -1
  /** End of what the host has sent; -1 = nothing. */
  sentEnd = -1
  /** What the host has acknowledged of the peer's bytes and nobody is known to have read: from, to; -1 = nothing yet. */
  readFrom = -1
  readTo = -1
  /** Number of the peer's FIN, -1 before it. */
  fin = -1
  owesAccept = false
  /** The write that goes on until a PSH. */
  writing: Line | null = null

  constructor(peerPort: number, hostPort: number) {
    this.peerPort = peerPort
    this.hostPort = hostPort
  }

  /** Another connection of the same ports. */
  begin(isActive: boolean): void {
    this.isActive = isActive
    this.sentEnd = -1
    this.readFrom = -1
    this.readTo = -1
    this.fin = -1
    this.writing = null
  }
}

/**
 * A probe that turns what it sees on a host into a script. What the host's program did is concluded from what was sent:
 * a `write` up to each PSH, `shutdown write` for a FIN, `abort` for a RST, `read` of all that was acknowledged. Settings,
 * socket options and addresses are not seen, nor what is of
 * another family than the first segment; of `>` lines only a SYN keeps its options.
 */
export class ScriptRecorder implements Probe {
  private readonly lines: Line[] = []
  private readonly talks = new Map<string, Talk>()
  private readonly listening = new Set<number>()
  private now = 0
  /** That of the first segment; 0 before it. */
  private version: 0 | 4 | 6 = 0

  packet(): void {}

  segment(direction: Direction, ip: IpHeader, segment: TcpSegment, flow: Flow | null, now: number): void {
    if (this.lines.length >= MAX_LINES || !this.isOfFamily(ip.version)) return
    if (direction === 'in') this.arrive(segment, flow, now)
    else this.leave(segment, flow, now)
  }

  state(flow: Flow, from: State, to: State, now: number): void {
    if (!this.isOfFamily(flow.remoteAddress.includes(':') ? 6 : 4)) return
    const talk = this.talk(flow.remotePort, flow.localPort)
    if (to === 'SYN-SENT') {
      this.settle(now)
      talk.begin(true)
      this.add(talk, now, `connect ${flow.remotePort} ${flow.localPort}`)
    } else if (from === 'SYN-RECEIVED' && to !== 'CLOSED' && !talk.isActive) {
      talk.owesAccept = true
    }
  }

  /** The script so far, each line with its end. */
  get script(): string {
    this.settle(this.now)
    let text = this.version === 6 ? 'ip 6\n' : ''
    let at = this.lines[0]?.at ?? 0
    let current = ''
    for (const line of this.lines) {
      const { talk } = line
      const key = `flow ${talk.peerPort} ${talk.hostPort}\n`
      const goesThere = /^(?:listen|connect)/.test(line.text)
      if (key !== current && !goesThere) text += key
      current = line.text.startsWith('listen') ? '' : key
      const time = line.at === at ? '' : `+${formatPlainTime(line.at - at)} `
      text += `${time}${line.text}${line.bytes > 0 ? ` ${line.bytes}` : ''}\n`
      at = line.at
    }
    return text
  }

  private isOfFamily(version: 4 | 6): boolean {
    if (this.version === 0) this.version = version
    return version === this.version
  }

  private arrive(segment: TcpSegment, flow: Flow | null, now: number): void {
    this.settle(now)
    const talk = this.talk(segment.sourcePort, segment.destinationPort)
    if (talk.origins.learn(PEER, segment, flow)) talk.begin(false)
    if (segment.flags & FIN) talk.fin = add(segment.seq, segment.payloadLength)
    let text = formatSegment(segment, { base: talk.origins.base(PEER, segment) })
    if (segment.hasTimestamps && segment.flags & ACK && talk.firstTimestamp >= 0) {
      text = text.replace(/ecr \d+/, `ecr ${(segment.tsEcr - talk.firstTimestamp) >>> 0}`)
    }
    this.add(talk, now, `< ${text}`)
  }

  private leave(segment: TcpSegment, flow: Flow | null, now: number): void {
    const talk = this.talk(segment.destinationPort, segment.sourcePort)
    if (now > this.now) this.settle(now)
    talk.origins.learn(HOST, segment, flow)
    if (segment.hasTimestamps && talk.firstTimestamp < 0) talk.firstTimestamp = segment.tsVal
    if (segment.flags & SYN && segment.flags & ACK && !talk.isActive) this.listen(talk)
    if (flow !== null) this.conclude(talk, segment, flow, now)
    let text = formatSegment(segment, { base: talk.origins.base(HOST, segment) }).replace(/ win \d+/, '')
    if (segment.flags & SYN) text = text.replace(/TS val \d+/, `TS val ${(segment.tsVal - talk.firstTimestamp) >>> 0}`)
    else text = text.replace(/ <.*>/, '')
    this.add(talk, now, `> ${text}`)
    if (segment.flags & ACK) this.acknowledged(talk, segment)
  }

  /** What the program has called for this to be sent. */
  private conclude(talk: Talk, segment: TcpSegment, flow: Flow, now: number): void {
    const { flags, payloadLength } = segment
    if (flags & RST) {
      if (flow.state === 'CLOSED') this.call(talk, now, 'abort')
      return
    }
    const first = flags & SYN ? add(segment.seq, 1) : segment.seq
    const end = add(first, payloadLength)
    if (talk.sentEnd < 0) talk.sentEnd = first
    const isNew = after(end, talk.sentEnd)
    if (isNew) {
      talk.writing ??= this.call(talk, now, 'write')
      talk.writing.bytes += distance(end, talk.sentEnd)
      talk.sentEnd = end
    }
    if (flags & FIN && end === talk.sentEnd) {
      this.shutdown(talk, now)
      talk.sentEnd = add(end, 1)
    }
    if (isNew && flags & (PSH | FIN)) talk.writing = null
  }

  /** A FIN that goes with the last bytes of a write was asked for before they went: with that write, for all one knows. */
  private shutdown(talk: Talk, now: number): void {
    const { writing } = talk
    if (writing === null) {
      this.call(talk, now, 'shutdown write')
      return
    }
    const index = this.lines.lastIndexOf(writing)
    this.lines.splice(index + 1, 0, { at: writing.at, talk, bytes: 0, text: 'shutdown write' })
  }

  private acknowledged(talk: Talk, segment: TcpSegment): void {
    const { ack } = segment
    if (segment.flags & SYN || talk.readFrom < 0) {
      talk.readFrom = ack
      talk.readTo = ack
      return
    }
    const end = talk.fin >= 0 && after(ack, talk.fin) ? talk.fin : ack
    if (after(end, talk.readTo)) talk.readTo = end
  }

  /** It has listened before the SYN came. */
  private listen(talk: Talk): void {
    if (this.listening.has(talk.hostPort)) return
    this.listening.add(talk.hostPort)
    const index = Math.max(
      0,
      this.lines.findIndex((line) => line.talk === talk),
    )
    this.lines.splice(index, 0, { at: this.lines[index]?.at ?? 0, talk, bytes: 0, text: `listen ${talk.hostPort}` })
  }

  private call(talk: Talk, now: number, text: string): Line {
    this.settle(now)
    return this.add(talk, now, text)
  }

  /** The calls that have been made by now, and that nothing has told of. */
  private settle(now: number): void {
    for (const talk of this.talks.values()) {
      if (talk.owesAccept) {
        talk.owesAccept = false
        this.add(talk, this.now, 'accept')
      }
      const bytes = talk.readFrom < 0 ? 0 : distance(talk.readTo, talk.readFrom)
      if (bytes <= 0) continue
      this.add(talk, this.now, 'read').bytes = bytes
      talk.readFrom = talk.readTo
    }
    this.now = Math.max(this.now, now)
  }

  private add(talk: Talk, at: number, text: string): Line {
    const line = { at, talk, bytes: 0, text }
    this.lines.push(line)
    this.now = at
    return line
  }

  private talk(peerPort: number, hostPort: number): Talk {
    const key = `${peerPort} ${hostPort}`
    const known = this.talks.get(key)
    if (known !== undefined) return known
    const made = new Talk(peerPort, hostPort)
    this.talks.set(key, made)
    return made
  }
}
