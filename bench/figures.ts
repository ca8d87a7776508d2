/** What is measured of a TCP. */
export interface Figures {
  /** Mbit/s, one way. */
  bulk: number
  /** Microseconds, median, 64 bytes there and back. */
  pingPong: number
  /** Connections opened and closed by both sides, per second, one after another. */
  connects: number
  /** Bytes of memory in this process for both ends of an idle connection. */
  idle: number
}

/** How much is done to measure it: the same for all who are compared. */
export interface Workload {
  readonly runs: number
  readonly warmUpBytes: number
  readonly bytes: number
  readonly rounds: number
  readonly connections: number
  readonly idlePairs: number
}
