import { add, distance } from '../wire/seq.ts'
import { ACK, FIN, SYN, type TcpSegment } from '../wire/tcp.ts'
import { Acks } from './acks.ts'
import type { ChallengeLimit } from './challenge-limit.ts'
import type { TcpConfig } from './config.ts'
import { type CongestionControl, CongestionWindow } from './congestion.ts'
import type { SkippedAck, TcpCounters } from './counters.ts'
import { Delivery } from './delivery.ts'
import { Ecn } from './ecn.ts'
import { FastOpen, NO_FAST_OPEN } from './fast-open.ts'
import { Flight } from './flight.ts'
import { Loss } from './loss.ts'
import { LossProbe } from './loss-probe.ts'
import type { Memory } from './memory.ts'
import type { Reason } from './reason.ts'
import { Reassembly } from './reassembly.ts'
import { Recovery } from './recovery.ts'
import { Rtt } from './rtt.ts'
import { SendBuffer } from './send-buffer.ts'
import { ReceiveSequence, SendSequence } from './sequence-variables.ts'
import { SocketOptions } from './socket-options.ts'
import { isArc, type State } from './states.ts'
import { Timers } from './timers.ts'
import { USER_TIMEOUT_OPTION, UserTimeout } from './user-timeout.ts'
import { ReceiveWindow } from './window.ts'
import { WindowUsage } from './window-usage.ts'

/** What a connection has to tell its user, as bits. */
export const CONNECTED = 1
export const READABLE = 2
export const WRITABLE = 4
/** The peer has sent its FIN; everything before it has arrived. */
export const ENDED = 8
/** The connection is gone, in order or by `error`. */
export const CLOSED = 16
/** There is new urgent data (RFC 9293, 3.8.5). */
export const URGENT = 32
/** A soft error, which may pass: see `softError`. Told to those who have asked for it (IP_RECVERR). */
export const SOFT_ERROR = 64

/** Why a connection failed, by the name of the errno that Linux would give; '' = it did not. */
export type TcpErrorCode =
  | ''
  | 'ECONNREFUSED'
  | 'ECONNRESET'
  | 'ECONNABORTED'
  | 'EPIPE'
  | 'ETIMEDOUT'
  | 'EHOSTUNREACH'
  | 'ENETUNREACH'
  | 'EPROTO'
  | 'EACCES'
  | 'EOPNOTSUPP'

/** Watches the moves of one connection. */
export interface StateObserver {
  moved(from: State, to: State): void
}

/** What a connection is given at birth. */
export interface TcbSetup {
  readonly config: TcpConfig
  readonly counters: TcpCounters
  /** Shared by all connections of a host. */
  readonly challenges: ChallengeLimit
  /** Shared by all connections of a host. */
  readonly memory: Memory
  readonly control: CongestionControl
  readonly observer: StateObserver
}

/** What is owed to the peer beside data and acknowledgments. */
export type OwedReset = 'none' | 'active' | 'reply' | 'refusal'

/** The transmission control block (RFC 9293, 3.3.1): everything that one connection remembers. */
export class Tcb {
  state: State = 'CLOSED'
  readonly config: TcpConfig
  readonly counters: TcpCounters
  private readonly challenges: ChallengeLimit
  readonly memory: Memory
  readonly observer: StateObserver
  readonly options: SocketOptions

  readonly snd = new SendSequence()
  readonly rcv = new ReceiveSequence()

  /** Sending: bytes, what was sent when, what is gone, how fast, time. */
  readonly sendBuffer: SendBuffer
  readonly flight = new Flight()
  readonly loss: Loss
  readonly congestion: CongestionWindow
  readonly recovery: Recovery
  readonly control: CongestionControl
  readonly rtt: Rtt
  /** Receiving. */
  readonly reassembly: Reassembly
  readonly window: ReceiveWindow
  readonly acks: Acks
  readonly timers = new Timers()
  readonly probe = new LossProbe()
  readonly userTimeout = new UserTimeout()
  readonly delivery: Delivery

  /** The options both sides have agreed on. */
  useTimestamps = false
  useSack = false
  useScaling = false
  readonly ecn = new Ecn()
  /** Added to the timestamp clock (RFC 7323, 5.4), milliseconds. */
  tsOffset = 0
  tsRecent = 0
  /** When tsRecent was set, microseconds; -1 = never. */
  tsRecentAt = -1

  /** MSS that we announce. */
  advertisedMss = 536
  /** MSS of a peer that names none. */
  defaultMss = 536
  /** Payload that the path carries in one segment: path MTU less IP and TCP header. */
  pathMss = 1460
  /** Most payload of a super-packet; 0 = the device takes none. */
  segmentationLimit = 0

