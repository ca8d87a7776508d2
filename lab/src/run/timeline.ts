/** Something the user does to a play: where it is told again, the same follows again. Times are microseconds of the run. */
export type Act =
  /** A packet, by its index in the run, is lost on its way, comes twice, comes with one bit turned over, or comes so much later. */
  | { readonly kind: 'lose'; readonly packet: number; readonly at: number }
  | { readonly kind: 'duplicate'; readonly packet: number }
  | { readonly kind: 'corrupt'; readonly packet: number; readonly bit: number }
  | { readonly kind: 'delay'; readonly packet: number; readonly by: number }
  /** A segment that nobody has sent is put on the wire towards `to`, in the name of `from`: addresses. */
  | { readonly kind: 'forge'; readonly at: number; readonly segment: ForgedSegment }
  /** The cable of the n-th link, from 0. */
  | { readonly kind: 'unplug' | 'plug'; readonly at: number; readonly link: number }
  | { readonly kind: 'freeze' | 'thaw' | 'crash' | 'reboot'; readonly at: number; readonly host: string }
  /** What the application on a machine does with a connection: the one with that local and remote port. */
  | {
      readonly kind: 'write'
      readonly at: number
      readonly host: string
      readonly port: number
      readonly peerPort: number
      readonly bytes: number
    }
  | {
      readonly kind: 'shutdown' | 'close' | 'abort' | 'stop-reading' | 'read-on'
      readonly at: number
      readonly host: string
      readonly port: number
      readonly peerPort: number
    }
  | {
      readonly kind: 'sysctl'
      readonly at: number
      readonly host: string
      readonly name: string
      readonly value: string
    }
  /** A server application that takes what comes; with 'echo' it sends it back, and closes after the peer. */
  | {
      readonly kind: 'listen'
      readonly at: number
      readonly host: string
      readonly port: number
      readonly service: 'echo' | 'discard' | 'source'
    }
  | { readonly kind: 'connect'; readonly at: number; readonly host: string; readonly to: string; readonly port: number }

export interface ForgedSegment {
  readonly from: string
  readonly to: string
  readonly sourcePort: number
  readonly destinationPort: number
  readonly seq: number
  readonly ack: number
  readonly flags: number
  readonly window: number
  /** Text, as UTF-8. */
  readonly payload: string
}

/** A network that the user has drawn. */
export interface Topology {
  readonly nodes: readonly TopologyNode[]
  readonly links: readonly TopologyLink[]
}

export interface TopologyNode {
  readonly name: string
  readonly kind: 'host' | 'router' | 'switch'
  /** Where it stands on the drawing, which is 100 wide and 60 high. */
  readonly x: number
  readonly y: number
  /** Of a host: settings that are not the defaults, by their names. */
  readonly sysctl: Readonly<Record<string, string>>
  /** Of a router: its neighbour outside, towards whom it translates addresses. */
  readonly nat?: string
}

export interface TopologyLink {
  readonly left: string
  readonly right: string
  /** Microseconds. */
  readonly delay: number
  /** Bits a second; 0 = as fast as may be. */
  readonly rate: number
  /** Probabilities from 0 to 1. */
  readonly loss: number
  readonly duplicate: number
  readonly reorder: number
  readonly corrupt: number
  readonly mtu: number
}

/** More packets than these are not waited for when a play has been changed. */
export const MOST_PACKETS = 10_000

/** What is played: from it the whole run follows, byte for byte. */
export interface Timeline {
  readonly play:
    | { readonly kind: 'scenario'; readonly name: string; readonly part: number }
    | { readonly kind: 'sandbox'; readonly topology: Topology }
  readonly seed: number
  /** In the order in which they were done. */
  readonly acts: readonly Act[]
}
