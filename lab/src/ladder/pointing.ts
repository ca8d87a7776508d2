/** What hands on the paper lead to. Places are pixels from the top left of the paper's view. */
export interface PointingHost {
  /** Which packet is there; -1 = none. */
  packetAt(x: number, y: number): number
  /** Whether it may be dragged. */
  movable(index: number): boolean
  hover(place: { readonly x: number; readonly y: number } | null): void
  pan(by: number): void
  zoom(factor: number, y: number): void
  /** `index` -1 = there is no packet. */
  select(index: number, x: number, y: number): void
  drag(index: number, x: number, y: number, right: number, down: number): void
  drop(): void
  cancel(): void
  menu(index: number, x: number, y: number): void
}

interface Held {
  readonly startX: number
  readonly startY: number
  x: number
  y: number
}

/** Further than this a pointer is dragged, not pressed, pixels. */
const SLIP = 5
/** Milliseconds. */
const LONG_PRESS = 550

/** Tells presses, drags, pinches and long presses apart. */
export class Pointing {
  private readonly host: PointingHost
  private readonly held = new Map<number, Held>()
  private packet = -1
  private mode: 'none' | 'press' | 'pan' | 'drag' | 'pinch' = 'none'
  private spread = 0
  private timer = 0

  constructor(host: PointingHost) {
    this.host = host
  }

  get dragging(): boolean {
    return this.mode === 'drag'
  }

  down(id: number, x: number, y: number): void {
    this.held.set(id, { startX: x, startY: y, x, y })
    clearTimeout(this.timer)
    if (this.held.size === 2) {
      if (this.mode === 'drag') this.host.cancel()
      this.mode = 'pinch'
      this.spread = this.distance()
      return
    }
    this.mode = 'press'
    this.packet = this.host.packetAt(x, y)
    if (this.packet < 0) return
    this.timer = window.setTimeout(() => {
      if (this.mode !== 'press') return
      this.mode = 'none'
      this.host.menu(this.packet, x, y)
    }, LONG_PRESS)
  }

  move(id: number, x: number, y: number): void {
    const { host } = this
    const held = this.held.get(id)
    if (held === undefined) {
      host.hover({ x, y })
      return
    }
    const before = held.y
    held.x = x
    held.y = y
    const [right, down] = [x - held.startX, y - held.startY]
    if (this.mode === 'pinch') {
      this.pinch()
      return
    }
    if (this.mode === 'press' && Math.hypot(right, down) > SLIP) {
      clearTimeout(this.timer)
      this.mode = this.packet >= 0 && host.movable(this.packet) ? 'drag' : 'pan'
    }
    if (this.mode === 'drag') host.drag(this.packet, x, y, right, down)
    if (this.mode === 'pan') host.pan(before - y)
  }

  up(id: number): void {
    clearTimeout(this.timer)
    const held = this.held.get(id)
    this.held.delete(id)
    const { mode } = this
    if (this.held.size > 0) return
    this.mode = 'none'
    if (mode === 'drag') this.host.drop()
    if (mode === 'press' && held !== undefined) this.host.select(this.packet, held.x, held.y)
  }

  cancel(): void {
    clearTimeout(this.timer)
    this.held.clear()
    if (this.mode === 'drag') this.host.cancel()
    this.mode = 'none'
  }

  private pinch(): void {
    const spread = this.distance()
    const [a, b] = [...this.held.values()]
    if (a === undefined || b === undefined) return
    if (this.spread > 0 && spread > 0) this.host.zoom(spread / this.spread, (a.y + b.y) / 2)
    this.spread = spread
  }

  private distance(): number {
    const [a, b] = [...this.held.values()]
    return a === undefined || b === undefined ? 0 : Math.hypot(a.x - b.x, a.y - b.y)
  }
}