  /** TCP Fast Open, where it is in use (RFC 7413). */
  fastOpen: FastOpen = NO_FAST_OPEN
  /** Timeouts of the SYN,ACK that its listener grants it, at most tcp_synack_retries. */
  synAckPatience = Number.POSITIVE_INFINITY
  /** It came from LISTEN (RFC 9293, 3.5, MUST-11: it says what a RST in SYN-RECEIVED means). */
  passive = false
  /** The user has closed the sending side: a FIN follows the last byte. */
  finQueued = false
  finSent = false
  /** The user has closed both sides and will not read (an orphan). */
  orphaned = false

  events = 0
  error: TcpErrorCode = ''
  /** What is wrong meanwhile, from ICMP say; becomes the error if the connection times out (RFC 9293, 3.9.2.2). */
  softError: TcpErrorCode = ''

  /** Why the segment was sent that went last; '' = none was. */
  reason: Reason | '' = ''
  /** A SYN or SYN,ACK is to be sent (again), for that reason; '' = none is. */
  owedSyn: Reason | '' = ''
  owedReset: OwedReset = 'none'
  resetReason: Reason | '' = ''
  /** Its sequence number as a reply, its acknowledgment as a refusal. */
  resetNumber = 0
  /** A probe is to be sent: of a zero window, or of a silent peer; '' = none is. */
  owedProbe: Reason | '' = ''

  /** R1 is reached: the way there may be broken. The stack looks it up anew, asks its neighbour, and clears this. */
  doubtsRoute = false

  /** Timeouts in a row without progress, and when the first retransmission was. */
  retransmits = 0
  retransmitStart = 0
  /** Probes in a row without an answer, and their backoff. */
  probesOut = 0
  persistBackoff = 0
  probingSince = 0

  createdAt = 0
  lastDataSentAt = 0
  lastAckSentAt = 0
  lastSegmentReceivedAt = 0
  lastChallengeAt = Number.NEGATIVE_INFINITY

  readonly usage = new WindowUsage()

  /** Sums for tcpInfo. */
  segmentsIn = 0
  segmentsOut = 0
  dataSegmentsIn = 0
  dataSegmentsOut = 0
  bytesReceived = 0
  bytesAcked = 0
  bytesSent = 0
  bytesRetransmitted = 0
  segmentsRetransmitted = 0
  deliveredSegments = 0
  deliveredMarked = 0
  duplicatesReported = 0
  outOfOrderIn = 0
  /** Segments dropped with all or part of their text. */
  drops = 0
  /** The writer was refused and waits for room. */
  wantsRoom = false

  constructor(setup: TcbSetup) {
    this.config = setup.config
    this.counters = setup.counters
    this.challenges = setup.challenges
    this.observer = setup.observer
    this.control = setup.control
    this.options = new SocketOptions(setup.config)
    this.memory = setup.memory
    this.sendBuffer = new SendBuffer(setup.config, setup.memory)
    this.reassembly = new Reassembly(setup.memory.pool)
    this.loss = new Loss(setup.config.tcp_reordering)
    this.congestion = new CongestionWindow(setup.config.tcp_init_cwnd)
    this.recovery = new Recovery(this.congestion, this.control)
    this.rtt = new Rtt(setup.config)
    this.window = new ReceiveWindow(setup.config, setup.memory)
    this.acks = new Acks(setup.config)
    this.delivery = sharedDelivery
  }

  /** This connection's own part in TCP Fast Open. */
  useFastOpen(): FastOpen {
    if (this.fastOpen === NO_FAST_OPEN) this.fastOpen = new FastOpen()
    return this.fastOpen
  }

  /** Moves along one arc of the state diagram; any other move is a fault of ours, and refused. */
  move(to: State): void {
    const from = this.state
    if (!isArc(from, to)) throw new Error(`no arc from ${from} to ${to}`)
    this.state = to
    this.observer.moved(from, to)
  }

  /** The connection ends: CLOSED, nothing more to send, unread bytes stay readable. */
  finish(error: TcpErrorCode): void {
    this.error = error
    this.move('CLOSED')
    this.timers.clear()
    this.probe.clear()
    this.flight.clear()
    this.sendBuffer.reset(this.snd.nxt)
    // What waits out of order will never be in order; and when its user has gone, nobody reads the rest.
    if (this.orphaned) this.reassembly.clear()
    else this.reassembly.forgetWaiting()
    this.owedSyn = ''
    this.owedProbe = ''
    this.acks.waive()
    this.events |= CLOSED | READABLE | WRITABLE
  }

  /**
   * Memory is exhausted, and more than its least is held for what is yet to be acknowledged: where nobody is there
   * to close it, it is reset (Linux: tcp_out_of_memory).
   */
  get outOfMemory(): boolean {
    return this.memory.exhausted && this.sendBuffer.held > this.config.tcp_wmem[0]
  }

