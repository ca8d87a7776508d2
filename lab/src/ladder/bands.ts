import type { State } from 'estab'
import type { Run } from '../run/run.ts'

/** A state that one end of a connection was in. */
export interface Band {
  readonly lane: number
  readonly connection: number
  /** Side by side with those of other connections: 0 to 3. */
  readonly column: number
  readonly state: State
  readonly from: number
  /** Infinity = it is still in it at the end of the run. */
  readonly to: number
}

/** Connections of a lane that are drawn side by side. */
const MOST_COLUMNS = 4

/** The states along each lane; `connection` >= 0: of that one alone. Where there is no room for a connection it is left out. */
export function bandsOf({ moves, lanes }: Pick<Run, 'moves' | 'lanes'>, connection: number): Band[] {
  const bands: Band[] = []
  for (let lane = 0; lane < lanes.length; lane += 1) {
    const lives = livesOf(moves, lane, connection)
    const free: number[] = []
    for (const life of lives) {
      const first = life[0]
      const last = life.at(-1)
      if (first === undefined || last === undefined) continue
      let column = free.findIndex((until) => until <= first.from)
      if (column < 0 && free.length < MOST_COLUMNS) column = free.push(0) - 1
      if (column < 0) continue
      free[column] = last.to
      for (const piece of life) bands.push({ ...piece, lane, column })
    }
  }
  return bands
}

type Piece = Omit<Band, 'lane' | 'column'>

/** The states of each connection at a lane, in the order in which they began. */
function livesOf(moves: Run['moves'], lane: number, connection: number): Piece[][] {
  const lives = new Map<number, { pieces: Piece[]; state: State; since: number }>()
  for (const move of moves) {
    if (move.lane !== lane || (connection >= 0 && move.connection !== connection)) continue
    let life = lives.get(move.connection)
    if (life === undefined) {
      life = { pieces: [], state: 'CLOSED', since: move.at }
      lives.set(move.connection, life)
    }
    close(life, move.connection, move.at)
    life.state = move.to
    life.since = move.at
  }
  for (const [id, life] of lives) close(life, id, Number.POSITIVE_INFINITY)
  return [...lives.values()].map(({ pieces }) => pieces)
}

/** In CLOSED and LISTEN there is no connection. */
function close(life: { pieces: Piece[]; state: State; since: number }, connection: number, to: number): void {
  if (life.state === 'CLOSED' || life.state === 'LISTEN' || to <= life.since) return
  life.pieces.push({ connection, state: life.state, from: life.since, to })
}

/** How many columns each lane has. */
export function columnsOf(bands: readonly Band[], lanes: number): number[] {
  const columns = new Array<number>(lanes).fill(0)
  for (const { lane, column } of bands) columns[lane] = Math.max(columns[lane] ?? 0, column + 1)
  return columns
}

/** What a lane is in at a time. */
export interface LaneState {
  /** Of the connection that moved last, of those that are not closed; '' = it was in none yet. */
  readonly state: State | ''
  /** Connections beside that one. */
  readonly others: number
}

/** The states at a time, by lane; `connection` >= 0: of that one alone. */
export function statesAt(run: Pick<Run, 'moves' | 'lanes'>, time: number, connection: number): LaneState[] {
  const open = run.lanes.map(() => new Map<number, State>())
  const seen = new Set<number>()
  for (const { at, lane, connection: of, to } of run.moves) {
    if (at > time) break
    if (connection >= 0 && of !== connection) continue
    seen.add(lane)
    // The one that moves comes last.
    open[lane]?.delete(of)
    if (to !== 'CLOSED') open[lane]?.set(of, to)
  }
  return open.map((states, lane) => {
    const state = [...states.values()].at(-1) ?? (seen.has(lane) ? 'CLOSED' : '')
    return { state, others: Math.max(states.size - 1, 0) }
  })
}
