/** Cells of so many pixels. */
const CELL = 5
/** What stands in a cell. */
const LINE = 1
const TEXT = 2
/** Text may be crossed by lines in such a part of its length. */
const CROSSED = 0.26

/** What part of a page is drawn on, roughly: so that texts stand neither on one another nor on a thicket of lines. */
export class Room {
  /** Of the page, pixels. */
  height = 0
  private columns = 0
  private rows = 0
  private cells = new Uint8Array(0)

  /** Clears it, for a page of that size. */
  clear(width: number, height: number): void {
    this.height = height
    this.columns = Math.ceil(width / CELL)
    this.rows = Math.ceil(height / CELL)
    const size = this.columns * this.rows
    if (this.cells.length < size) this.cells = new Uint8Array(size)
    else this.cells.fill(0, 0, size)
  }

  /** A line is drawn. */
  cross(x0: number, y0: number, x1: number, y1: number): void {
    const steps = Math.ceil(Math.hypot(x1 - x0, y1 - y0) / CELL)
    for (let i = 0; i <= steps; i += 1) {
      const at = this.cell(x0 + ((x1 - x0) * i) / steps, y0 + ((y1 - y0) * i) / steps)
      if (at >= 0) this.cells[at] = (this.cells[at] ?? 0) | LINE
    }
  }

  /** Whether a line of text is free from `x`, `y` (its base) on, `length` pixels along `angle`, and as high as `height`. */
  free(x: number, y: number, angle: number, length: number, height: number): boolean {
    const [ux, uy] = [Math.cos(angle), Math.sin(angle)]
    let [crossed, all] = [0, 0]
    for (let along = 0; along <= length; along += CELL) {
      all += 1
      for (let above = 1; above <= height; above += CELL - 1) {
        const at = this.cell(x + ux * along + uy * above, y + uy * along - ux * above)
        const cell = at < 0 ? 0 : (this.cells[at] ?? 0)
        if (cell & TEXT) return false
        if (cell & LINE && above === CELL) crossed += 1
      }
    }
    return crossed <= all * CROSSED
  }

  /** Text is written there. */
  take(x: number, y: number, angle: number, length: number, height: number): void {
    const [ux, uy] = [Math.cos(angle), Math.sin(angle)]
    for (let along = 0; along <= length; along += CELL) {
      for (let above = 1; above <= height; above += CELL - 1) {
        const at = this.cell(x + ux * along + uy * above, y + uy * along - ux * above)
        if (at >= 0) this.cells[at] = (this.cells[at] ?? 0) | TEXT
      }
    }
  }

  private cell(x: number, y: number): number {
    const column = Math.floor(x / CELL)
    const row = Math.floor(y / CELL)
    return column < 0 || row < 0 || column >= this.columns || row >= this.rows ? -1 : row * this.columns + column
  }
}
