import type { ConnectionStatus } from 'estab'
import { formatDuration } from 'estab/trace'
import type { INSPECT_WORDS } from '../words/inspect.ts'
import { quantity, sequence } from './numbers.ts'
import type { WireSample } from './wire-sample.ts'

type Meaning = keyof (typeof INSPECT_WORDS)['en']['variables']

/** A variable with its value as it is shown; `path`: where it stands in the status. */
export interface Row {
  readonly path: string
  readonly name: string
  readonly meaning: Meaning
  readonly value: string
  /** Said of the value itself. */
  readonly note?: string
}

/** What relative numbers of both directions count from; 0 = nothing. */
export interface Bases {
  readonly own: number
  readonly peer: number
}

const row = (path: string, name: string, meaning: Meaning, value: string): Row => ({ path, name, meaning, value })

/** RFC 9293, 3.3.1. */
export function sendRows({ snd }: ConnectionStatus, { own, peer }: Bases): Row[] {
  return [
    row('snd.una', 'SND.UNA', 'una', sequence(snd.una, own)),
    row('snd.nxt', 'SND.NXT', 'nxt', sequence(snd.nxt, own)),
    row('snd.wnd', 'SND.WND', 'wnd', quantity(snd.wnd)),
    row('snd.up', 'SND.UP', 'up', sequence(snd.up, own)),
    row('snd.wl1', 'SND.WL1', 'wl1', sequence(snd.wl1, peer)),
    row('snd.wl2', 'SND.WL2', 'wl2', sequence(snd.wl2, own)),
    row('snd.iss', 'ISS', 'iss', sequence(snd.iss, own)),
    row('snd.mss', 'MSS', 'mss', quantity(snd.mss)),
    row('snd.scale', 'shift', 'scale', quantity(snd.scale)),
  ]
}

export function receiveRows({ rcv }: ConnectionStatus, { peer }: Bases): Row[] {
  return [
    row('rcv.nxt', 'RCV.NXT', 'rcvNxt', sequence(rcv.nxt, peer)),
    row('rcv.wnd', 'RCV.WND', 'rcvWnd', quantity(rcv.wnd)),
    row('rcv.up', 'RCV.UP', 'rcvUp', sequence(rcv.up, peer)),
    row('rcv.irs', 'IRS', 'irs', sequence(rcv.irs, peer)),
    row('rcv.scale', 'shift', 'scale', quantity(rcv.scale)),
  ]
}

/** `phase` and `none`: what is said of the phase, and of a threshold that is not set. */
export function congestionRows({ congestion }: ConnectionStatus, { own }: Bases, phase: string, none: string): Row[] {
  const { cwnd, ssthresh, inFlight, pipe, duplicateAcks, recover } = congestion
  return [
    row('congestion.cwnd', 'cwnd', 'cwnd', quantity(cwnd)),
    {
      ...row('congestion.ssthresh', 'ssthresh', 'ssthresh', quantity(ssthresh)),
      ...(ssthresh < 0 ? { note: none } : {}),
    },
    { ...row('congestion.phase', 'phase', 'phase', congestion.phase), note: phase },
    row('congestion.inFlight', 'flight', 'inFlight', quantity(inFlight)),
    ...(pipe === inFlight ? [] : [row('congestion.pipe', 'pipe', 'pipe', quantity(pipe))]),
    ...(duplicateAcks === 0
      ? []
      : [row('congestion.duplicateAcks', 'dupacks', 'duplicateAcks', quantity(duplicateAcks))]),
    ...(recover < 0 ? [] : [row('congestion.recover', 'recover', 'recover', sequence(recover, own))]),
  ]
}

/** `unmeasured`: what is said where no round trip is known yet. */
export function timingRows({ timing }: ConnectionStatus, unmeasured: string): Row[] {
  const { rto, srtt, rttvar, backoff, retransmits, probes } = timing
  const span = (value: number) => (value < 0 ? '–' : formatDuration(value))
  return [
    row('timing.rto', 'RTO', 'rto', span(rto)),
    {
      ...row('timing.srtt', 'SRTT', 'srtt', srtt === 0 ? '–' : span(srtt)),
      ...(srtt === 0 ? { note: unmeasured } : {}),
    },
    row('timing.rttvar', 'RTTVAR', 'rttvar', srtt === 0 ? '–' : span(rttvar)),
    row('timing.backoff', 'backoff', 'backoff', quantity(backoff)),
    ...(retransmits === 0 ? [] : [row('timing.retransmits', 'retransmits', 'retransmits', quantity(retransmits))]),
    ...(probes === 0 ? [] : [row('timing.probes', 'probes', 'probes', quantity(probes))]),
  ]
}

/** What packets show of an end: those variables that are known. */
export function wireRows(sample: WireSample, { own, peer }: Bases): Row[] {
  const { sndUna, sndNxt, sndWnd, rcvNxt, rcvWnd, srtt } = sample
  const all = [
    { known: sndUna, row: row('sndUna', 'SND.UNA', 'una', sequence(sndUna, own)) },
    { known: sndNxt, row: row('sndNxt', 'SND.NXT', 'nxt', sequence(sndNxt, own)) },
    { known: sndWnd, row: row('sndWnd', 'SND.WND', 'wnd', quantity(sndWnd)) },
    { known: rcvNxt, row: row('rcvNxt', 'RCV.NXT', 'rcvNxt', sequence(rcvNxt, peer)) },
    { known: rcvWnd, row: row('rcvWnd', 'RCV.WND', 'rcvWnd', quantity(rcvWnd)) },
    { known: srtt, row: row('srtt', 'RTT', 'rtt', Number.isNaN(srtt) ? '–' : formatDuration(Math.round(srtt))) },
  ]
  return all.filter(({ known }) => !Number.isNaN(known)).map((each) => each.row)
}
