import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SECOND } from '../tcp/config.ts'
import { Address } from '../wire/address.ts'
import { ACK, FIN, RST } from '../wire/tcp.ts'
import { type FourTuple, tupleWords } from './four-tuple.ts'
import { address } from './network.testkit.ts'
import { late, names, namesOf, RCV_NXT, TS_RECENT, Wait, waiting } from './time-wait.testkit.ts'
import { TupleHash } from './tuple-hash.ts'

const MSL2 = 60 * SECOND

/** Puts all tuples into one bucket, or a few. */
class Colliding extends TupleHash {
  private readonly mask: number

  constructor(mask: number) {
    super(3, 4)
    this.mask = mask
  }

  override ofWords(words: Uint32Array, base: number): number {
    return super.ofWords(words, base) & this.mask
  }
}

function key(whose: FourTuple): string {
  return tupleWords(whose).join(' ')
}

/** Tuples that share all but one part with another. */
const OTHER = { local: address('2001:db8::1'), remote: address('2001:db8::1:0:0:1') }
const anyNames = fc.constantFrom(
  names(),
  names({ localPort: 65_535 }),
  names({ remotePort: 65_535 }),
  names({ local: address('10.0.0.3') }),
  names({ remote: address('10.0.0.3') }),
  names(OTHER),
  names({ ...OTHER, local: address('2001:db8::2') }),
  names({ ...OTHER, local: address('2001:db8::1:0:0:1') }),
  names({ ...OTHER, remote: address('2001:db8:0:1:1::1') }),
  names({ ...OTHER, remote: address('2001:db9::1:0:0:1') }),
)
const anyStep = fc.record({
  whose: anyNames,
  what: fc.constantFrom('add', 'add', 'add', 'fin', 'ack', 'rst', 'remove', 'expire', 'length'),
  passes: fc.oneof(fc.constant(0), fc.nat(20 * SECOND)),
  /** How long ago it began to wait, held by its owner since. */
  held: fc.oneof(fc.constant(0), fc.nat(50 * SECOND)),
})

interface Modelled {
  since: number
  tsRecent: number
}

/** What the table must be, the plain way. */
class Model {
  readonly entries = new Map<string, Modelled>()
  length = MSL2

  get next(): number {
    let next = Number.POSITIVE_INFINITY
    for (const { since } of this.entries.values()) next = Math.min(next, since + this.length)
    return next
  }

  /** Those whose time is over and when they began, in order. */
  due(now: number): [string, number][] {
    const all = [...this.entries].map(([each, { since }]): [string, number] => [each, since])
    return all.filter(([, since]) => since + this.length <= now).sort(([, a], [, b]) => a - b)
  }
}

