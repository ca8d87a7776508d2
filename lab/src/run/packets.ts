import { soundSegment } from './sound-segment.ts'

/** What is told of a packet beside its fields, as bits. */
export const MARKS = {
  /** It never arrived. */
  lost: 1,
  /** What it carries was sent before. */
  retransmission: 2,
  /** The network made a second one of it: this is the copy. */
  duplicate: 4,
  /** It arrived before what was sent earlier. */
  outOfOrder: 8,
  /** Its receiver did not expect such numbers. */
  outOfWindow: 16,
  /** No machine of the play has sent it. */
  forged: 32,
  /** It arrived with other bytes, and its checksums tell. */
  corrupted: 64,
  /** The user has laid hands on it. */
  touched: 128,
  /** It arrived with other bytes and checksums to match: the work of a middlebox. */
  rewritten: 256,
} as const
export type Mark = keyof typeof MARKS

/** One packet, on one wire. */
export interface Packet {
  readonly index: number
  readonly from: number
  readonly to: number
  readonly sentAt: number
  /** NaN = it has not. */
  readonly arrivedAt: number
  /** Where it was lost, as the moment at which it got there; NaN = it was not. */
  readonly lostAt: number
  /** IP protocol number: 6 TCP, 17 UDP, 1 and 58 ICMP; 0 = no IP packet. */
  readonly protocol: number
  /** -1 = of none. */
  readonly connection: number
  /** Which end of its connection has sent it. */
  readonly end: 0 | 1
  /** TCP: flags as in estab/wire, numbers as in the header; 0 for others. */
  readonly flags: number
  readonly seq: number
  readonly ack: number
  readonly window: number
  /** Bytes of payload. */
  readonly length: number
  readonly marks: number
  /** Why it was sent, an id of REASONS; '' = not known. */
  readonly reason: string
  /** The packet whose arrival made its sender send it; -1 = none. */
  readonly answers: number
  /** The first byte that arrived as another, from the IP header on, and as what; -1 = none. */
  readonly changedAt: number
  readonly changedTo: number
  /** From the IP header on; captured ones may be cut. */
  readonly bytes: Uint8Array
}

const NUMBERS = [
  'sentAt',
  'arrivedAt',
  'lostAt',
  'from',
  'to',
  'protocol',
  'connection',
  'end',
  'flags',
  'seq',
  'ack',
  'window',
  'length',
  'marks',
  'reason',
  'answers',
  'offset',
  'size',
  'notedAt',
  'changedAt',
  'changedTo',
] as const
type NumberName = (typeof NUMBERS)[number]

/** Columns as they are sent from one thread to another. */
export interface PacketColumns {
  readonly count: number
  readonly columns: Readonly<Record<NumberName, Float64Array>>
  readonly reasons: readonly string[]
  readonly bytes: Uint8Array
}

/** Packets in the order in which they were noted, as columns: a million of them are no burden. */
export class Packets {
  readonly count: number
  /** Longest that one was on its way, microseconds. */
  readonly longest: number
  private readonly data: PacketColumns

  constructor(data: PacketColumns) {
    this.data = data
    this.count = data.count
    const { sentAt, arrivedAt } = data.columns
    let longest = 0
    for (let i = 0; i < data.count; i += 1) {
      const time = (arrivedAt[i] ?? 0) - (sentAt[i] ?? 0)
      if (time > longest) longest = time
    }
    this.longest = longest
  }

  /** One column, without looking at a packet whole. */
  column(name: NumberName): Float64Array {
    return this.data.columns[name]
  }

  /** Throws RangeError for an index that there is not. */
  at(index: number): Packet {
    if (!(index >= 0 && index < this.count))
      throw new RangeError(`there is no packet ${index}: there are ${this.count}`)
    const { columns, reasons, bytes } = this.data
    const of = (name: NumberName) => columns[name][index] ?? 0
    const offset = of('offset')
    return {
      index,
      from: of('from'),
      to: of('to'),
      sentAt: of('sentAt'),
      arrivedAt: of('arrivedAt'),
      lostAt: of('lostAt'),
      protocol: of('protocol'),
      connection: of('connection'),
      end: of('end') === 0 ? 0 : 1,
      flags: of('flags'),
      seq: of('seq'),
      ack: of('ack'),
      window: of('window'),
      length: of('length'),
      marks: of('marks'),
      reason: reasons[of('reason')] ?? '',
      answers: of('answers'),
      changedAt: of('changedAt'),
      changedTo: of('changedTo'),
      bytes: bytes.subarray(offset, offset + of('size')),
    }
  }

