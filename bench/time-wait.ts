import { hostConfig } from '../src/stack/config.ts'
import type { FourTuple } from '../src/stack/four-tuple.ts'
import { TimeWaitTable } from '../src/stack/time-wait-table.ts'
import { TupleHash } from '../src/stack/tuple-hash.ts'
import { TcpCounters } from '../src/tcp/counters.ts'
import type { Tcb } from '../src/tcp/tcb.ts'
import { Address } from '../src/wire/address.ts'
import { memory, seconds } from './measure.ts'

/**
 * What connections in TIME-WAIT cost: memory, the calls that add, find and remove them, and the look at the clock
 * with each turn of the host. Argument: how many (1,000,000). Needs --expose-gc.
 */

const count = Number(process.argv[2] ?? 1_000_000)
const LOOKS = 20_000_000
/** Between one connection and the next, microseconds. */
const PACE = 50

/** One record for all, so that only what the table keeps is measured; half of them over IPv6. */
const names: { -readonly [K in keyof FourTuple]: FourTuple[K] } = {
  local: new Address(),
  localPort: 80,
  remote: new Address(),
  remotePort: 0,
}
const local4 = new Address(0, 0, 0xffff, 0x0a00_0001)
const local6 = new Address(0x2001_0db8, 0, 0, 1)
const remote4 = new Address(0, 0, 0xffff)
const remote6 = new Address(0x2001_0db8, 1, 0, 0)

function name(i: number): FourTuple {
  const v6 = (i & 1) === 1
  names.local = v6 ? local6 : local4
  names.remote = v6 ? remote6 : remote4
  names.remote.w3 = 0x0a00_0002 + (i >>> 8)
  names.remotePort = 1024 + (i & 0xff)
  return names
}

const ended = {
  snd: { nxt: 1 },
  rcv: { nxt: 2 },
  rcvWnd: 64_000,
  window: { scale: 7 },
  useTimestamps: true,
  tsOffset: 3,
  tsRecent: 4,
  tsRecentAt: 0,
  timers: { timeWait: 0 },
}
const config = hostConfig()
const length = config.tcp_timewait_len * 1_000_000

function newTable(): TimeWaitTable {
  return new TimeWaitTable(config, new TcpCounters(), new TupleHash(0x1234_5678, 0x9abc_def0))
}

function fill(table: TimeWaitTable): void {
  for (let i = 0; i < count; i += 1) {
    ended.timers.timeWait = PACE * i + length
    table.add(name(i), ended as unknown as Tcb, PACE * i)
  }
}

/** What a host does with each turn; nanoseconds. */
function look(table: TimeWaitTable): number {
  let sum = 0
  const time = seconds(() => {
    for (let i = 0; i < LOOKS; i += 1) {
      if (table.pop(i & 1023) !== null) sum += 1
      if (table.next > length) sum += 1
    }
  })
  if (sum < 0) throw new Error('never')
  return (time * 1e9) / LOOKS
}

function find(table: TimeWaitTable, step: number, offset: number): number {
  let found = 0
  const time = seconds(() => {
    let at = 0
    for (let i = 0; i < count; i += 1) {
      const { local, localPort, remote, remotePort } = name(at + offset)
      if (table.find(local, localPort, remote, remotePort) !== null) found += 1
      at = (at + step) % count
    }
  })
  if (offset === 0 && found !== count) throw new Error(`${found} of ${count} were found`)
  return time
}

// Once for the compiler.
const rehearsal = newTable()
fill(rehearsal)
look(rehearsal)
while (rehearsal.pop(Number.MAX_SAFE_INTEGER) !== null);

const before = memory()
const empty = newTable()
const table = newTable()
const adding = seconds(() => fill(table))
const held = memory() - before
const [none, all] = [look(empty), look(table)]
const finding = find(table, 7919, 0)
const missing = find(table, 7919, 2 * count)
const expiring = seconds(() => {
  while (table.pop(Number.MAX_SAFE_INTEGER) !== null);
})
const left = memory() - before

const rate = (time: number): string => `${(count / time / 1e6).toFixed(2)} million/s`
process.stdout.write(
  `Node ${process.version}, ${count} connections in TIME-WAIT\n\n` +
    `memory            ${(held / 1e6).toFixed(1)} MB, ${(held / count).toFixed(1)} bytes each; ${(left / 1e6).toFixed(1)} MB when all have gone\n` +
    `add               ${rate(adding)}\n` +
    `find              ${rate(finding)}; one that is not there ${rate(missing)}\n` +
    `end               ${rate(expiring)}\n` +
    `look at the clock ${all.toFixed(1)} ns, ${(all / none).toFixed(2)} times what it is with none (${none.toFixed(1)} ns)\n`,
)