describe('TimeWaitTable', () => {
  it('MUST-13: each waits for 2 MSL from its beginning or its last restart, whatever else comes and goes', () => {
    const anyMask = fc.constantFrom(0, 3, -1)
    fc.assert(
      fc.property(anyMask, fc.array(anyStep, { maxLength: 300, size: 'max' }), (mask, steps) => {
        const wait = new Wait({}, new Colliding(mask))
        const model = new Model()
        let now = 100 * SECOND
        for (const { whose, what, passes, held } of steps) {
          now += passes
          const name = key(whose)
          const known = model.entries.get(name)
          if (what === 'length') {
            wait.config.tcp_timewait_len = 30 + (passes % 60)
            model.length = wait.config.tcp_timewait_len * SECOND
          } else if (what === 'add' && known === undefined) {
            const since = now - held
            const tcb = waiting(since)
            tcb.timers.timeWait = since + model.length
            wait.table.add(whose, tcb, now)
            model.entries.set(name, { since, tsRecent: TS_RECENT })
          } else if (what === 'fin' && known !== undefined) {
            wait.entry(whose).receive(late(FIN | ACK, { seq: RCV_NXT - 1, hasTimestamps: false }), now)
            known.since = now
          } else if (what === 'ack' && known !== undefined) {
            wait.entry(whose).receive(late(ACK, { tsVal: known.tsRecent + 1 }), now)
            known.since = now
            known.tsRecent += 1
          } else if (what === 'rst' && known !== undefined) {
            expect(wait.entry(whose).receive(late(RST, { hasTimestamps: false }), now)).toBe('reset')
          } else if (what === 'remove') {
            expect(wait.table.remove(whose)).toBe(known !== undefined)
            model.entries.delete(name)
          } else if (what === 'expire') {
            const popped: [string, number][] = []
            for (let entry = wait.table.pop(now); entry !== null; entry = wait.table.pop(now)) {
              popped.push([key(entry), entry.since])
            }
            const due = model.due(now)
            expect(new Map(popped)).toEqual(new Map(due))
            expect(popped.map(([, since]) => since)).toEqual(due.map(([, since]) => since))
            for (const [each] of due) model.entries.delete(each)
          }
          expect([wait.table.size, wait.table.next]).toEqual([model.entries.size, model.next])
          const found = wait.table.find(whose.local, whose.localPort, whose.remote, whose.remotePort)
          const expected = model.entries.get(name)
          expect(found === null ? undefined : { since: found.since, tsRecent: found.tsRecent }).toEqual(expected)
        }
        const listed = [...wait.table].map((entry): [string, Modelled] => [
          key(entry),
          { since: entry.since, tsRecent: entry.tsRecent },
        ])
        expect(new Map(listed)).toEqual(model.entries)
      }),
      { numRuns: 150 },
    )
  })

  it('finds each of many, however it grows and shrinks, and gives back what it held', () => {
    const wait = new Wait()
    const empty = wait.table.bytes
    for (let i = 0; i < 20_000; i += 1) wait.table.add(namesOf(i), waiting(i), i)
    for (let i = 0; i < 20_000; i += 1) {
      // From the middle, from the beginning, from the end.
      const which = (i * 7919) % 20_000
      expect(wait.entry(namesOf(which)).since).toBe(which)
      expect(wait.table.remove(namesOf(which))).toBe(true)
      expect(wait.table.remove(namesOf(which))).toBe(false)
    }
    expect([wait.table.size, wait.table.next]).toEqual([0, Number.POSITIVE_INFINITY])
    expect(wait.table.bytes).toBeLessThan(empty + 200_000)
  })

  it('what stays after many have gone does not hold their memory', () => {
    const wait = new Wait()
    let now = 0
    for (let i = 0; i < 100_000; i += 1) wait.table.add(namesOf(i), waiting(now), now)
    const full = wait.table.bytes
    // As many come as go, but a hundredth of them: after 2 MSL only these are left.
    for (let i = 0; i < 6000; i += 1) {
      now += MSL2 / 3000
      wait.table.add(namesOf(100_000 + i), waiting(now), now)
      while (wait.table.pop(now) !== null);
    }
    expect(wait.table.size).toBe(3000)
    expect(wait.table.bytes).toBeLessThan(full / 10)
  })

  it('a million take less than 100 MB, and only what is due is touched', () => {
    const wait = new Wait()
    const { table } = wait
    // 20,000 in a second.
    for (let i = 0; i < 1_000_000; i += 1) table.add(namesOf(i), waiting(50 * i), 50 * i)
    expect([table.size, wait.counters.TW]).toEqual([1_000_000, 1_000_000])
    expect(table.bytes).toBeGreaterThan(84_000_000)
    expect(table.bytes).toBeLessThan(100_000_000)
    expect(table.next).toBe(MSL2)
    expect(table.pop(MSL2 - 1)).toBeNull()
    expect(table.pop(MSL2)).toMatchObject({ remotePort: 1024, since: 0 })
    expect([table.next, table.pop(MSL2)]).toEqual([MSL2 + 50, null])
    let last = 0
    for (let entry = table.pop(MSL2 + 25 * SECOND); entry !== null; entry = table.pop(MSL2 + 25 * SECOND)) {
      if (entry.since !== last + 50) throw new Error(`${entry.since} after ${last}`)
      last = entry.since
    }
    expect([last, table.size]).toEqual([25 * SECOND, 499_999])
    expect(table.bytes).toBeLessThan(50_000_000)
    wait.config.tcp_timewait_len = 1
    let left = 0
    while (table.pop(100 * SECOND) !== null) left += 1
    expect([left, table.size, table.next]).toEqual([499_999, 0, Number.POSITIVE_INFINITY])
    expect(table.bytes).toBeLessThan(200_000)
  })

  it('a change of tcp_timewait_len shows at once', () => {
    const wait = Wait.one()
    expect(wait.table.next).toBe(60 * SECOND)
    wait.config.tcp_timewait_len = 10
    expect(wait.table.next).toBe(10 * SECOND)
    expect(wait.table.pop(10 * SECOND - 1)).toBeNull()
    expect(wait.table.pop(10 * SECOND)).not.toBeNull()
  })

  it('one whose wait was set by another tcp_timewait_len does not begin in the future', () => {
    const wait = new Wait({ tcp_timewait_len: 1 })
    wait.table.add(names(), waiting(SECOND), SECOND)
    expect(wait.table.next).toBe(2 * SECOND)
  })

  it('keeps every field, over the whole range of a clock', () => {
    const wait = new Wait()
    for (const [i, now] of [1, 2 ** 32, 2 ** 41 + 7, 2 ** 50 + 999].entries()) {
      const whose = { ...namesOf(i), local: new Address(0xffff_ffff, 1, 0x8000_0000, i), localPort: 65_535 }
      const tcb = waiting(now)
      Object.assign(tcb.snd, { nxt: 0xffff_ffff })
      Object.assign(tcb, { rcvWnd: 65_535 << 7, tsOffset: 0xffff_fffe, tsRecent: 0x8000_0001 })
      wait.table.add(whose, tcb, now)
      const { local, remote, localPort, remotePort, since, ...entry } = wait.entry(whose)
      expect([local, remote, localPort, remotePort, since]).toEqual([
        whose.local,
        whose.remote,
        65_535,
        whose.remotePort,
        now,
      ])
      expect(entry).toMatchObject({ sndNxt: 0xffff_ffff, rcvNxt: RCV_NXT, window: 65_535, useTimestamps: true })
      expect(entry).toMatchObject({ tsOffset: 0xffff_fffe, tsRecent: 0x8000_0001, answeredAt: -Infinity })
      // To the millisecond.
      expect(entry.tsRecentAt).toBe(now - (now % 1000))
      wait.entry(whose).receive(late(ACK, { seq: 1 }), now + 5000)
      expect(wait.entry(whose).answeredAt).toBe(now + 5000 - ((now + 5000) % 1000))
    }
  })

  it('what has gone meanwhile is not written by who still holds its record', () => {
    const wait = Wait.one()
    const entry = wait.entry()
    wait.table.remove(entry)
    entry.receive(late(FIN | ACK, { seq: RCV_NXT - 1 }), SECOND)
    expect([wait.table.size, wait.table.next]).toEqual([0, Number.POSITIVE_INFINITY])
  })
})

