import { add, distance } from '../wire/seq.ts'
import type { RecoveryPhase } from './recovery.ts'
import type { State } from './states.ts'
import { type ReceivingFate, receivingStrip, type SendingFate, type StripPiece, sendingStrip } from './strip.ts'
import type { Tcb } from './tcb.ts'

/** A timer that runs. 'fin-wait-2': how long an orphan waits for its peer's FIN. */
export interface RunningTimer {
  readonly name:
    | 'retransmit'
    | 'loss-probe'
    | 'reorder'
    | 'persist'
    | 'delayed-ack'
    | 'keepalive'
    | 'fin-wait-2'
    | 'time-wait'
  /** When it fires, microseconds of the host's clock. */
  readonly at: number
}

/**
 * A connection at one moment (RFC 9293, 3.9.1.6, STATUS; the variables of 3.3.1): plain data, fit for JSON. Sequence
 * numbers are absolute, windows and sizes in bytes, times in microseconds. -1 = not known: in LISTEN and CLOSED
 * no number is, in SYN-SENT none of the peer's.
 */
export interface Status {
  /** The moment. */
  readonly now: number
  readonly state: State
  readonly snd: {
    readonly iss: number
    readonly una: number
    readonly nxt: number
    readonly wnd: number
    /** SND.UNA + SND.WND. */
    readonly windowEnd: number
    readonly wl1: number
    readonly wl2: number
    readonly up: number
    /** Most payload of a segment now (Eff.snd.MSS). */
    readonly mss: number
    /** The peer's window field is shifted by so much. */
    readonly scale: number
  }
  readonly rcv: {
    readonly irs: number
    readonly nxt: number
    readonly wnd: number
    /** RCV.NXT + RCV.WND. */
    readonly windowEnd: number
    readonly up: number
    /** Our window field is shifted by so much. */
    readonly scale: number
  }
  /** In segments. */
  readonly congestion: {
    readonly phase: RecoveryPhase
    readonly cwnd: number
    /** -1 = none yet. */
    readonly ssthresh: number
    /** Duplicate acknowledgments in a row, on a connection without SACK. */
    readonly duplicateAcks: number
    /** Sent and not acknowledged; of these sacked, lost, and sent again and not lost since; and thought to be in the network. */
    readonly inFlight: number
    readonly sacked: number
    readonly lost: number
    readonly resent: number
    readonly pipe: number
    /** The phase ends when this is acknowledged; -1 = in no phase. */
    readonly recover: number
  }
  readonly timing: {
    readonly rto: number
    /** 0 = nothing was measured yet. */
    readonly srtt: number
    readonly rttvar: number
    /** Times that the timeout was doubled. */
    readonly backoff: number
    /** Timeouts in a row without progress. */
    readonly retransmits: number
    /** Window probes or keepalives in a row without an answer. */
    readonly probes: number
  }
  /** What both sides have agreed on. */
  readonly agreed: {
    readonly timestamps: boolean
    readonly sack: boolean
    readonly scaling: boolean
    readonly ecn: boolean
  }
  /** The next to fire first. */
  readonly timers: readonly RunningTimer[]
  /** Bytes; SYN and FIN are none. */
  readonly queues: {
    readonly unsent: number
    readonly unacknowledged: number
    readonly readable: number
    /** Out of order. */
    readonly waiting: number
  }
  /** What was sent and is not acknowledged, and what is to be sent; at most MAX_STRIP pieces, as in `receiving`. */
  readonly sending: readonly StripPiece<SendingFate>[]
  /** What was received and not read, and what lies behind a hole. */
  readonly receiving: readonly StripPiece<ReceivingFate>[]
}

const UNKNOWN_SND = { iss: -1, una: -1, nxt: -1, wnd: -1, windowEnd: -1, wl1: -1, wl2: -1, up: -1, mss: -1, scale: -1 }
const UNKNOWN_RCV = { irs: -1, nxt: -1, wnd: -1, windowEnd: -1, up: -1, scale: -1 }
/** What the threshold is until something was lost (congestion.ts). */
const NO_THRESHOLD = 0x7fffffff

