/** How a line is drawn. */
export interface Stroke {
  readonly colour: string
  readonly width: number
  readonly dash?: readonly number[]
}

/** How text is written. */
export interface Lettering {
  readonly face: 'mono' | 'sans'
  /** Pixels. */
  readonly size: number
  readonly weight?: number
  readonly colour: string
  readonly align?: 'start' | 'middle' | 'end'
  /** Radians, clockwise, about the point at which it is written. */
  readonly angle?: number
  /** Colour of the paper around the letters; absent: none. */
  readonly halo?: string
}

/** Draws lines and letters: on a canvas, into an SVG. Coordinates are pixels, text stands on its base line. */
export interface Pen {
  move(x: number, y: number): void
  line(x: number, y: number): void
  curve(throughX: number, throughY: number, x: number, y: number): void
  circle(x: number, y: number, radius: number): void
  close(): void
  /** Draws what was laid out since the last stroke or fill, and forgets it. */
  stroke(stroke: Stroke): void
  fill(colour: string): void
  /** Fills with one colour and goes along the edge with another. */
  both(fill: string, stroke: Stroke): void
  rect(x: number, y: number, width: number, height: number, colour: string): void
  text(text: string, x: number, y: number, lettering: Lettering): void
  /** Pixels. */
  width(text: string, lettering: Pick<Lettering, 'face' | 'size' | 'weight'>): number
  /** From here on all is drawn that faint: 1 = not. */
  faint(alpha: number): void
}

/** The families of letters, as in CSS. */
export interface Faces {
  readonly mono: string
  readonly sans: string
}
