import { isLoopback } from '../ip/scope.ts'
import { SECOND } from '../tcp/config.ts'
import type { TcpCounters } from '../tcp/counters.ts'
import type { Tcb } from '../tcp/tcb.ts'
import type { Address } from '../wire/address.ts'
import type { HostConfig } from './config.ts'
import type { FourTuple } from './four-tuple.ts'
import { TimeWaitIndex } from './time-wait-index.ts'
import { TimeWaitOrder } from './time-wait-order.ts'
import { TimeWait, type TimeWaitKeeper } from './time-wait-record.ts'
import {
  ANSWERED_AT,
  HAS_ANSWERED,
  HAS_TIMESTAMPS,
  IN_USE,
  LOCAL,
  PORTS,
  RCV_NXT,
  REMOTE,
  SINCE,
  SND_NXT,
  TimeWaitRows,
  TS_OFFSET,
  TS_RECENT,
  TS_RECENT_AT,
  WINDOW,
} from './time-wait-rows.ts'
import type { TupleHash } from './tuple-hash.ts'

/**
 * The connections of a host in TIME-WAIT: 84 bytes each and 4 to find it by, in typed arrays, so that a million
 * take less than 100 MB, leave the garbage collector nothing to do, and cost nothing until they are due.
 * What it hands out is one record, good until the next call.
 */
export class TimeWaitTable implements TimeWaitKeeper {
  private readonly config: HostConfig
  private readonly counters: TcpCounters
  private readonly rows = new TimeWaitRows()
  private readonly index: TimeWaitIndex
  private readonly order: TimeWaitOrder
  private readonly record: TimeWait

  constructor(config: HostConfig, counters: TcpCounters, hash: TupleHash) {
    this.config = config
    this.counters = counters
    this.index = new TimeWaitIndex(this.rows, hash)
    this.order = new TimeWaitOrder(this.rows)
    this.record = this.makeRecord()
  }

  get size(): number {
    return this.rows.size
  }

  /** Bytes held, in buffers and beside them. */
  get bytes(): number {
    return this.rows.bytes + this.index.bytes + this.order.bytes
  }

  /** When the first may end, microseconds; Infinity = there is none. */
  get next(): number {
    return this.order.earliestSince + this.config.tcp_timewait_len * SECOND
  }

  /** The connection of that tuple; null = there is none. */
  find(local: Address, localPort: number, remote: Address, remotePort: number): TimeWait | null {
    const row = this.index.find(local, localPort, remote, remotePort)
    return row < 0 ? null : this.read(row, this.record)
  }

  /** Adds a connection in TIME-WAIT, at `now`; its tuple is not there yet. */
  add(names: FourTuple, tcb: Tcb, now: number): void {
    const { record, rows } = this
    record.fill(names, tcb, now)
    const row = rows.take()
    this.write(row, record)
    this.index.add(row)
    this.order.add(row)
    this.counters.TW += 1
  }

  /** Removes the connection of that tuple; false = there is none. */
  remove(names: FourTuple): boolean {
    const row = this.index.find(names.local, names.localPort, names.remote, names.remotePort)
    if (row >= 0) this.drop(row)
    return row >= 0
  }

  /** Takes out the next whose 2 MSL are over; null = there is none. */
  pop(now: number): TimeWait | null {
    if (this.next > now) return null
    const row = this.order.earliest
    this.read(row, this.record)
    this.drop(row)
    return this.record
  }

  keep(record: TimeWait, restarted: boolean): void {
    const row = this.index.find(record.local, record.localPort, record.remote, record.remotePort)
    if (row < 0) return
    if (restarted) this.order.remove(row)
    this.write(row, record)
    if (restarted) this.order.add(row)
  }

