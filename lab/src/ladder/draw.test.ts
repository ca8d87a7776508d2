import { describe, expect, it } from 'vitest'
import { MARKS } from '../run/packets.ts'
import { drawLadder } from './draw.ts'
import { shownOf } from './ladder.testkit.ts'
import { scaleOf } from './layout.ts'
import { legendEntries, sampleSvg } from './legend.ts'
import { HUES, type Palette, PHASES } from './palette.ts'
import { SvgPen } from './pen-svg.ts'
import { makeSheet } from './sheet.ts'

const OTHERS = [
  'paper',
  'paper-2',
  'paper-3',
  'ink',
  'ink-2',
  'ink-3',
  'rule',
  'accent',
  'accent-paper',
  'lost',
  'timer',
  'good',
  'bad',
]
const palette: Palette = {
  colours: Object.fromEntries([...HUES, ...PHASES, ...OTHERS].map((name) => [name, name])) as Palette['colours'],
  faces: { mono: 'Mono', sans: 'Sans' },
}

function drawing(
  packets: Parameters<typeof shownOf>[0],
  rest: Parameters<typeof shownOf>[1],
  time: number,
  zoom = 1,
): string {
  const shown = shownOf(packets, rest)
  const scale = scaleOf(shown.layout, null, zoom)
  const options = {
    width: 700,
    axis: 68,
    language: 'en',
    absolute: false,
    connection: -1,
    differing: new Set<number>(),
  } as const
  const sheet = makeSheet({ shown, scale, ...options })
  const pen = new SvgPen(palette.faces)
  drawLadder(
    pen,
    sheet,
    { top: -20, height: 600, time, since: 0, until: time, selected: -1, hovered: -1, drag: null },
    palette,
  )
  return pen.finish(700, 600, 'paper')
}

const HANDSHAKE = [
  { sentAt: 0, arrivedAt: 10_000, flags: 2 },
  { from: 1, to: 0, sentAt: 10_000, arrivedAt: 20_000, flags: 18 },
  { sentAt: 20_000, arrivedAt: 30_000, flags: 16 },
]

describe('a ladder on paper', () => {
  const moves = [
    { at: 0, lane: 0, connection: 0, from: 'CLOSED', to: 'SYN-SENT' },
    { at: 20_000, lane: 0, connection: 0, from: 'SYN-SENT', to: 'ESTABLISHED' },
  ] as const

  it('names segments, states and times', () => {
    const svg = drawing(HANDSHAKE, { moves, end: 30_000 }, 30_000)
    for (const text of ['>SYN<', '>SYN,ACK<', '>SYN-SENT<', '>ESTABLISHED<', '>10 ms<', '>20 ms<', '>30 ms<'])
      expect(svg).toContain(text)
  })

  it('holds nothing that has not happened yet', () => {
    const svg = drawing(HANDSHAKE, { moves, end: 30_000 }, 5000)
    expect(svg).toContain('>SYN<')
    for (const text of ['>SYN,ACK<', '>ESTABLISHED<', '>10 ms<']) expect(svg).not.toContain(text)
  })

  it('says how long an idle stretch was, and how long it has lasted so far', () => {
    const packets = [
      { sentAt: 0, arrivedAt: 10_000 },
      { sentAt: 60_000_000, arrivedAt: 60_010_000 },
    ]
    expect(drawing(packets, {}, 60_000_000)).toContain('≈ 60.0 s')
    expect(drawing(packets, {}, 5_010_000)).toContain('≈ 5.0 s')
  })

  it('says remarks and deeds at their moment', () => {
    const text = (en: string) => ({ en, zh: en })
    const rest = {
      remarks: [{ at: 10_000, text: text('A remark.') }],
      deeds: [{ at: 20_000, lane: 1, text: text('cable pulled') }],
    }
    expect(drawing(HANDSHAKE, rest, 10_000)).toContain('>A remark.<')
    expect(drawing(HANDSHAKE, rest, 10_000)).not.toContain('cable')
    expect(drawing(HANDSHAKE, rest, 20_000)).toContain('>cable pulled<')
  })

  it('leaves labels out where there is no room for them', () => {
    const many = Array.from({ length: 300 }, (_, i) => ({ sentAt: 1000 * i, arrivedAt: 1000 * i + 10_000, flags: 2 }))
    const labels = (svg: string) => svg.split('>SYN<').length - 1
    expect(labels(drawing(many, {}, 1e6))).toBeGreaterThan(15)
    expect(labels(drawing(many, {}, 1e6, 0.05))).toBe(0)
  })
})

describe('the marks', () => {
  it('differ from one another without colour', () => {
    const bare = legendEntries('en').filter(({ marks, fate }) => marks !== 0 || fate !== 'delivered')
    const plain = { text: '', hue: 'ack', fate: 'delivered', marks: 0, length: 0 } as const
    const samples = [...bare, plain].map((entry) => sampleSvg({ ...entry, hue: 'ack', length: 0 }, palette))
    expect(new Set(samples).size).toBe(samples.length)
  })

  it('go together: a retransmission that was lost is doubled and crossed', () => {
    const entry = { text: '', hue: 'data', length: 0 } as const
    const lost = sampleSvg({ ...entry, fate: 'lost', marks: 0 }, palette)
    const both = sampleSvg({ ...entry, fate: 'lost', marks: MARKS.retransmission }, palette)
    expect(both).not.toBe(lost)
    expect(both).toContain('stroke="lost"')
  })
})
