import type { State } from '../tcp/states.ts'
import type { LadderEvent, Moved, Received, Sent } from './ladder-events.ts'
import { type End, otherEnd } from './sequence-origins.ts'

/**
 * How an arrow is drawn: across the whole row, or only its first or last part where other events lie
 * between sending and arrival; cut short where it is lost or still in flight.
 */
type Shape = 'whole' | 'departure' | 'arrival' | 'lost' | 'in-flight'

export interface Arrow {
  readonly shape: Shape
  readonly from: End
  /** One of the two at least; both where the row shows the whole way. */
  readonly sent: Sent | null
  readonly received: Received | null
}

/** What one host does in a row. */
interface Lane {
  /** NaN: nothing. */
  time: number
  /** The state it has come to; '' = no change. */
  state: State | ''
}

export interface Row {
  readonly lanes: readonly [Lane, Lane]
  arrow: Arrow | null
}

export interface RowOptions {
  /** Whether each end was watched: only what goes from one watched end to another can be lost. */
  readonly observed: readonly [boolean, boolean]
  /** The run goes on: what was sent last may still arrive. */
  readonly running: boolean
}

/** States that a host enters with its FIN. */
const CLOSING: ReadonlySet<State> = new Set(['FIN-WAIT-1', 'LAST-ACK'])

/** Lays events out in rows, in the order of time; each host does at most one thing in a row. */
export function layRows(told: readonly LadderEvent[], options: RowOptions): Row[] {
  const events = withFins(told)
  const rows: Row[] = []
  const done = new Set<LadderEvent>()
  const newest = newestArrivals(events)
  for (let i = 0; i < events.length; i++) {
    const event = events[i]
    if (done.has(event)) continue
    if (event.type === 'moved') placeMove(rows, event, isFin(events[i + 1], event))
    else if (event.type === 'received') rows.push(arrivalRow(event, options))
    else {
      const row = departureRow(rows, event)
      const received = directArrival(events, i)
      if (received === null) {
        row.arrow = { shape: departureShape(event, options, newest), from: event.end, sent: event, received: null }
        continue
      }
      row.arrow = { shape: 'whole', from: event.end, sent: event, received }
      row.lanes[received.end].time = received.time
      done.add(received)
      // Between the two there can only be the sender's own move at the moment of sending.
      for (let j = i + 1; events[j] !== received; j++) {
        const move = events[j]
        if (move.type === 'moved') row.lanes[move.end].state = move.to
        done.add(move)
      }
    }
  }
  return rows
}

/** A state that a FIN leads to goes with that FIN, not with what its host has sent before it at the same time. */
function withFins(told: readonly LadderEvent[]): LadderEvent[] {
  const events = [...told]
  for (let i = events.length - 1; i >= 0; i--) {
    const move = events[i]
    if (move.type !== 'moved' || !CLOSING.has(move.to)) continue
    let j = i + 1
    while (events[j]?.time === move.time && !isFin(events[j], move)) j++
    if (isFin(events[j], move)) events.splice(j - 1, 0, ...events.splice(i, 1))
  }
  return events
}

/** Whether `event` is the sending of a FIN by the host that moves, at the same time. */
function isFin(event: LadderEvent | undefined, { end, time, to }: Moved): boolean {
  if (event === undefined || !CLOSING.has(to)) return false
  return event.type === 'sent' && event.end === end && event.time === time && event.label.kind === 'fin'
}

/** The arrival of the segment that event `i` sends, where nothing else happens in between; else null. */
function directArrival(events: readonly LadderEvent[], i: number): Received | null {
  const sent = events[i]
  if (sent.type !== 'sent' || sent.received === null || !sent.received.whole) return null
  const next = events[i + 1]
  if (next === sent.received) return sent.received
  const moves = next?.type === 'moved' && next.end === sent.end && next.time === sent.time
  return moves && events[i + 2] === sent.received ? sent.received : null
}

/** A move shares the row of what its host did last, if that was just now; else, and before its FIN, it has its own. */
function placeMove(rows: Row[], event: Moved, beforeFin: boolean): void {
  const lane = rows.at(-1)?.lanes[event.end]
  // Who has been told nothing before the third segment has never been in SYN-RECEIVED: SYN cookies.
  const passed = lane?.state === 'SYN-RECEIVED' && event.to === 'ESTABLISHED'
  if (!beforeFin && lane !== undefined && lane.time === event.time && (lane.state === '' || passed)) {
    lane.state = event.to
    return
  }
  const row = emptyRow()
  row.lanes[event.end].time = event.time
  row.lanes[event.end].state = event.to
  rows.push(row)
}

/** The row of a sending: that of the move which has just led to it, or a new one. */
function departureRow(rows: Row[], event: Sent): Row {
  // The other host may have moved at the same time.
  for (let i = rows.length - 1; i >= 0 && i >= rows.length - 2; i--) {
    const { arrow, lanes } = rows[i]
    if (arrow !== null) break
    if (lanes[event.end].time === event.time) return rows[i]
    if (lanes[otherEnd(event.end)].time !== event.time) break
  }
  const row = emptyRow()
  row.lanes[event.end].time = event.time
  rows.push(row)
  return row
}

function departureShape(event: Sent, options: RowOptions, newest: readonly [number, number]): Shape {
  if (!options.observed[otherEnd(event.end)]) return 'whole'
  if (event.received !== null) return 'departure'
  return options.running && event.order > newest[event.end] ? 'in-flight' : 'lost'
}

function arrivalRow(event: Received, options: RowOptions): Row {
  const from = otherEnd(event.end)
  const row = emptyRow()
  row.lanes[event.end].time = event.time
  // What comes from somewhere on the way does not start at the peer.
  const shape = options.observed[from] || event.label.reporter !== '' ? 'arrival' : 'whole'
  row.arrow = { shape, from, sent: null, received: event }
  return row
}

/** For each sender the highest order among what has arrived; -1 = nothing has. */
function newestArrivals(events: readonly LadderEvent[]): [number, number] {
  const newest: [number, number] = [-1, -1]
  for (const event of events) {
    if (event.type !== 'received' || event.sent === null) continue
    const { end, order } = event.sent
    newest[end] = Math.max(newest[end], order)
  }
  return newest
}

function emptyRow(): Row {
  return {
    lanes: [
      { time: Number.NaN, state: '' },
      { time: Number.NaN, state: '' },
    ],
    arrow: null,
  }
}
