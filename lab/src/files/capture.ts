import { CaptureError, type CaptureFault, CaptureReader } from 'estab/trace'
import type { RunData } from '../run/play.ts'
import { CaptureIndex, type CaptureRow } from './capture-index.ts'
import { pairSum, WireReader } from './wire-reader.ts'
import { WireRecorder } from './wire-recorder.ts'

/** So many packets are drawn at once; a longer connection is shown up to there. */
const MOST_PACKETS = 30_000
/** Their bytes are kept whole up to so many in all; of the others the headers and the beginning. */
const MOST_BYTES = 64 * 1024 * 1024
const HEAD = 320
/** A capture of no more is shown whole at first. */
const FEW_CONNECTIONS = 4
const FEW_PACKETS = 10_000
/** Milliseconds between two words of how far it is. */
const PACE = 60

/** Why a capture was not read to its end. */
export interface CaptureProblem {
  /** 'unreadable': the browser does not give the file; 'script': a script of which nothing could be played. */
  readonly fault: CaptureFault | 'unreadable' | 'script'
  readonly offset: number
  /** One sentence. */
  readonly message: string
}

/** What a capture file holds. */
export interface CaptureSummary {
  readonly name: string
  /** Bytes. */
  readonly size: number
  readonly packets: number
  readonly packetsWithoutIp: number
  /** How many packets there are of each link type that is not known. */
  readonly unknownLinkTypes: readonly (readonly [linkType: number, packets: number])[]
  /** Packets of connections beyond those that are told of. */
  readonly notFollowed: number
  readonly problem: CaptureProblem | null
  /** Of the first packet, microseconds since 1970; and of the last, since the first. */
  readonly epoch: number
  readonly end: number
  readonly rows: readonly CaptureRow[]
}

/** Some connections of a capture as a run. */
export interface CaptureView {
  readonly data: RunData
  /** The rows that are shown, and the connection of the run that each is. */
  readonly shown: readonly (readonly [row: number, connection: number])[]
  /** Packets that are left out behind the last one. */
  readonly leftOut: number
}

/** Told of how far it is, in bytes; false = it is to be given up. */
export type TellProgress = (done: number, total: number) => boolean | Promise<boolean>

/** A capture file, which is read again for each view of it: what is held of it does not grow with its size. */
export class Capture {
  readonly summary: CaptureSummary
  private readonly file: File

  private constructor(file: File, summary: CaptureSummary) {
    this.file = file
    this.summary = summary
  }

  /** Reads a file; null = it was given up. Rejects with CaptureError where no packet could be read. */
  static async open(file: File, tell: TellProgress): Promise<Capture | null> {
    const index = new CaptureIndex()
    const reader = new CaptureReader((packet) => index.add(packet))
    const problem = await readFile(file, reader, tell)
    if (problem === 'given up') return null
    if (problem !== null && reader.packets === 0) throw problem
    const { name, size } = file
    const { packets, packetsWithoutIp } = reader
    return new Capture(file, {
      ...{ name, size, packets, packetsWithoutIp },
      unknownLinkTypes: [...reader.unknownLinkTypes],
      problem: problem === null ? null : { fault: problem.fault, offset: problem.offset, message: problem.message },
      ...index.finish(),
    })
  }

  /** What is shown first: all where that is little, else the connection with the most packets. */
  first(): readonly number[] | 'all' {
    const { rows, packets } = this.summary
    if (rows.length === 0 || (rows.length <= FEW_CONNECTIONS && packets <= FEW_PACKETS)) return 'all'
    return [rows.reduce((best, row) => (row.packets > best.packets ? row : best)).id]
  }

  /** Null = it was given up. Rejects with CaptureError where the file cannot be read any more. */
  async view(rows: readonly number[] | 'all', tell: TellProgress): Promise<CaptureView | null> {
    const { epoch, rows: all } = this.summary
    const pairs = rows === 'all' ? null : new Set(rows.map((row) => all[row]?.pair ?? ''))
    const sums = new Set([...(pairs ?? [])].map(pairSum))
    const filter = new WireReader()
    const recorder = new WireRecorder('captured', epoch)
    let bytes = 0
    let leftOut = 0
    const reader = new CaptureReader((packet) => {
      if (pairs !== null && !(filter.read(packet) && filter.isOf(pairs, sums))) return
      if (recorder.packets.count === MOST_PACKETS) {
        leftOut += 1
        return
      }
      bytes += packet.bytes.length
      const kept = bytes > MOST_BYTES ? packet.bytes.subarray(0, packet.ip + HEAD) : packet.bytes
      recorder.add({ ...packet, time: packet.time - epoch, bytes: kept })
    })
    const problem = await readFile(this.file, reader, tell)
    if (problem === 'given up') return null
    if (problem !== null && reader.packets === 0) throw problem
    const data = recorder.finish()
    return { data, shown: shownRows(all, data, pairs), leftOut }
  }
}

/** Rows and connections of the same ports come in the same order. */
function shownRows(rows: readonly CaptureRow[], { connections }: RunData, pairs: ReadonlySet<string> | null) {
  const shown: [number, number][] = []
  const taken = new Set<number>()
  for (const row of rows) {
    if (pairs !== null && !pairs.has(row.pair)) continue
    const found = connections.find(({ id, protocol, endpoints }) => {
      if (taken.has(id) || protocol !== row.protocol) return false
      return endpoints.includes(row.endpoints[0]) && endpoints.includes(row.endpoints[1])
    })
    if (found === undefined) continue
    taken.add(found.id)
    shown.push([row.id, found.id])
  }
  return shown
}

async function readFile(
  file: File,
  reader: CaptureReader,
  tell: TellProgress,
): Promise<CaptureError | 'given up' | null> {
  let done = 0
  let told = 0
  const stream = file.stream().getReader()
  try {
    for (;;) {
      const { value, done: ended } = await stream.read()
      if (ended) break
      reader.push(value)
      done += value.length
      const now = performance.now()
      if (now - told < PACE) continue
      told = now
      if (!(await tell(done, file.size))) return 'given up'
    }
    reader.end()
    return null
  } catch (error) {
    if (error instanceof CaptureError) return error
    throw error
  } finally {
    await stream.cancel().catch(() => {})
  }
}
