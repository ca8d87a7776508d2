import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linux } from '../tcp/config.ts'
import { ACK, FIN, RST, SYN, TcpSegment } from '../wire/tcp.ts'
import type { Endpoint } from './endpoint.ts'
import { address } from './network.testkit.ts'
import { nextIsn, TimeWait, TimeWaitQueue } from './time-wait.ts'

const SECOND = 1_000_000
const RCV_NXT = 5000
const SND_NXT = 9000
const TS_RECENT = 700

/** A connection that ends at `until`, in Linux's settings. */
function entry(until = 60 * SECOND, useTimestamps = true): TimeWait {
  const tcb = {
    snd: { nxt: SND_NXT },
    rcv: { nxt: RCV_NXT },
    rcvWnd: 64_000,
    window: { scale: 7 },
    useTimestamps,
    tsOffset: 50,
    tsRecent: TS_RECENT,
    timers: { timeWait: until },
    config: linux,
  }
  const endpoint = {
    local: address('10.0.0.1'),
    localPort: 1,
    remote: address('10.0.0.2'),
    remotePort: 2,
    connection: { tcb },
  }
  return new TimeWait(endpoint as unknown as Endpoint)
}

function segment(flags: number, fields: Partial<TcpSegment> = {}): TcpSegment {
  const stamp = { hasTimestamps: true, tsVal: TS_RECENT + 1 }
  return Object.assign(new TcpSegment(), { flags, seq: RCV_NXT, ack: SND_NXT }, stamp, fields)
}

const OLD = { tsVal: TS_RECENT - 1 }
const NO_STAMP = { hasTimestamps: false }

describe('TimeWait.receive (RFC 9293, 3.10.7.4; Linux: tcp_timewait_state_process)', () => {
  it.each([
    ['a bare ACK in place', ACK, {}, 'ignore', true],
    ['a RST in place', RST, NO_STAMP, 'reset', false],
    ['a RST,ACK in place', RST | ACK, {}, 'reset', false],
    ['a RST elsewhere', RST, { seq: RCV_NXT + 1, ...NO_STAMP }, 'ignore', false],
    ['a RST of the past', RST, OLD, 'ignore', false],
    ['the FIN again', FIN | ACK, { seq: RCV_NXT - 1 }, 'acknowledge', true],
    ['data again', ACK, { seq: RCV_NXT - 100, payloadLength: 100 }, 'acknowledge', true],
    ['a bare ACK elsewhere', ACK, { seq: RCV_NXT - 10 }, 'acknowledge', true],
    ['a bare ACK of the past', ACK, OLD, 'acknowledge', true],
    ['data beyond the FIN', ACK, { payloadLength: 10 }, 'acknowledge', true],
    ['a SYN that is newer by its number', SYN, { seq: RCV_NXT + 1, ...NO_STAMP }, 'reopen', false],
    ['a SYN that is newer by its timestamp', SYN, { seq: RCV_NXT - 1000 }, 'reopen', false],
    ['a SYN that is newer by number, older by time', SYN, { seq: RCV_NXT + 1, ...OLD }, 'acknowledge', true],
    ['an old SYN', SYN, { seq: RCV_NXT, ...NO_STAMP }, 'acknowledge', false],
    ['a SYN,ACK', SYN | ACK, { seq: RCV_NXT + 1 }, 'acknowledge', true],
    ['a segment without flags', 0, { seq: RCV_NXT + 1 }, 'acknowledge', false],
  ])('%s', (_name, flags, fields, verdict, restarts) => {
    const waiting = entry()
    expect(waiting.receive(segment(flags, fields), 30 * SECOND)).toBe(verdict)
    expect(waiting.until).toBe(restarts ? 90 * SECOND : 60 * SECOND)
  })

  it('without timestamps only the sequence number tells a new SYN', () => {
    const waiting = entry(60 * SECOND, false)
    expect(waiting.receive(segment(SYN, { seq: RCV_NXT - 1000 }), 0)).toBe('acknowledge')
    expect(waiting.receive(segment(SYN, { seq: RCV_NXT + 1000 }), 0)).toBe('reopen')
  })

  it('RFC 5961 7: what may bounce for ever is answered twice a second at most, text always', () => {
    const waiting = entry()
    const stray = segment(ACK, { seq: RCV_NXT - 10 })
    const verdicts = [0, 1, 499_999, 500_000].map((now) => waiting.receive(stray, now))
    expect(verdicts).toEqual(['acknowledge', 'skip', 'skip', 'acknowledge'])
    const fin = segment(FIN | ACK, { seq: RCV_NXT - 1 })
    expect([waiting.receive(fin, 500_001), waiting.receive(fin, 500_002)]).toEqual(['acknowledge', 'acknowledge'])
  })

  it('writes the last ACK again, with the newest timestamp heard', () => {
    const waiting = entry()
    waiting.receive(segment(ACK, { tsVal: TS_RECENT + 33 }), 0)
    const out = new TcpSegment()
    waiting.lastAck(out, 2 * SECOND)
    expect(out).toMatchObject({ sourcePort: 1, destinationPort: 2, flags: ACK, seq: SND_NXT, ack: RCV_NXT })
    expect(out).toMatchObject({ window: 500, hasTimestamps: true, tsVal: 2050, tsEcr: TS_RECENT + 33 })
  })

  it('RFC 9293 3.6.1 MAY-2: the next incarnation begins beyond what this one used', () => {
    expect(nextIsn(100)).toBe(100 + 65_537)
    expect(nextIsn(0xffff_ffff)).toBe(65_536)
  })
})

describe('TimeWaitQueue', () => {
  it('gives each when its time is over, in order, however they were added, restarted and removed', () => {
    const anyEntry = fc.record({
      until: fc.nat(1000),
      restart: fc.option(fc.nat(2000), { nil: undefined }),
      removed: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 60 }), fc.array(fc.nat(3000), { maxLength: 20 }), (plans, times) => {
        const queue = new TimeWaitQueue()
        const left = new Set<TimeWait>()
        for (const { until, restart, removed } of plans) {
          const waiting = entry(until)
          queue.add(waiting)
          // Only ever later: 2 MSL from a later moment.
          if (restart !== undefined) waiting.until = Math.max(waiting.until, restart)
          if (removed) queue.remove(waiting)
          else left.add(waiting)
        }
        expect(queue.size).toBe(left.size)
        for (const now of [...times.sort((a, b) => a - b), 5000]) {
          const popped: TimeWait[] = []
          for (let next = queue.pop(now); next !== null; next = queue.pop(now)) popped.push(next)
          const due = [...left].filter((waiting) => waiting.until <= now)
          expect(new Set(popped)).toEqual(new Set(due))
          for (const waiting of popped) left.delete(waiting)
          // It may be early for one that was restarted, but never late.
          const first = Math.min(Number.POSITIVE_INFINITY, ...[...left].map((waiting) => waiting.until))
          expect(queue.next).toBeGreaterThan(now)
          expect(queue.next).toBeLessThanOrEqual(first)
        }
        expect([queue.size, queue.next]).toEqual([0, Number.POSITIVE_INFINITY])
      }),
      { numRuns: 100 },
    )
  })

  it('does not keep one that was given up late behind one that began to wait later', () => {
    const queue = new TimeWaitQueue()
    const held = entry(100)
    queue.add(entry(150))
    queue.add(held)
    expect(queue.pop(100)).toBe(held)
    expect(queue.pop(100)).toBeNull()
  })
})
