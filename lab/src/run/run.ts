import type { State } from 'estab'
import type { Bilingual, Check, Figure, Remark } from 'estab/scenario'
import type { Packets } from './packets.ts'

/** Who stands at a vertical line of the ladder. */
export interface Lane {
  readonly name: string
  /** 'vantage': the machine on which a capture was made or that is followed live; 'peer': what it talks to. */
  readonly kind: 'host' | 'router' | 'vantage' | 'peer'
  readonly addresses: readonly string[]
}

/** A cable: the lanes of its two ends. */
export interface RunLink {
  readonly lanes: readonly [number, number]
}

/** One connection, or what two UDP ports say to each other. */
export interface RunConnection {
  readonly id: number
  readonly protocol: 'tcp' | 'udp'
  /** The lanes of its two ends; the first is who opened it, as far as is known. */
  readonly lanes: readonly [number, number]
  /** '10.0.1.1:49152', of each end. */
  readonly endpoints: readonly [string, string]
  /** What relative sequence numbers of each end count from; -1 = not known. */
  readonly initial: readonly [number, number]
  /** When it was first seen and last, microseconds of the run. */
  readonly from: number
  readonly to: number
}

/** An end of a connection has moved along an arc of the state diagram. */
export interface Move {
  readonly at: number
  readonly lane: number
  readonly connection: number
  /** '' = it was not known. */
  readonly from: State | ''
  readonly to: State
}

/** A timer that ran. */
export interface TimerSpan {
  readonly lane: number
  readonly connection: number
  /** As in Status: 'retransmit', 'persist' ... */
  readonly name: string
  readonly from: number
  /** When it was to fire. */
  readonly due: number
  /** When it fired, was stopped or set anew; the run's end if it still runs. */
  readonly until: number
  readonly fired: boolean
}

/** What one end of a connection knew, moment by moment: columns of one length, for charts. */
export interface Samples {
  readonly lane: number
  readonly connection: number
  readonly columns: Readonly<Record<SampleName, Float64Array>>
}

/** Times in microseconds, sequence numbers absolute, cwnd and ssthresh in segments, the rest in bytes; NaN = not known. */
export const SAMPLE_NAMES = [
  'at',
  'sndUna',
  'sndNxt',
  'sndWnd',
  'rcvNxt',
  'rcvWnd',
  'cwnd',
  'ssthresh',
  'srtt',
  'rto',
  'unsent',
  'unacknowledged',
  'readable',
  'waiting',
] as const
export type SampleName = (typeof SAMPLE_NAMES)[number]

/** Something that was done to a machine, a wire or a setting, to be drawn at its moment. */
export interface Deed {
  readonly at: number
  /** -1 = of no machine. */
  readonly lane: number
  readonly text: Bilingual
}

/** All that happened in one play, capture or time of watching: plain data. Times are microseconds since it began. */
export interface Run {
  readonly source: 'played' | 'captured' | 'live'
  readonly lanes: readonly Lane[]
  /** In the order in which they were laid; none where only packets are known. */
  readonly links: readonly RunLink[]
  readonly packets: Packets
  readonly connections: readonly RunConnection[]
  readonly moves: readonly Move[]
  readonly timers: readonly TimerSpan[]
  readonly samples: readonly Samples[]
  readonly deeds: readonly Deed[]
  /** What the play says of itself; empty for the others. */
  readonly remarks: readonly Remark[]
  readonly checks: readonly Check[]
  readonly figures: readonly Figure[]
  /** Why the play broke off; '' = it did not. Changing a play may make it impossible to go on. */
  readonly brokenOff: string
  readonly end: number
  /** Microseconds since 1970 at time 0; 0 where time is virtual. */
  readonly epoch: number
}
