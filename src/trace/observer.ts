import type { State } from '../tcp/states.ts'
import { formatAddress } from '../wire/address-text.ts'
import type { IpHeader } from '../wire/packet.ts'
import { distance } from '../wire/seq.ts'
import { ACK, RST, SYN, type TcpSegment } from '../wire/tcp.ts'
import { EndTrack, type ObservedEnd } from './end-track.ts'
import { follow, isOver } from './observed-states.ts'
import { marksOf, probeOf, type SegmentMark } from './segment-marks.ts'

/** Ports with an address each, and what they had last; more are not followed. */
const MAX_CONNECTIONS = 10_000

/** A connection as a bystander knows it. Its fields change with each of its segments. */
export interface ObservedConnection {
  /** Counts the connections of an observer, from 0. */
  readonly id: number
  /** Which connection between these ports it is, from 1. */
  readonly incarnation: number
  /** The one that opened first; where no SYN was seen, the one whose segment was. */
  readonly ends: readonly [ObservedEnd, ObservedEnd]
  /** When its first segment passed and when its last, in the unit of the times given. */
  readonly begin: number
  readonly last: number
  readonly segments: number
  /** Bytes of payload that have passed, retransmissions included. */
  readonly bytes: number
}

/** An end has moved along an arc of the state diagram. */
export interface ObservedMove {
  readonly time: number
  /** Which of the connection's ends. */
  readonly end: 0 | 1
  /** '' where the connection was there before anything was seen of it. */
  readonly from: State | ''
  readonly to: State
}

/** What a bystander can say of a segment. */
export interface Observation {
  readonly connection: ObservedConnection
  /** Which of its ends has sent it. */
  readonly sender: 0 | 1
  readonly marks: readonly SegmentMark[]
  /** What it shows of the ends, in the order in which they have moved. */
  readonly moves: readonly ObservedMove[]
}

interface Tracked extends ObservedConnection {
  readonly ends: readonly [EndTrack, EndTrack]
  last: number
  segments: number
  bytes: number
  /** Of the handshake; 0 for unknown. */
  roundTrip: number
  /** The connection before it, as long as the SYN that began this one may have been a stray; null if not. */
  before: Tracked | null
}

/**
 * Reads the segments that pass one place, in their order, and tells of each what analysts say of it and what it shows
 * of the states of both ends; how far that can be right is said at `follow`. Connections that began earlier are
 * followed from where they are. Holds no segments.
 */
export class ConnectionObserver {
  /** Segments between ports that are not followed, for there are 10,000 pairs of others. */
  segmentsNotFollowed = 0
  private readonly connections = new Map<string, Tracked>()
  private next = 0

  /** The next segment, at `time` in microseconds; null where its connection is not followed. */
  see(time: number, ip: IpHeader, segment: TcpSegment): Observation | null {
    const connection = this.connectionOf(time, ip, segment)
    if (connection === null) {
      this.segmentsNotFollowed += 1
      return null
    }
    const sender = senderOf(connection, ip, segment)
    const marks = connection.segments === 0 && connection.incarnation > 1 ? (['reused port'] as SegmentMark[]) : []
    connection.last = time
    connection.segments += 1
    connection.bytes += segment.payloadLength
    const moves = takeSegment(connection, sender, segment, time, marks)
    return { connection, sender, marks, moves }
  }

  private connectionOf(time: number, ip: IpHeader, segment: TcpSegment): Tracked | null {
    const key = keyOf(ip, segment)
    const known = this.connections.get(key)
    if (known === undefined) {
      if (this.connections.size === MAX_CONNECTIONS) return null
      // Who answers a SYN has not sent the first.
      const first = (segment.flags & (SYN | ACK)) === (SYN | ACK) ? 1 : 0
      return this.add(key, time, newEnds(ip, segment, first), null)
    }
    const index = senderOf(known, ip, segment)
    const [sender, peer] = index === 0 ? known.ends : [known.ends[1], known.ends[0]]
    const { before } = known
    if (before !== null && isStray(sender, segment) && !isOver(before.ends[senderOf(before, ip, segment)])) {
      this.connections.set(key, before)
      return before
    }
    const opens = (segment.flags & (SYN | ACK | RST)) === SYN
    if (!opens || !sender.sent.known || (sender.hasSyn && sender.iss === segment.seq)) return known
    const [opener, answerer] = newEnds(ip, segment, 0)
    return this.add(key, time, [opener, peer.state === '' || isOver(peer) ? answerer : peer], known)
  }

