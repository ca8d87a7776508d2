import type { State } from 'estab'
import type { Moment } from '../engine/engine.ts'
import type { Run } from '../run/run.ts'
import { statesOf } from './wire-states.ts'

/** A machine with that many connections in a state. */
export interface Inhabitant {
  readonly lane: number
  readonly count: number
}

/** Who is in a state: as the machines know it, else as the packets tell. Listeners count for LISTEN; nobody is in CLOSED. */
export function whoIsIn(run: Run, moment: Moment | null, state: State, time: number): Inhabitant[] {
  if (state === 'CLOSED') return []
  return run.lanes
    .map((_, lane) => {
      const known = moment?.lanes[lane]
      if (known === null || known === undefined) {
        return { lane, count: statesOf(run, lane, time).filter((each) => each.state === state).length }
      }
      if (state === 'LISTEN') return { lane, count: known.listeners.length }
      return { lane, count: known.connections.filter((each) => each.state === state).length }
    })
    .filter(({ count }) => count > 0)
}