describe('tcp_tw_reuse (RFC 6191, 2; Linux: tcp_twsk_unique)', () => {
  const LOOPBACK = { local: address('127.0.0.1'), remote: address('127.0.0.2') }
  /** One that waits since 0, and whether another may take its place 1.001 s later. */
  function reusable(tcp_tw_reuse: number, whose: FourTuple, useTimestamps = true): boolean {
    const wait = new Wait({ tcp_tw_reuse })
    wait.table.add(whose, waiting(0, { useTimestamps }), 0)
    return wait.yields(whose, 1_001_000)
  }

  it('0 never, 1 always, 2 on the loopback', () => {
    const cases: [string, FourTuple][] = [
      ['other', names()],
      ['127.0.0.1 to 127.0.0.2', names(LOOPBACK)],
      ['to ::1', names({ local: address('2001:db8::1'), remote: address('::1') })],
      ['from ::1', names({ local: address('::1'), remote: address('2001:db8::1') })],
      ['from ::2', names({ local: address('::2'), remote: address('2001:db8::1') })],
    ]
    const found = cases.map(([name, whose]) => [name, ...[0, 1, 2].map((setting) => reusable(setting, whose))])
    expect(found).toEqual([
      ['other', false, true, false],
      ['127.0.0.1 to 127.0.0.2', false, true, true],
      ['to ::1', false, true, true],
      ['from ::1', false, true, true],
      ['from ::2', false, true, false],
    ])
  })

  it('a tuple that nobody has is to be had whatever the setting', () => {
    expect(new Wait({ tcp_tw_reuse: 0 }).yields(names(), 0)).toBe(true)
    expect(Wait.one({ tcp_tw_reuse: 0 }).yields(names({ localPort: 3 }), 0)).toBe(true)
  })

  it('without timestamps nothing would keep the segments of the old one out', () => {
    expect(reusable(1, names(), false)).toBe(false)
  })

  it('only more than tcp_tw_reuse_delay after the last timestamp came', () => {
    const wait = Wait.one({ tcp_tw_reuse: 1 })
    expect([1_000_000, 1_000_999, 1_001_000].map((now) => wait.yields(names(), now))).toEqual([false, false, true])
    wait.config.tcp_tw_reuse_delay = 3000
    expect([3_000_999, 3_001_000].map((now) => wait.yields(names(), now))).toEqual([false, true])
    // A bare ACK brings another; the FIN again, which is not in place, does not.
    wait.receive(late(ACK), 2 * SECOND)
    wait.receive(late(FIN | ACK, { seq: RCV_NXT - 1 }), 4 * SECOND)
    expect([5_000_999, 5_001_000].map((now) => wait.yields(names(), now))).toEqual([false, true])
  })

  it('counts from the beginning of the wait where an older timestamp is remembered', () => {
    const wait = new Wait({ tcp_tw_reuse: 1 })
    wait.table.add(names(), waiting(5 * SECOND, { tsRecentAt: 0 }), 5 * SECOND)
    expect([5_999_999, 6_001_000].map((now) => wait.yields(names(), now))).toEqual([false, true])
  })
})