  /**
   * Whether a connection that we open may have that tuple: none waits there, or one may be succeeded (RFC 6191,
   * 2, by our own side; Linux: tcp_twsk_unique). PAWS keeps its segments out of the new one once the peer's clock
   * has ticked since its last, for which tcp_tw_reuse_delay is allowed.
   */
  yields(local: Address, localPort: number, remote: Address, remotePort: number, now: number): boolean {
    const row = this.index.find(local, localPort, remote, remotePort)
    if (row < 0) return true
    const { tcp_tw_reuse, tcp_tw_reuse_delay } = this.config
    if (tcp_tw_reuse === 0 || (tcp_tw_reuse === 2 && !isLoopback(local) && !isLoopback(remote))) return false
    if ((this.rows.get(row, WINDOW) & HAS_TIMESTAMPS) === 0) return false
    return (Math.floor(now / 1000) - this.rows.get(row, TS_RECENT_AT)) >>> 0 > tcp_tw_reuse_delay
  }

  /** Every connection, in no order that means anything, and each as a record of its own. */
  *[Symbol.iterator](): IterableIterator<TimeWait> {
    for (let row = 0; row < this.rows.end; row += 1) {
      if (this.rows.isUsed(row)) yield this.read(row, this.makeRecord())
    }
  }

  private makeRecord(): TimeWait {
    return new TimeWait(this.config, this.counters, this)
  }

  private drop(row: number): void {
    this.order.remove(row)
    this.index.remove(row)
    this.rows.release(row)
  }

  private write(row: number, from: TimeWait): void {
    const words = this.rows.words(row)
    const at = this.rows.at(row)
    writeAddress(words, at + LOCAL, from.local)
    writeAddress(words, at + REMOTE, from.remote)
    words[at + PORTS] = (from.localPort << 16) | from.remotePort
    words[at + SND_NXT] = from.sndNxt
    words[at + RCV_NXT] = from.rcvNxt
    words[at + TS_RECENT] = from.tsRecent
    words[at + TS_OFFSET] = from.tsOffset
    const answered = from.answeredAt >= 0
    words[at + WINDOW] =
      from.window | IN_USE | (from.useTimestamps ? HAS_TIMESTAMPS : 0) | (answered ? HAS_ANSWERED : 0)
    words[at + SINCE] = from.since
    words[at + SINCE + 1] = Math.floor(from.since / 2 ** 32)
    words[at + TS_RECENT_AT] = Math.floor(from.tsRecentAt / 1000)
    words[at + ANSWERED_AT] = answered ? Math.floor(from.answeredAt / 1000) : 0
  }

  private read(row: number, to: TimeWait): TimeWait {
    const words = this.rows.words(row)
    const at = this.rows.at(row)
    readAddress(words, at + LOCAL, to.local)
    readAddress(words, at + REMOTE, to.remote)
    to.localPort = (words[at + PORTS] ?? 0) >>> 16
    to.remotePort = (words[at + PORTS] ?? 0) & 0xffff
    to.sndNxt = words[at + SND_NXT] ?? 0
    to.rcvNxt = words[at + RCV_NXT] ?? 0
    to.tsRecent = words[at + TS_RECENT] ?? 0
    to.tsOffset = words[at + TS_OFFSET] ?? 0
    const flags = words[at + WINDOW] ?? 0
    to.window = flags & 0xffff
    to.useTimestamps = (flags & HAS_TIMESTAMPS) !== 0
    to.since = this.rows.since(row)
    to.tsRecentAt = near(to.since, words[at + TS_RECENT_AT] ?? 0)
    to.answeredAt = flags & HAS_ANSWERED ? near(to.since, words[at + ANSWERED_AT] ?? 0) : Number.NEGATIVE_INFINITY
    return to
  }
}

/** The time within 24 days of `since` that is `milliseconds` modulo 2^32, in microseconds. */
function near(since: number, milliseconds: number): number {
  const whole = Math.floor(since / 1000)
  return 1000 * (whole + ((milliseconds - whole) | 0))
}

function writeAddress(words: Uint32Array, at: number, address: Address): void {
  words[at] = address.w0
  words[at + 1] = address.w1
  words[at + 2] = address.w2
  words[at + 3] = address.w3
}

function readAddress(words: Uint32Array, at: number, address: Address): void {
  address.w0 = words[at] ?? 0
  address.w1 = words[at + 1] ?? 0
  address.w2 = words[at + 2] ?? 0
  address.w3 = words[at + 3] ?? 0
}
