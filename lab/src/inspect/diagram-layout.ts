import type { State } from 'estab'
import { ARCS } from 'estab/tcp'
import { arcKey } from './arc-counts.ts'

interface Point {
  readonly x: number
  readonly y: number
}

/** A state on paper, by its middle. */
export interface StateBox extends Point {
  readonly state: State
  /** It stands there a second time, so that the ways to it need not lead back to the top. */
  readonly again: boolean
}

/** An arc on paper. */
export interface ArcLine {
  readonly key: string
  readonly from: State
  readonly to: State
  readonly on: string
  readonly sends: string
  /** Of its line, and of its head. */
  readonly path: string
  readonly head: string
  /** Where a number stands on it. */
  readonly middle: Point
  readonly label: ArcLabel
}

/** Where words stand beside an arc: along it, or level beside a steep one. */
interface ArcLabel extends Point {
  /** Degrees. */
  readonly angle: number
  readonly anchor: 'start' | 'middle' | 'end'
}

export interface DiagramLayout {
  readonly width: number
  readonly height: number
  readonly boxes: readonly StateBox[]
  readonly arcs: readonly ArcLine[]
}

export const BOX = { width: 106, height: 36 } as const
const HEIGHT = 668
/** Narrowest and widest paper on which there is room for words at every arc, and the margins they need. */
const TOLD = { least: 880, most: 1120, margin: 115, more: 35 } as const
const CORNER = 12
const HEAD = { length: 8, half: 3.6 } as const

type Side = 'l' | 'r' | 't' | 'b'
/** A side of a box, and how far from its middle; or a place on paper. */
type Stop = readonly [state: State | 'CLOSED again', side: Side, offset: number] | Point

/** With words at every arc: as wide as a place of that shape, its width by its height, allows. */
export function toldLayout(shape: number): DiagramLayout {
  const width = Math.min(Math.max(HEIGHT * shape, TOLD.least), TOLD.most)
  return diagramLayout(width, TOLD.margin + ((width - TOLD.least) / (TOLD.most - TOLD.least)) * TOLD.more)
}

/**
 * The client's way is on the left, the server's on the right, closing at the bottom (RFC 9293, figure 5, mirrored).
 * `margin`: between the outer columns and the edges, where some arcs run; at least 22.
 */
export function diagramLayout(width: number, margin: number): DiagramLayout {
  const left = margin + BOX.width / 2
  const middle = width / 2
  const right = width - left
  const places: Readonly<Record<State | 'CLOSED again', Point>> = {
    CLOSED: { x: middle, y: 26 },
    LISTEN: { x: right, y: 104 },
    'SYN-SENT': { x: left, y: 150 },
    'SYN-RECEIVED': { x: right, y: 206 },
    ESTABLISHED: { x: middle, y: 292 },
    'FIN-WAIT-1': { x: left, y: 386 },
    'CLOSE-WAIT': { x: right, y: 386 },
    CLOSING: { x: middle, y: 444 },
    'FIN-WAIT-2': { x: left, y: 496 },
    'LAST-ACK': { x: right, y: 496 },
    'TIME-WAIT': { x: middle, y: 552 },
    'CLOSED again': { x: middle, y: 640 },
  }
  const ways = waysOf(left, middle, right, margin)
  const at = (stop: Stop): Point => ('x' in stop ? stop : anchor(places[stop[0]], stop[1], stop[2]))
  return {
    width,
    height: HEIGHT,
    boxes: Object.entries(places).map(([name, place]) => {
      const again = name === 'CLOSED again'
      return { ...place, state: again ? 'CLOSED' : (name as State), again }
    }),
    arcs: ARCS.map((arc) => {
      const key = arcKey(arc.from, arc.to)
      const points = (
        ways[key] ?? [
          [arc.from, 'b', 0],
          [arc.to, 't', 0],
        ]
      ).map(at)
      return {
        ...arc,
        key,
        path: rounded(points),
        head: headOf(points),
        middle: middleOf(points),
        label: labelOf(points, LABELS[key] ?? [-1, 0.5]),
      }
    }),
  }
}

