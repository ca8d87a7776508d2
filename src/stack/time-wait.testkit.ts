import { SECOND } from '../tcp/config.ts'
import { TcpCounters } from '../tcp/counters.ts'
import type { Tcb } from '../tcp/tcb.ts'
import { Address } from '../wire/address.ts'
import { TcpSegment } from '../wire/tcp.ts'
import { type HostConfig, hostConfig } from './config.ts'
import type { FourTuple } from './four-tuple.ts'
import { address } from './network.testkit.ts'
import { TimeWaitTable } from './time-wait-table.ts'
import { TupleHash } from './tuple-hash.ts'

export const RCV_NXT = 5000
export const SND_NXT = 9000
export const TS_RECENT = 700

/** The names of a connection, all the same but for what is asked for. */
export function names(fields: Partial<FourTuple> = {}): FourTuple {
  return { local: address('10.0.0.1'), localPort: 1, remote: address('10.0.0.2'), remotePort: 2, ...fields }
}

/** The names of connection `i`: another remote address for each, IPv6 for every second. */
export function namesOf(i: number): FourTuple {
  const v6 = (i & 1) === 1
  return {
    local: v6 ? new Address(0x2001_0db8, 0, 0, 1) : new Address(0, 0, 0xffff, 0x0a00_0001),
    localPort: 80,
    remote: v6 ? new Address(0x2001_0db8, 1, 0, i) : new Address(0, 0, 0xffff, 0x0a00_0002 + (i >>> 8)),
    remotePort: 1024 + (i & 0xff),
  }
}

/** What a table looks at in a connection that began to wait at `since`, microseconds. */
export function waiting(since: number, fields: { useTimestamps?: boolean; tsRecentAt?: number } = {}): Tcb {
  const tcb = {
    snd: { nxt: SND_NXT },
    rcv: { nxt: RCV_NXT },
    rcvWnd: 64_000,
    window: { scale: 7 },
    useTimestamps: true,
    tsOffset: 50,
    tsRecent: TS_RECENT,
    tsRecentAt: since,
    timers: { timeWait: since + 60 * SECOND },
    ...fields,
  }
  return tcb as unknown as Tcb
}

/** A table with its settings, Linux's but for `changes`, which may be changed. */
export class Wait {
  readonly config: HostConfig
  readonly counters = new TcpCounters()
  readonly table: TimeWaitTable

  constructor(changes: Partial<HostConfig> = {}, hash = new TupleHash(1, 2)) {
    this.config = hostConfig(changes)
    this.table = new TimeWaitTable(this.config, this.counters, hash)
  }

  /** One connection that waits since 0. */
  static one(changes: Partial<HostConfig> = {}, useTimestamps = true): Wait {
    const wait = new Wait(changes)
    wait.table.add(names(), waiting(0, { useTimestamps }), 0)
    return wait
  }

  /** The record of `whose`; fails where there is none. */
  entry(whose: FourTuple = names()) {
    const entry = this.table.find(whose.local, whose.localPort, whose.remote, whose.remotePort)
    if (entry === null) throw new Error('it does not wait')
    return entry
  }

  /** What the segment means to `names()`, at `now`. */
  receive(segment: TcpSegment, now: number) {
    return this.entry().receive(segment, now)
  }

  yields(whose: FourTuple, now: number): boolean {
    return this.table.yields(whose.local, whose.localPort, whose.remote, whose.remotePort, now)
  }
}

/** A segment in place, with a timestamp one later than the last. */
export function late(flags: number, fields: Partial<TcpSegment> = {}): TcpSegment {
  const stamp = { hasTimestamps: true, tsVal: TS_RECENT + 1 }
  return Object.assign(new TcpSegment(), { flags, seq: RCV_NXT, ack: SND_NXT }, stamp, fields)
}
