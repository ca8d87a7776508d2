import { MARKS } from '../run/packets.ts'
import type { Pen, Stroke } from './pen.ts'
import type { Fate } from './scene.ts'

/** An arrow on paper. */
export interface Shape {
  readonly x0: number
  readonly y0: number
  /** Where it is to arrive. */
  readonly x1: number
  readonly y1: number
  /** How far it has got, from 0 to 1. */
  readonly reach: number
  readonly fate: Fate
  readonly marks: number
  /** Bytes of payload. */
  readonly length: number
  readonly colour: string
  readonly paper: string
  readonly lost: string
}

const THIN = 1.25
const THICK = 2.9
const FULL_SEGMENT = 1460
const HEAD = 10
const HALF_HEAD = 4
/** An arrow that has just left is seen all the same, pixels. */
const STUB = 16
const ZIGZAG = { step: 5, height: 3 }
const BREAK = 12
const CROSS = 4.5

/** Thin without payload, thickest with a full segment. */
export function thickness(length: number): number {
  if (length === 0) return THIN
  return THIN + 0.5 + (THICK - THIN - 0.5) * Math.sqrt(Math.min(1, length / FULL_SEGMENT))
}

/** Draws a packet on its way: what has become of it is in its shape, so that it can be read without colour. */
export function drawArrow(pen: Pen, shape: Shape): void {
  const { x0, y0, x1, y1, fate, marks, colour } = shape
  const whole = Math.hypot(x1 - x0, y1 - y0)
  if (whole === 0) return
  const ray: Ray = { x: x0, y: y0, ux: (x1 - x0) / whole, uy: (y1 - y0) / whole, up: x1 >= x0 ? 1 : -1 }
  const tip = Math.max(whole * shape.reach, Math.min(STUB, whole))
  const stroke: Stroke = { colour, width: thickness(shape.length) }
  const headed = fate !== 'lost'
  const end = headed ? Math.max(tip - (fate === 'delivered' ? HEAD - 2 : 1), 0) : tip
  drawShaft(pen, ray, end, marks, stroke)
  if (marks & MARKS.outOfOrder) drawHook(pen, ray, tip, stroke)
  if (marks & MARKS.duplicate) {
    pen.circle(at(ray, 0, 0).x, at(ray, 0, 0).y, 3)
    pen.both(shape.paper, { colour, width: 1.25 })
  }
  if (fate === 'lost') {
    drawCross(pen, ray, tip, shape.lost)
    trace(pen, ray, tip + 9, whole)
    pen.stroke({ colour, width: THIN, dash: [0.5, 5] })
  } else drawHead(pen, ray, tip, shape)
}

interface Ray {
  readonly x: number
  readonly y: number
  readonly ux: number
  readonly uy: number
  /** Which side of it is up: 1 if it goes to the right. */
  readonly up: 1 | -1
}

/** The point so far along, and so far above. */
function at({ x, y, ux, uy, up }: Ray, along: number, above: number): { x: number; y: number } {
  return { x: x + ux * along + uy * up * above, y: y + uy * along - ux * up * above }
}

function trace(pen: Pen, ray: Ray, from: number, to: number, above = 0): void {
  if (to <= from) return
  const [a, b] = [at(ray, from, above), at(ray, to, above)]
  pen.move(a.x, a.y)
  pen.line(b.x, b.y)
}

function drawShaft(pen: Pen, ray: Ray, end: number, marks: number, stroke: Stroke): void {
  const broken = marks & (MARKS.corrupted | MARKS.rewritten) ? Math.min(BREAK, end / 3) : 0
  const middle = end / 2
  const pieces =
    broken > 0
      ? [
          [0, middle - broken / 2],
          [middle + broken / 2, end],
        ]
      : [[0, end]]
  for (const [from = 0, to = 0] of pieces) {
    if (marks & (MARKS.outOfWindow | MARKS.forged)) zigzag(pen, ray, from, to)
    else if (marks & MARKS.retransmission) {
      const apart = Math.max(stroke.width * 0.85, 1.7)
      trace(pen, ray, from, to, apart)
      trace(pen, ray, from, to, -apart)
    } else trace(pen, ray, from, to)
  }
  pen.stroke(marks & MARKS.retransmission ? { ...stroke, width: Math.max(1.1, stroke.width * 0.55) } : stroke)
  if (broken === 0) return
  for (const edge of [middle - broken / 2, middle + broken / 2]) {
    const [a, b] = [at(ray, edge - 2, -5), at(ray, edge + 2, 5)]
    pen.move(a.x, a.y)
    pen.line(b.x, b.y)
  }
  pen.stroke({ ...stroke, width: 1.25 })
}

function zigzag(pen: Pen, ray: Ray, from: number, to: number): void {
  const { step, height } = ZIGZAG
  const start = at(ray, from, 0)
  pen.move(start.x, start.y)
  let side = 1
  for (let along = from + step; along < to - step; along += step) {
    const { x, y } = at(ray, along, side * height)
    pen.line(x, y)
    side = -side
  }
  const end = at(ray, to, 0)
  pen.line(end.x, end.y)
}

/** It has come before its time: behind the head the line turns back. */
function drawHook(pen: Pen, ray: Ray, tip: number, stroke: Stroke): void {
  const [a, b, c, d] = [at(ray, tip - 15, 0), at(ray, tip - 7, 5), at(ray, tip - 14, 10), at(ray, tip - 22, 9)]
  pen.move(a.x, a.y)
  pen.curve(b.x, b.y, c.x, c.y)
  pen.line(d.x, d.y)
  pen.stroke({ ...stroke, width: Math.max(1.25, stroke.width * 0.7) })
}

function drawHead(pen: Pen, ray: Ray, tip: number, { fate, marks, colour, paper, length }: Shape): void {
  const wide = HALF_HEAD + thickness(length) * 0.35
  const [point, left, right] = [at(ray, tip, 0), at(ray, tip - HEAD, wide), at(ray, tip - HEAD, -wide)]
  pen.move(left.x, left.y)
  pen.line(point.x, point.y)
  pen.line(right.x, right.y)
  if (fate === 'flying') {
    pen.stroke({ colour, width: 1.5 })
    return
  }
  pen.close()
  if (marks & MARKS.duplicate) pen.both(paper, { colour, width: 1.4 })
  else pen.fill(colour)
}

function drawCross(pen: Pen, ray: Ray, tip: number, colour: string): void {
  const { x, y } = at(ray, tip, 0)
  pen.move(x - CROSS, y - CROSS)
  pen.line(x + CROSS, y + CROSS)
  pen.move(x - CROSS, y + CROSS)
  pen.line(x + CROSS, y - CROSS)
  pen.stroke({ colour, width: 2.2 })
}
