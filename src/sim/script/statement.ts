/** What a statement of a script does. Times are microseconds; a `result` is what a call must return. */
export type Action =
  | { readonly kind: 'ip'; readonly version: 4 | 6 }
  | { readonly kind: 'set'; readonly setting: string }
  | { readonly kind: 'isn'; readonly end: 'host' | 'peer'; readonly number: number }
  | { readonly kind: 'flow'; readonly peerPort: number; readonly hostPort: number }
  | { readonly kind: 'tolerance'; readonly time: number }
  | Call
  | { readonly kind: 'inject'; readonly segment: string }
  | { readonly kind: 'icmp'; readonly error: string; readonly mtu: number }
  | { readonly kind: 'expect'; readonly segment: string }
  | { readonly kind: 'nothing'; readonly time: number }
  | { readonly kind: 'state'; readonly value: string }
  | { readonly kind: 'error'; readonly value: string }
  | { readonly kind: 'tcpinfo'; readonly field: string; readonly value: string }

/** A socket call. `result`: a count, 'ok', or an errno's name. */
export type Call = { readonly result: string } & (
  | { readonly kind: 'listen'; readonly port: number; readonly backlog: number }
  | { readonly kind: 'connect'; readonly port: number; readonly localPort: number }
  | { readonly kind: 'accept' }
  | { readonly kind: 'write'; readonly count: number }
  | { readonly kind: 'read'; readonly count: number }
  | { readonly kind: 'shutdown'; readonly how: 'read' | 'write' | 'both' }
  | { readonly kind: 'close' }
  | { readonly kind: 'abort' }
  | { readonly kind: 'option'; readonly name: string; readonly value: number }
)

/** One line of a script. */
export interface Statement {
  /** From 1. */
  readonly line: number
  /** As it stands there, without its comment. */
  readonly text: string
  /** After the line before it, microseconds. */
  readonly delay: number
  /** A time stands before it. */
  readonly isTimed: boolean
  readonly action: Action
}

/** A line that is no statement. */
export interface BadLine {
  /** From 1. */
  readonly line: number
  readonly text: string
  /** What is wrong with it, and what would be right. */
  readonly remedy: string
}
