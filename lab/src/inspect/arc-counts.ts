import type { State } from 'estab'
import type { Run } from '../run/run.ts'

/** By what an arc is told. */
export function arcKey(from: string, to: string): string {
  return `${from}>${to}`
}

/** One end of a connection on the state diagram. */
export interface Walker {
  readonly lane: number
  /** '' = not known. */
  readonly state: State | ''
  /** The arc it took last; '' = none yet. */
  readonly last: string
  /** When; -1 = never. */
  readonly at: number
}

export interface Walk {
  /** How often each arc was taken. */
  readonly counts: ReadonlyMap<string, number>
  readonly walkers: readonly Walker[]
}

/** How far the ends of a connection (-1: of all) have come on the state diagram by `time`. */
export function walkOf(run: Run, connection: number, time: number): Walk {
  const counts = new Map<string, number>()
  const walkers = new Map<number, Walker>()
  for (const lane of run.connections[connection]?.lanes ?? []) {
    if (lane >= 0) walkers.set(lane, { lane, state: firstState(run, connection, lane), last: '', at: -1 })
  }
  for (const { at, lane, connection: id, from, to } of run.moves) {
    if (at > time) break
    if (connection >= 0 && id !== connection) continue
    const key = arcKey(from, to)
    counts.set(key, (counts.get(key) ?? 0) + 1)
    if (connection >= 0) walkers.set(lane, { lane, state: to, last: key, at })
  }
  return { counts, walkers: [...walkers.values()] }
}

/** Before its first move. */
function firstState(run: Run, connection: number, lane: number): State | '' {
  const first = run.moves.find((move) => move.connection === connection && move.lane === lane)
  return first?.from ?? (run.source === 'played' ? 'CLOSED' : '')
}

/** The connection whose ends are shown: the one asked for, else the newest that has moved by `time`, else the first. */
export function connectionShown(run: Run, wanted: number, time: number): number {
  if (run.connections[wanted]?.protocol === 'tcp') return wanted
  const moved = run.moves.findLast(({ at }) => at <= time)?.connection
  return moved ?? run.connections.find(({ protocol }) => protocol === 'tcp')?.id ?? -1
}