/** How each arc runs. */
function waysOf(
  left: number,
  middle: number,
  right: number,
  margin: number,
): Readonly<Record<string, readonly Stop[]>> {
  const leftRail = left - BOX.width / 2 - margin * 0.76
  const rightRail = right + BOX.width / 2 + margin * 0.76
  const below = middle + BOX.width / 2 + Math.max(22, margin / 2)
  return {
    'CLOSED>LISTEN': [
      ['CLOSED', 'r', 6],
      ['LISTEN', 't', 16],
    ],
    'LISTEN>CLOSED': [
      ['LISTEN', 't', -28],
      ['CLOSED', 'b', 38],
    ],
    'CLOSED>SYN-SENT': [
      ['CLOSED', 'l', 6],
      ['SYN-SENT', 't', -14],
    ],
    'SYN-SENT>CLOSED': [
      ['SYN-SENT', 't', 26],
      ['CLOSED', 'b', -38],
    ],
    'LISTEN>SYN-RECEIVED': [
      ['LISTEN', 'b', 14],
      ['SYN-RECEIVED', 't', 14],
    ],
    'SYN-RECEIVED>LISTEN': [
      ['SYN-RECEIVED', 't', -14],
      ['LISTEN', 'b', -14],
    ],
    'LISTEN>SYN-SENT': [
      ['LISTEN', 'l', 6],
      ['SYN-SENT', 'r', -8],
    ],
    'SYN-SENT>SYN-RECEIVED': [
      ['SYN-SENT', 'r', 8],
      ['SYN-RECEIVED', 'l', -8],
    ],
    'SYN-SENT>ESTABLISHED': [
      ['SYN-SENT', 'b', 14],
      ['ESTABLISHED', 't', -38],
    ],
    'SYN-RECEIVED>ESTABLISHED': [
      ['SYN-RECEIVED', 'b', -14],
      ['ESTABLISHED', 't', 38],
    ],
    'SYN-RECEIVED>FIN-WAIT-1': [['SYN-RECEIVED', 'l', 9], { x: left - 32, y: 262 }, ['FIN-WAIT-1', 't', -32]],
    'SYN-RECEIVED>CLOSED': [
      ['SYN-RECEIVED', 'r', 0],
      { x: rightRail, y: 206 },
      { x: rightRail, y: 18 },
      ['CLOSED', 'r', -8],
    ],
    'ESTABLISHED>CLOSED': [
      ['ESTABLISHED', 't', 0],
      ['CLOSED', 'b', 0],
    ],
    'ESTABLISHED>FIN-WAIT-1': [
      ['ESTABLISHED', 'b', -22],
      ['FIN-WAIT-1', 't', 22],
    ],
    'ESTABLISHED>CLOSE-WAIT': [
      ['ESTABLISHED', 'b', 22],
      ['CLOSE-WAIT', 't', -22],
    ],
    'FIN-WAIT-1>FIN-WAIT-2': [
      ['FIN-WAIT-1', 'b', -14],
      ['FIN-WAIT-2', 't', -14],
    ],
    'FIN-WAIT-1>CLOSING': [
      ['FIN-WAIT-1', 'r', 4],
      ['CLOSING', 'l', -8],
    ],
    'FIN-WAIT-1>TIME-WAIT': [
      ['FIN-WAIT-1', 'b', 32],
      ['TIME-WAIT', 't', -36],
    ],
    'FIN-WAIT-1>CLOSED': [
      ['FIN-WAIT-1', 'l', 0],
      { x: leftRail, y: 386 },
      { x: leftRail, y: 648 },
      ['CLOSED again', 'l', 8],
    ],
    'FIN-WAIT-2>TIME-WAIT': [
      ['FIN-WAIT-2', 'r', 8],
      ['TIME-WAIT', 'l', 2],
    ],
    'FIN-WAIT-2>CLOSED': [['FIN-WAIT-2', 'b', -14], { x: left - 14, y: 632 }, ['CLOSED again', 'l', -8]],
    'CLOSE-WAIT>LAST-ACK': [
      ['CLOSE-WAIT', 'b', -4],
      ['LAST-ACK', 't', -4],
    ],
    'CLOSE-WAIT>CLOSED': [
      ['CLOSE-WAIT', 'r', 0],
      { x: rightRail, y: 386 },
      { x: rightRail, y: 648 },
      ['CLOSED again', 'r', 8],
    ],
    'CLOSING>TIME-WAIT': [
      ['CLOSING', 'b', 0],
      ['TIME-WAIT', 't', 0],
    ],
    'CLOSING>CLOSED': [['CLOSING', 'r', 0], { x: below, y: 444 }, { x: below, y: 590 }, ['CLOSED again', 't', 34]],
    'LAST-ACK>CLOSED': [['LAST-ACK', 'b', 6], { x: right + 6, y: 632 }, ['CLOSED again', 'r', -8]],
    'TIME-WAIT>CLOSED': [
      ['TIME-WAIT', 'b', 0],
      ['CLOSED again', 't', 0],
    ],
  }
}

function anchor({ x, y }: Point, side: Side, offset: number): Point {
  switch (side) {
    case 'l':
      return { x: x - BOX.width / 2, y: y + offset }
    case 'r':
      return { x: x + BOX.width / 2, y: y + offset }
    case 't':
      return { x: x + offset, y: y - BOX.height / 2 }
    case 'b':
      return { x: x + offset, y: y + BOX.height / 2 }
  }
}