/** A connection of which nothing is known but its state. */
export function unknownStatus(state: State, now: number): Status {
  return {
    now,
    state,
    snd: UNKNOWN_SND,
    rcv: UNKNOWN_RCV,
    congestion: {
      phase: 'Open',
      cwnd: -1,
      ssthresh: -1,
      duplicateAcks: 0,
      inFlight: 0,
      sacked: 0,
      lost: 0,
      resent: 0,
      pipe: 0,
      recover: -1,
    },
    timing: { rto: -1, srtt: 0, rttvar: 0, backoff: 0, retransmits: 0, probes: 0 },
    agreed: { timestamps: false, sack: false, scaling: false, ecn: false },
    timers: [],
    queues: { unsent: 0, unacknowledged: 0, readable: 0, waiting: 0 },
    sending: [],
    receiving: [],
  }
}

/** What `tcb` remembers at `now`, microseconds. */
export function statusOf(tcb: Tcb, now: number): Status {
  const { state } = tcb
  const unknown = unknownStatus(state, now)
  if (state === 'CLOSED' || state === 'LISTEN') return { ...unknown, queues: queuesOf(tcb) }
  const begun = {
    ...unknown,
    snd: sndOf(tcb),
    congestion: congestionOf(tcb),
    timing: timingOf(tcb),
    timers: timersOf(tcb),
    queues: queuesOf(tcb),
    sending: sendingStrip(tcb),
  }
  if (state === 'SYN-SENT') return begun
  const { useTimestamps: timestamps, useSack: sack, useScaling: scaling, ecn } = tcb
  return {
    ...begun,
    rcv: rcvOf(tcb),
    agreed: { timestamps, sack, scaling, ecn: ecn.agreed },
    receiving: receivingStrip(tcb),
  }
}

function sndOf(tcb: Tcb): Status['snd'] {
  const { iss, una, nxt, up, wnd, wl1, wl2, scale } = tcb.snd
  if (tcb.state === 'SYN-SENT') return { ...UNKNOWN_SND, iss, una, nxt, up }
  // Of a SYN that came to a listener they are not taken.
  const none = tcb.state === 'SYN-RECEIVED' && tcb.passive
  const from = none ? { wl1: -1, wl2: -1 } : { wl1, wl2 }
  return { iss, una, nxt, wnd, windowEnd: tcb.windowEnd, ...from, up, mss: tcb.currentMss(), scale }
}

function rcvOf(tcb: Tcb): Status['rcv'] {
  const { irs, nxt, up } = tcb.rcv
  return { irs, nxt, wnd: tcb.rcvWnd, windowEnd: add(nxt, tcb.rcvWnd), up, scale: tcb.window.scale }
}

function congestionOf({ recovery, congestion, loss, flight }: Tcb): Status['congestion'] {
  return {
    phase: recovery.phase,
    cwnd: congestion.cwnd,
    ssthresh: congestion.ssthresh === NO_THRESHOLD ? -1 : congestion.ssthresh,
    duplicateAcks: loss.duplicateAcks,
    inFlight: flight.count,
    sacked: flight.sackedOut,
    lost: flight.lostOut,
    resent: flight.retransmittedOut,
    pipe: flight.pipe,
    recover: recovery.phase === 'Open' ? -1 : recovery.highSeq,
  }
}

function timingOf({ rtt, persistBackoff, retransmits, probesOut }: Tcb): Status['timing'] {
  const { rto, srtt, rttvar } = rtt
  return { rto, srtt, rttvar, backoff: Math.max(rtt.backoff, persistBackoff), retransmits, probes: probesOut }
}

function timersOf({ timers, state }: Tcb): RunningTimer[] {
  const all: RunningTimer[] = [
    { name: 'retransmit', at: timers.retransmit },
    { name: 'loss-probe', at: timers.lossProbe },
    { name: 'reorder', at: timers.reorder },
    { name: 'persist', at: timers.persist },
    { name: 'delayed-ack', at: timers.delayedAck },
    { name: 'keepalive', at: timers.keepalive },
    { name: state === 'TIME-WAIT' ? 'time-wait' : 'fin-wait-2', at: timers.timeWait },
  ]
  return all.filter(({ at }) => at !== Number.POSITIVE_INFINITY).sort((a, b) => a.at - b.at)
}

function queuesOf({ sendBuffer, snd, reassembly }: Tcb): Status['queues'] {
  const unsent = Math.min(sendBuffer.length, Math.max(0, distance(sendBuffer.end, snd.nxt)))
  const { readable, waiting } = reassembly
  return { unsent, unacknowledged: sendBuffer.length - unsent, readable, waiting }
}
