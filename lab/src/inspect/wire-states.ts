import type { State } from 'estab'
import type { Run } from '../run/run.ts'

/** What the packets tell of one end of a connection. */
export interface WireState {
  readonly connection: number
  readonly state: State
  /** The other end. */
  readonly peer: string
}

/** The states that a machine's connections have reached by `time`, by their moves; the newest first. */
export function statesOf(run: Run, lane: number, time: number): WireState[] {
  const found = new Map<number, WireState>()
  for (const { at, lane: mover, connection, to } of run.moves) {
    if (at > time) break
    if (mover !== lane) continue
    const known = run.connections[connection]
    const peer = known?.endpoints[known.lanes[0] === lane ? 1 : 0] ?? ''
    found.delete(connection)
    found.set(connection, { connection, state: to, peer })
  }
  return [...found.values()].reverse()
}