  /** RCV.WND: bytes that may still come. */
  get rcvWnd(): number {
    return this.window.remaining(this.acks.lastSent, this.rcv.nxt)
  }

  /** Data and FIN not yet sent for the first time, in octets of sequence space. */
  get unsent(): number {
    return Math.max(0, distance(this.sendBuffer.end, this.snd.nxt)) + (this.finQueued && !this.finSent ? 1 : 0)
  }

  /** The timestamp clock: milliseconds, with the connection's own offset (RFC 7323, 5.4). */
  timestamp(now: number): number {
    return (Math.floor(now / 1000) + this.tsOffset) >>> 0
  }

  /** Eff.snd.MSS (RFC 9293, 3.7.1, MUST-16): most payload of a segment now, options and half a small window allowed for. */
  currentMss(): number {
    let mss = Math.min(this.snd.mss, this.pathMss, this.options.maxSegment)
    if (this.useTimestamps) mss -= 12
    if (this.userTimeout.owed) mss -= USER_TIMEOUT_OPTION
    if (this.useSack && this.reassembly.sackCount > 0) {
      const blocks = Math.min(this.reassembly.sackCount, this.useTimestamps ? 3 : 4)
      mss -= 4 + 8 * blocks
    }
    // A peer with a tiny buffer must not be filled by one segment (Linux: tcp_bound_to_half_wnd).
    const cutoff = this.snd.maxWnd > 536 ? this.snd.maxWnd >> 1 : this.snd.maxWnd
    if (cutoff > 0 && mss > cutoff) mss = cutoff
    return Math.max(mss, 8)
  }

  /** Keeps account of whether the congestion window is what limits sending. */
  noteUsage(limited: boolean): void {
    this.usage.note(limited, this.flight.count, this.snd.una, this.snd.nxt)
  }

  /** ERROR_REPORT (RFC 9293, 3.9.1.8, MUST-47): a soft error, told to the user who wants such reports (SHLD-20). */
  report(code: TcpErrorCode): void {
    this.softError = code
    if (this.options.reportErrors) this.events |= SOFT_ERROR
  }

  /** A challenge ACK is owed, within the limits of RFC 5961, 7: this connection's, then the host's (Linux: tcp_send_challenge_ack). */
  challenge(reason: Reason, now: number): void {
    if (!this.mayAnswerInvalid('TCPACKSkippedChallenge', now)) return
    if (!this.challenges.take(now)) {
      this.counters.TCPACKSkippedHost += 1
      return
    }
    this.counters.TCPChallengeACK += 1
    this.acks.demand(reason)
  }

  /** Whether an invalid segment may draw an answer: one in half a second; others are counted (Linux: tcp_oow_rate_limited). */
  mayAnswerInvalid(skipped: SkippedAck, now: number): boolean {
    if (now - this.lastChallengeAt < this.config.tcp_invalid_ratelimit_us) {
      this.counters[skipped] += 1
      return false
    }
    this.lastChallengeAt = now
    return true
  }

  /** A RST of this connection's own accord is owed. */
  owesReset(reason: Reason): void {
    this.owedReset = 'active'
    this.resetReason = reason
  }

  /** Answers a segment that this connection cannot have drawn with the RST of RFC 9293, 3.5.2. */
  replyReset(reason: Reason, segment: TcpSegment): void {
    if (this.owedReset === 'active') return
    this.resetReason = reason
    const acknowledges = (segment.flags & ACK) !== 0
    this.owedReset = acknowledges ? 'reply' : 'refusal'
    const syn = segment.flags & SYN ? 1 : 0
    const fin = segment.flags & FIN ? 1 : 0
    this.resetNumber = acknowledges ? segment.ack : add(segment.seq, segment.payloadLength + syn + fin)
  }

  /** Enters TIME-WAIT, or stays in it: 2 MSL from now (RFC 9293, 3.6.1, MUST-13). */
  waitTwoMsl(now: number): void {
    if (this.state !== 'TIME-WAIT') {
      this.move('TIME-WAIT')
      this.timers.clear()
    }
    this.timers.timeWait = now + this.config.tcp_timewait_len * 1_000_000
  }

  /** Our FIN was sent and acknowledged. */
  get finAcknowledged(): boolean {
    return this.finSent && this.snd.una === this.snd.nxt
  }

  /** The next new data is to say CWR (RFC 3168, 6.1.2). */
  get owesCwr(): boolean {
    return this.ecn.marking && this.recovery.cwr === 'owed'
  }

  /** SND.UNA + SND.WND. */
  get windowEnd(): number {
    return add(this.snd.una, this.snd.wnd)
  }
}

/** Used within one call only, so that all connections may share it. */
const sharedDelivery = new Delivery()