const length = (a: Point, b: Point) => Math.hypot(b.x - a.x, b.y - a.y)

/** So far from `a` towards `b`. */
function towards(a: Point, b: Point, distance: number): Point {
  const whole = length(a, b)
  const part = whole === 0 ? 0 : distance / whole
  return { x: a.x + (b.x - a.x) * part, y: a.y + (b.y - a.y) * part }
}

const text = ({ x, y }: Point) => `${x.toFixed(1)} ${y.toFixed(1)}`

/** A line through the points, its corners rounded; it ends where its head begins. */
function rounded(points: readonly Point[]): string {
  let path = `M${text(points[0])}`
  for (let i = 1; i < points.length - 1; i += 1) {
    const [before, corner, behind] = [points[i - 1], points[i], points[i + 1]]
    const radius = Math.min(CORNER, length(before, corner) / 2, length(corner, behind) / 2)
    path += `L${text(towards(corner, before, radius))}Q${text(corner)} ${text(towards(corner, behind, radius))}`
  }
  const [before, last] = points.slice(-2)
  return `${path}L${text(towards(last, before, HEAD.length - 1))}`
}

function headOf(points: readonly Point[]): string {
  const [before, tip] = points.slice(-2)
  const base = towards(tip, before, HEAD.length)
  const [dx, dy] = [(tip.x - base.x) / HEAD.length, (tip.y - base.y) / HEAD.length]
  const left = { x: base.x - dy * HEAD.half, y: base.y + dx * HEAD.half }
  const right = { x: base.x + dy * HEAD.half, y: base.y - dx * HEAD.half }
  return `M${text(tip)}L${text(left)}L${text(right)}Z`
}

/** The longest piece. */
function longest(points: readonly Point[]): readonly [Point, Point] {
  let best = 0
  for (let i = 1; i < points.length - 1; i += 1) {
    if (length(points[i], points[i + 1]) > length(points[best], points[best + 1])) best = i
  }
  return [points[best], points[best + 1]]
}

function middleOf(points: readonly Point[]): Point {
  const [a, b] = longest(points)
  return towards(a, b, length(a, b) / 2)
}

/** Steeper arcs have their words beside them, degrees. */
const STEEP = 50

/** On which side of an arc its words stand, -1 above or left of it, 1 below or right; and how far along its longest piece, or another. */
type LabelPlace = readonly [side: -1 | 1, part: number, piece?: number]

/** Where words would run into something at the middle of an arc, above or left of it. */
const LABELS: Readonly<Record<string, LabelPlace>> = {
  'LISTEN>CLOSED': [1, 0.5],
  'SYN-SENT>CLOSED': [1, 0.5],
  'LISTEN>SYN-RECEIVED': [1, 0.5],
  'LISTEN>SYN-SENT': [-1, 0.25],
  'SYN-SENT>SYN-RECEIVED': [1, 0.75],
  'SYN-SENT>ESTABLISHED': [-1, 0.48],
  'SYN-RECEIVED>ESTABLISHED': [1, 0.4],
  'SYN-RECEIVED>FIN-WAIT-1': [1, 0.8],
  'ESTABLISHED>CLOSED': [1, 0.52],
  'FIN-WAIT-1>FIN-WAIT-2': [1, 0.6],
  'FIN-WAIT-1>CLOSED': [1, 0.5],
  'CLOSE-WAIT>CLOSED': [1, 0.5],
  'CLOSING>TIME-WAIT': [1, 0.5],
  'CLOSING>CLOSED': [1, 0.65],
  'LAST-ACK>CLOSED': [-1, 0.6, 0],
}

function labelOf(points: readonly Point[], [side, part, piece]: LabelPlace): ArcLabel {
  const [a, b] = piece === undefined ? longest(points) : [points[piece], points[piece + 1]]
  const { x, y } = towards(a, b, length(a, b) * part)
  // Words run from left to right, whichever way the arc leads.
  const [first, second] = a.x <= b.x ? [a, b] : [b, a]
  const angle = (Math.atan2(second.y - first.y, second.x - first.x) * 180) / Math.PI
  if (Math.abs(angle) > STEEP) return { x: x + side * 14, y: y + 4, angle: 0, anchor: side < 0 ? 'end' : 'start' }
  const off = side < 0 ? -8 : 17
  const turn = (angle * Math.PI) / 180
  return { x: x - Math.sin(turn) * off, y: y + Math.cos(turn) * off, angle, anchor: 'middle' }
}
