import type { Faces, Lettering, Pen, Stroke } from './pen.ts'

/** Width of a letter, of its size: of a fixed face, of another small and capital, of a Chinese one. */
const MONO = 0.6
const SANS = 0.54
const CAPITAL = 0.74
const WIDE = 1

/** Writes an SVG. */
export class SvgPen implements Pen {
  private readonly parts: string[] = []
  private readonly faces: Faces
  private path = ''
  private alpha = 1

  constructor(faces: Faces) {
    this.faces = faces
  }

  /** The whole picture, `background` behind it. */
  finish(width: number, height: number, background: string): string {
    const size = `width="${round(width)}" height="${round(height)}" viewBox="0 0 ${round(width)} ${round(height)}"`
    const paper = `<rect width="100%" height="100%" fill="${background}"/>`
    return `<svg xmlns="http://www.w3.org/2000/svg" ${size}>\n${paper}\n${this.parts.join('\n')}\n</svg>\n`
  }

  move(x: number, y: number): void {
    this.path += `M${round(x)} ${round(y)}`
  }

  line(x: number, y: number): void {
    this.path += `L${round(x)} ${round(y)}`
  }

  curve(throughX: number, throughY: number, x: number, y: number): void {
    this.path += `Q${round(throughX)} ${round(throughY)} ${round(x)} ${round(y)}`
  }

  circle(x: number, y: number, radius: number): void {
    const [r, d] = [round(radius), round(2 * radius)]
    this.path += `M${round(x + radius)} ${round(y)}a${r} ${r} 0 1 1 -${d} 0a${r} ${r} 0 1 1 ${d} 0`
  }

  close(): void {
    this.path += 'Z'
  }

  stroke(stroke: Stroke): void {
    this.draw('none', stroke)
  }

  fill(colour: string): void {
    this.draw(colour, null)
  }

  both(fill: string, stroke: Stroke): void {
    this.draw(fill, stroke)
  }

  rect(x: number, y: number, width: number, height: number, colour: string): void {
    const place = `x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"`
    this.parts.push(`<rect ${place} fill="${colour}"${this.opacity()}/>`)
  }

  text(text: string, x: number, y: number, lettering: Lettering): void {
    const { face, size, weight = 400, colour, align = 'start', angle = 0, halo } = lettering
    const around =
      halo === undefined ? '' : ` stroke="${halo}" stroke-width="4" paint-order="stroke" stroke-linejoin="round"`
    const turned = angle === 0 ? '' : ` transform="rotate(${round((angle * 180) / Math.PI)} ${round(x)} ${round(y)})"`
    const font = `font-family="${escaped(this.faces[face])}" font-size="${size}" font-weight="${weight}"`
    const place = `x="${round(x)}" y="${round(y)}" text-anchor="${align}" xml:space="preserve"`
    this.parts.push(
      `<text ${place} ${font} fill="${colour}"${around}${turned}${this.opacity()}>${escaped(text)}</text>`,
    )
  }

  width(text: string, { face, size }: Pick<Lettering, 'face' | 'size'>): number {
    let width = 0
    for (const letter of text) width += letterWidth(letter, face)
    return width * size
  }

  faint(alpha: number): void {
    this.alpha = alpha
  }

  private draw(fill: string, stroke: Stroke | null): void {
    const { path } = this
    this.path = ''
    if (path === '') return
    let ink = ''
    if (stroke !== null) {
      ink = ` stroke="${stroke.colour}" stroke-width="${round(stroke.width)}" stroke-linecap="round" stroke-linejoin="round"`
      if (stroke.dash !== undefined) ink += ` stroke-dasharray="${stroke.dash.join(' ')}"`
    }
    this.parts.push(`<path d="${path}" fill="${fill}"${ink}${this.opacity()}/>`)
  }

  private opacity(): string {
    return this.alpha === 1 ? '' : ` opacity="${this.alpha}"`
  }
}

function letterWidth(letter: string, face: Lettering['face']): number {
  if ((letter.codePointAt(0) ?? 0) >= 0x2e80) return WIDE
  if (face === 'mono') return MONO
  return letter >= 'A' && letter <= 'Z' ? CAPITAL : SANS
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
