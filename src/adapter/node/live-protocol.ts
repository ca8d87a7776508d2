import type { Direction, Flow } from '../../stack/probe.ts'
import type { ConnectionStatus } from '../../stack/status.ts'
import type { State } from '../../tcp/states.ts'

/*
 * What a running host and who follows it say to each other: JSON, a message each. The follower begins with LiveEntry and
 * is answered with LiveHello, or sent away. Every `at` is microseconds since the host began to tell.
 */

/** With what is followed: who does not know it is sent away. */
export interface LiveEntry {
  readonly token: string
}

export interface LiveHello {
  readonly kind: 'hello'
  readonly name: string
  readonly addresses: readonly string[]
  /** Microseconds since 1970 when `at` was 0. */
  readonly epoch: number
  /** Now. */
  readonly at: number
  /** Whether acts are allowed. */
  readonly write: boolean
}

/** A packet that a device has brought or taken. */
export interface LivePacket {
  readonly at: number
  readonly direction: Direction
  /** Why it was sent, an id of REASONS; '' of what came. */
  readonly reason: string
  /** It was thrown away because somebody asked for it. */
  readonly dropped: boolean
  /** From the IP header on, in Base64: the headers and the beginning of the payload. */
  readonly bytes: string
}

/** A connection has moved along an arc of the state diagram. */
export interface LiveMove extends Omit<Flow, 'state'> {
  readonly at: number
  readonly from: State
  readonly to: State
}

/** The host at one moment. */
export interface LiveMoment {
  readonly at: number
  readonly connections: readonly ConnectionStatus[]
  /** Connections beyond those. */
  readonly more: number
  readonly timeWait: number
  readonly listeners: readonly {
    readonly port: number
    readonly backlog: number
    /** Half-open connections. */
    readonly synQueue: number
    /** Those that wait to be accepted. */
    readonly acceptQueue: number
  }[]
}

/** What has happened since the last. */
export interface LiveNews {
  readonly kind: 'news'
  readonly at: number
  readonly packets: readonly LivePacket[]
  readonly moves: readonly LiveMove[]
  /** Null = as it was. */
  readonly moment: LiveMoment | null
  /** Packets before these that were not told of: there were too many, or the follower was too slow. */
  readonly leftOut: number
}

/** What a follower may ask for, where that is allowed. */
export type LiveAct =
  /** 'tcp_sack=0' */
  | { readonly kind: 'sysctl'; readonly setting: string }
  | ({ readonly kind: 'abort' } & Omit<Flow, 'state'>)
  /** The next packet that way is thrown away. */
  | { readonly kind: 'drop'; readonly direction: Direction }

/** What became of an act; '' = it was done. */
export interface LiveOutcome {
  readonly kind: 'outcome'
  readonly act: LiveAct['kind'] | ''
  readonly error: string
}

export type LiveMessage = LiveHello | LiveNews | LiveOutcome
