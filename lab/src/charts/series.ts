import { ACK, PROTOCOL_TCP, RST, SYN, seq } from 'estab/wire'
import { segmentOf } from '../inspect/read-packet.ts'
import { MARKS } from '../run/packets.ts'
import type { Run, SampleName, Samples } from '../run/run.ts'

/** What a chart draws: columns over one column of seconds; null where there is nothing. */
export interface Plot {
  readonly x: number[]
  readonly lines: readonly (number | null)[][]
}

/** The direction of a connection of which charts are drawn. */
export interface Direction {
  readonly connection: number
  readonly end: 0 | 1
}

export interface FlowPlots {
  /** Lines: first sent, sent again, acknowledged, edge of the window; bytes from the first. */
  readonly sequence: Plot
  /** Line: bytes acknowledged a second. */
  readonly throughput: Plot
  /** Lines: smoothed, timeout; seconds. */
  readonly rtt: Plot
  /** Lines: in flight, congestion window, threshold, window of the peer; bytes. */
  readonly windows: Plot
  /** Seconds between which data was under way. */
  readonly span: readonly [number, number]
}

const SECOND = 1_000_000
const BINS = 80
const NONE = 0x7fffffff

/** The directions in which data was sent, the fullest first. */
export function directionsOf(run: Run): Direction[] {
  const bytes = new Map<string, number>()
  const { packets } = run
  const [connection, end, length, protocol] = (['connection', 'end', 'length', 'protocol'] as const).map((name) =>
    packets.column(name),
  )
  for (let i = 0; i < packets.count; i += 1) {
    if (protocol?.[i] !== PROTOCOL_TCP || !(length?.[i] ?? 0)) continue
    const key = `${connection?.[i]} ${end?.[i]}`
    bytes.set(key, (bytes.get(key) ?? 0) + (length?.[i] ?? 0))
  }
  const ordered = [...bytes].sort(([, a], [, b]) => b - a)
  return ordered.map(([key]) => {
    const [id = '', side = ''] = key.split(' ')
    return { connection: Number(id), end: side === '0' ? 0 : 1 }
  })
}

/** The charts of one direction; null when no data went that way. */
export function plotsOf(run: Run, { connection, end }: Direction): FlowPlots | null {
  const sent = segmentsOf(run, connection, end)
  if (sent.length === 0) return null
  const known = run.connections[connection]
  const samples = run.samples.find((each) => each.connection === connection && each.lane === known?.lanes[end])
  const base = known !== undefined && known.initial[end] >= 0 ? known.initial[end] : (sent[0]?.seq ?? 0) - 1
  const mss = Math.max(...sent.map(({ length }) => length))
  const progress = progressOf(run, connection, end, base)
  const last = Math.max(sent.at(-1)?.at ?? 0, progress.at(-1)?.at ?? 0)
  return {
    sequence: sequencePlot(sent, progress, base),
    throughput: throughputPlot(progress, sent[0]?.at ?? 0, last),
    rtt: samplePlot(samples, { srtt: 1 / SECOND, rto: 1 / SECOND }),
    windows: samplePlot(samples, { unacknowledged: 1, cwnd: mss, ssthresh: mss, sndWnd: 1 }),
    span: [(sent[0]?.at ?? 0) / SECOND, last / SECOND],
  }
}

interface Sent {
  readonly at: number
  readonly seq: number
  readonly length: number
  readonly again: boolean
}

function segmentsOf(run: Run, connection: number, end: 0 | 1): Sent[] {
  const found: Sent[] = []
  const { packets } = run
  const connections = packets.column('connection')
  const lengths = packets.column('length')
  for (let i = 0; i < packets.count; i += 1) {
    if (connections[i] !== connection || !(lengths[i] ?? 0)) continue
    const { end: from, sentAt, seq: number, length, marks } = packets.at(i)
    if (from === end && (marks & MARKS.duplicate) === 0) {
      found.push({ at: sentAt, seq: number, length, again: (marks & MARKS.retransmission) !== 0 })
    }
  }
  return found
}

interface Progress {
  readonly at: number
  /** Bytes from the first. */
  readonly acknowledged: number
  /** Where the peer's window ends. */
  readonly edge: number
}

/** What the peer has acknowledged, by its segments as they arrived. */
function progressOf(run: Run, connection: number, end: 0 | 1, base: number): Progress[] {
  const steps: Progress[] = []
  const { packets } = run
  const connections = packets.column('connection')
  const peer = end === 0 ? 1 : 0
  /** As each end has offered to shift its window; -1 = not at all, and then neither does (RFC 7323, 2.2). */
  const scales: [number, number] = [-1, -1]
  let acknowledged = -1
  let edge = 0
  for (let i = 0; i < packets.count; i += 1) {
    if (connections[i] !== connection) continue
    const packet = packets.at(i)
    const { flags, window, arrivedAt } = packet
    if (flags & SYN) scales[packet.end] = segmentOf(packet)?.windowScale ?? -1
    if (packet.end === end || Number.isNaN(arrivedAt) || (flags & (ACK | RST)) !== ACK) continue
    const shift = flags & SYN || Math.min(...scales) < 0 ? 0 : scales[peer]
    const told = seq.distance(packet.ack, base) - 1
    acknowledged = Math.max(acknowledged, told)
    edge = Math.max(edge, told + window * 2 ** shift)
    steps.push({ at: arrivedAt, acknowledged, edge })
  }
  return steps.sort((a, b) => a.at - b.at)
}

function sequencePlot(sent: readonly Sent[], progress: readonly Progress[], base: number): Plot {
  const rows = [
    ...sent.map(({ at, seq: number, length, again }) => {
      const value = seq.distance(number, base) - 1 + length
      return { at, values: again ? [null, value, null, null] : [value, null, null, null] }
    }),
    ...progress.map(({ at, acknowledged, edge }) => ({ at, values: [null, null, acknowledged, edge] })),
  ].sort((a, b) => a.at - b.at)
  return plot(rows, 4)
}

function throughputPlot(progress: readonly Progress[], from: number, to: number): Plot {
  const width = Math.max(1, (to - from) / BINS)
  const bins = new Array<number>(BINS).fill(0)
  let before = 0
  for (const { at, acknowledged } of progress) {
    const gained = Math.max(0, acknowledged - before)
    before = Math.max(before, acknowledged)
    const bin = Math.min(BINS - 1, Math.max(0, Math.floor((at - from) / width)))
    bins[bin] = (bins[bin] ?? 0) + gained
  }
  const rows = bins.map((bytes, i) => ({ at: from + (i + 0.5) * width, values: [(bytes * SECOND) / width] }))
  return plot(rows, 1)
}

function samplePlot(samples: Samples | undefined, factors: Partial<Record<SampleName, number>>): Plot {
  if (samples === undefined) return { x: [], lines: Object.keys(factors).map(() => []) }
  const { columns } = samples
  const names = Object.entries(factors) as [SampleName, number][]
  const value = (number: number | undefined, factor: number) =>
    number === undefined || Number.isNaN(number) || number >= NONE ? null : number * factor
  const rows = Array.from(columns.at, (at, i) => ({
    at,
    values: names.map(([name, factor]) => value(columns[name][i], factor)),
  }))
  return plot(rows, names.length)
}

function plot(
  rows: readonly { readonly at: number; readonly values: readonly (number | null)[] }[],
  count: number,
): Plot {
  return {
    x: rows.map(({ at }) => at / SECOND),
    lines: Array.from({ length: count }, (_, line) => rows.map(({ values }) => values[line] ?? null)),
  }
}