  /**
   * Index of the first that was noted at or after `time`; `count` if there is none. A packet is noted when it is sent, a
   * second one that the network has made when it arrives.
   */
  firstFrom(time: number): number {
    const { notedAt } = this.data.columns
    let low = 0
    let high = this.count
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((notedAt[middle] ?? 0) < time) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** The columns that are told as they are, and what they hold where nothing is told. */
const ABSENT = {
  sentAt: 0,
  arrivedAt: Number.NaN,
  lostAt: Number.NaN,
  from: -1,
  to: -1,
  protocol: 0,
  connection: -1,
  end: 0,
  flags: 0,
  seq: 0,
  ack: 0,
  window: 0,
  length: 0,
  marks: 0,
  answers: -1,
  changedAt: -1,
  changedTo: -1,
} as const
const PLAIN = Object.keys(ABSENT) as (keyof typeof ABSENT)[]

/** A packet as it is noted; what is not given is as for none. */
export type NewPacket = Partial<Omit<Packet, 'index'>> & Pick<Packet, 'from' | 'to' | 'sentAt' | 'bytes'>

const FIRST_ROOM = 256
const FIRST_BYTES = 64 * 1024

/** Collects packets, which are to come in the order of their sending. */
export class PacketsBuilder {
  count = 0
  private room = FIRST_ROOM
  private columns = Object.fromEntries(NUMBERS.map((name) => [name, new Float64Array(FIRST_ROOM)])) as Record<
    NumberName,
    Float64Array
  >
  private readonly reasons: string[] = ['']
  private readonly reasonIndex = new Map<string, number>([['', 0]])
  private bytes = new Uint8Array(FIRST_BYTES)
  private used = 0

  /** Returns its index. */
  add(packet: NewPacket): number {
    if (this.count === this.room) this.grow()
    const index = this.count
    this.count += 1
    const { bytes, reason = '' } = packet
    for (const name of PLAIN) this.columns[name][index] = packet[name] ?? ABSENT[name]
    this.set(index, 'reason', this.reasonNumber(reason))
    this.set(index, 'offset', this.keep(bytes))
    this.set(index, 'size', bytes.length)
    this.set(index, 'notedAt', packet.sentAt)
    return index
  }

  get(index: number, name: NumberName): number {
    return this.columns[name][index] ?? 0
  }

  set(index: number, name: NumberName, value: number): void {
    this.columns[name][index] = value
  }

  mark(index: number, mark: Mark): void {
    this.set(index, 'marks', this.get(index, 'marks') | MARKS[mark])
  }

  /** It arrived as these bytes. */
  changed(index: number, arrived: Uint8Array): void {
    const offset = this.get(index, 'offset')
    const at = arrived.findIndex((byte, i) => byte !== this.bytes[offset + i])
    this.mark(index, soundSegment(arrived) ? 'rewritten' : 'corrupted')
    this.set(index, 'changedAt', at)
    this.set(index, 'changedTo', arrived[at] ?? -1)
  }

  /** In how many bytes it differs from these; Infinity where its length does. */
  difference(index: number, bytes: Uint8Array): number {
    if (this.get(index, 'size') !== bytes.length) return Number.POSITIVE_INFINITY
    const offset = this.get(index, 'offset')
    let count = 0
    for (let i = 0; i < bytes.length; i += 1) if (bytes[i] !== this.bytes[offset + i]) count += 1
    return count
  }

  reason(index: number, reason: string): void {
    this.set(index, 'reason', this.reasonNumber(reason))
  }

  reasonOf(index: number): string {
    return this.reasons[this.get(index, 'reason')] ?? ''
  }

  /** A second one of the same packet, which arrived at that time. Returns its index. */
  copy(index: number, arrivedAt: number): number {
    if (this.count === this.room) this.grow()
    const copy = this.count
    this.count += 1
    for (const name of NUMBERS) this.set(copy, name, this.get(index, name))
    this.set(copy, 'arrivedAt', arrivedAt)
    this.set(copy, 'lostAt', Number.NaN)
    this.set(copy, 'notedAt', arrivedAt)
    return copy
  }

  /** Copies, fit to be transferred. */
  finish(): PacketColumns {
    const { count, columns, reasons, bytes, used } = this
    const cut = NUMBERS.map((name) => [name, columns[name].slice(0, count)])
    return {
      count,
      columns: Object.fromEntries(cut) as PacketColumns['columns'],
      reasons: [...reasons],
      bytes: bytes.slice(0, used),
    }
  }

  private reasonNumber(reason: string): number {
    let number = this.reasonIndex.get(reason)
    if (number === undefined) {
      number = this.reasons.push(reason) - 1
      this.reasonIndex.set(reason, number)
    }
    return number
  }

  private keep(bytes: Uint8Array): number {
    const offset = this.used
    if (offset + bytes.length > this.bytes.length) {
      const larger = new Uint8Array(Math.max(2 * this.bytes.length, offset + bytes.length))
      larger.set(this.bytes)
      this.bytes = larger
    }
    this.bytes.set(bytes, offset)
    this.used += bytes.length
    return offset
  }

  private grow(): void {
    this.room *= 2
    for (const name of NUMBERS) {
      const larger = new Float64Array(this.room)
      larger.set(this.columns[name])
      this.columns[name] = larger
    }
  }
}