  private add(key: string, time: number, ends: readonly [EndTrack, EndTrack], before: Tracked | null): Tracked {
    const incarnation = before === null ? 1 : before.incarnation + 1
    if (before !== null) before.before = null
    const counts = { segments: 0, bytes: 0, roundTrip: 0 }
    const made: Tracked = { id: this.next, incarnation, ends, begin: time, last: time, ...counts, before }
    this.next += 1
    this.connections.set(key, made)
    return made
  }
}

/** What `take` and `follow` make of a segment that is of this connection; what cannot be of it shows nothing. */
function takeSegment(
  connection: Tracked,
  index: 0 | 1,
  segment: TcpSegment,
  time: number,
  marks: SegmentMark[],
): ObservedMove[] {
  const sender = connection.ends[index]
  const receiver = connection.ends[index === 0 ? 1 : 0]
  const { flags } = segment
  if ((flags & (SYN | RST)) === 0 && !fits(sender, receiver, segment)) return []
  marks.push(...marksOf(sender, receiver, segment, time, connection.roundTrip))
  if (marks.includes('fast retransmission')) {
    sender.hurried = true
    sender.hurriedSeq = segment.seq
  }
  if ((flags & RST) === 0) sender.take(segment, time, receiver, probeOf(sender, receiver, segment))
  if (marks.includes('duplicate ack')) sender.duplicates += 1
  if (sender.state === 'SYN-SENT' && (flags & (SYN | RST)) === 0) connection.roundTrip = time - sender.synTime
  const moves: ObservedMove[] = []
  follow(sender, receiver, segment, (end, from, to) => {
    moves.push({ time, end: end === connection.ends[0] ? 0 : 1, from, to })
  })
  return moves
}

/** Whether a segment is within what the receiver has allowed, and acknowledges nothing that could not be sent. */
function fits(sender: EndTrack, receiver: EndTrack, { seq, ack, flags }: TcpSegment): boolean {
  if (receiver.hasAck && distance(seq, receiver.edge) > 1) return false
  return (flags & ACK) === 0 || !sender.hasAck || distance(ack, sender.edge) <= 1
}

/** An end that has just asked for a connection, and had no answer, goes on with the one before: its SYN was not its own. */
function isStray(sender: EndTrack, { flags }: TcpSegment): boolean {
  return sender.state === 'SYN-SENT' && !sender.synAcknowledged && (flags & (SYN | RST)) === 0
}

function newEnds(ip: IpHeader, segment: TcpSegment, first: 0 | 1): [EndTrack, EndTrack] {
  const source = new EndTrack(formatAddress(ip.source), segment.sourcePort)
  const destination = new EndTrack(formatAddress(ip.destination), segment.destinationPort)
  return first === 0 ? [source, destination] : [destination, source]
}

function senderOf(connection: Tracked, ip: IpHeader, segment: TcpSegment): 0 | 1 {
  const end = connection.ends[0]
  if (segment.sourcePort !== segment.destinationPort) return segment.sourcePort === end.port ? 0 : 1
  return formatAddress(ip.source) === end.address ? 0 : 1
}

/** The same for both directions: the lower end first. */
function keyOf({ source, destination }: IpHeader, { sourcePort, destinationPort }: TcpSegment): string {
  const from = `${source.w0} ${source.w1} ${source.w2} ${source.w3} ${sourcePort}`
  const to = `${destination.w0} ${destination.w1} ${destination.w2} ${destination.w3} ${destinationPort}`
  return from < to ? `${from} ${to}` : `${to} ${from}`
}
