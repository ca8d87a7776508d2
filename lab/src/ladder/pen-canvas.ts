import type { Faces, Lettering, Pen, Stroke } from './pen.ts'

const NO_DASH: number[] = []
/** Most widths that are remembered. */
const MOST_WIDTHS = 4000

/** Draws on a canvas. */
export class CanvasPen implements Pen {
  private readonly context: CanvasRenderingContext2D
  private readonly faces: Faces
  private readonly widths = new Map<string, number>()
  private font = ''

  constructor(context: CanvasRenderingContext2D, faces: Faces) {
    this.context = context
    this.faces = faces
  }

  /** Begins a page of that size, clean; `ratio`: dots for a pixel. */
  begin(width: number, height: number, ratio: number): void {
    const { context } = this
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    context.clearRect(0, 0, width, height)
    context.lineJoin = 'round'
    context.lineCap = 'round'
    context.globalAlpha = 1
    context.beginPath()
    this.font = ''
  }

  move(x: number, y: number): void {
    this.context.moveTo(x, y)
  }

  line(x: number, y: number): void {
    this.context.lineTo(x, y)
  }

  curve(throughX: number, throughY: number, x: number, y: number): void {
    this.context.quadraticCurveTo(throughX, throughY, x, y)
  }

  circle(x: number, y: number, radius: number): void {
    this.context.moveTo(x + radius, y)
    this.context.arc(x, y, radius, 0, 2 * Math.PI)
  }

  close(): void {
    this.context.closePath()
  }

  stroke({ colour, width, dash }: Stroke): void {
    const { context } = this
    context.strokeStyle = colour
    context.lineWidth = width
    if (dash !== undefined) context.setLineDash(dash as number[])
    context.stroke()
    if (dash !== undefined) context.setLineDash(NO_DASH)
    context.beginPath()
  }

  fill(colour: string): void {
    this.context.fillStyle = colour
    this.context.fill()
    this.context.beginPath()
  }

  both(fill: string, { colour, width }: Stroke): void {
    const { context } = this
    context.fillStyle = fill
    context.fill()
    context.strokeStyle = colour
    context.lineWidth = width
    context.stroke()
    context.beginPath()
  }

  rect(x: number, y: number, width: number, height: number, colour: string): void {
    this.context.fillStyle = colour
    this.context.fillRect(x, y, width, height)
  }

  text(text: string, x: number, y: number, lettering: Lettering): void {
    const { context } = this
    const { align = 'start', angle = 0, halo, colour } = lettering
    this.use(lettering)
    context.textAlign = align === 'middle' ? 'center' : align
    if (angle !== 0) {
      context.save()
      context.translate(x, y)
      context.rotate(angle)
    }
    const [left, base] = angle === 0 ? [x, y] : [0, 0]
    if (halo !== undefined) {
      context.strokeStyle = halo
      context.lineWidth = 4
      context.strokeText(text, left, base)
    }
    context.fillStyle = colour
    context.fillText(text, left, base)
    if (angle !== 0) context.restore()
  }

  width(text: string, lettering: Pick<Lettering, 'face' | 'size' | 'weight'>): number {
    const key = `${lettering.face} ${lettering.size} ${lettering.weight ?? 400} ${text}`
    let width = this.widths.get(key)
    if (width === undefined) {
      this.use(lettering)
      width = this.context.measureText(text).width
      if (this.widths.size >= MOST_WIDTHS) this.widths.clear()
      this.widths.set(key, width)
    }
    return width
  }

  faint(alpha: number): void {
    this.context.globalAlpha = alpha
  }

  private use({ face, size, weight = 400 }: Pick<Lettering, 'face' | 'size' | 'weight'>): void {
    const font = `${weight} ${size}px ${this.faces[face]}`
    if (font === this.font) return
    this.context.font = font
    this.font = font
  }
}
