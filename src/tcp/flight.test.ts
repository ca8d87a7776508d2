import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { add } from '../wire/seq.ts'
import { Delivery } from './delivery.ts'
import { EVER_RETRANSMITTED, Flight, LOST, RETRANSMITTED, SACKED } from './flight.ts'

interface Model {
  seq: number
  end: number
  bits: number
}

describe('Flight, against a list', () => {
  it('keeps its counts through every sequence of events', () => {
    const step = fc.tuple(
      fc.constantFrom('push', 'resend', 'sack', 'acknowledge', 'lose', 'split', 'timeout', 'renege', 'undo'),
      fc.nat(1000),
      fc.nat(1000),
    )
    fc.assert(
      fc.property(
        fc.integer({ min: 0xffffe000, max: 0xffffffff }),
        fc.array(step, { maxLength: 120 }),
        (start, steps) => {
          const flight = new Flight()
          const delivery = new Delivery()
          let model: Model[] = []
          let next = start
          let now = 0
          for (const [kind, a, b] of steps) {
            now += 1
            delivery.reset(now, 0, start)
            const i = model.length === 0 ? -1 : a % model.length
            const item = model[i]
            if (kind === 'push') {
              const end = add(next, 1 + a)
              flight.push(next, end, now, 0)
              model.push({ seq: next, end, bits: 0 })
              next = end
            } else if (kind === 'resend') {
              const lost = flight.nextLost()
              expect(lost).toBe(model.findIndex((m) => (m.bits & (LOST | RETRANSMITTED)) === LOST))
              const m = model[lost]
              if (m === undefined) continue
              flight.resent(lost, now)
              m.bits |= RETRANSMITTED | EVER_RETRANSMITTED
            } else if (kind === 'sack' && item !== undefined) {
              const last = model[Math.min(model.length - 1, i + (b % 4))]
              flight.sack(item.seq, last?.end ?? 0, delivery)
              let fresh = 0
              for (let k = i; k <= Math.min(model.length - 1, i + (b % 4)); k += 1) {
                const m = model[k]
                if (m === undefined || m.bits & SACKED) continue
                m.bits = (m.bits | SACKED) & ~(LOST | RETRANSMITTED)
                fresh += 1
              }
              expect(delivery.sacked).toBe(fresh)
            } else if (kind === 'acknowledge' && item !== undefined) {
              const una = b % 3 === 0 ? item.seq : b % 3 === 1 ? item.end : add(item.seq, (item.end - item.seq) >>> 1)
              flight.acknowledge(una, delivery)
              const gone = model.filter((m) => ((m.end - una) | 0) <= 0)
              expect(delivery.acked).toBe(gone.filter((m) => (m.bits & SACKED) === 0).length)
              model = model.filter((m) => ((m.end - una) | 0) > 0)
              const head = model[0]
              if (head !== undefined && ((head.seq - una) | 0) < 0) head.seq = una
            } else if (kind === 'lose' && item !== undefined) {
              flight.lose(i)
              if ((item.bits & SACKED) === 0) item.bits = (item.bits | LOST) & ~RETRANSMITTED
            } else if (kind === 'split' && item !== undefined && ((item.end - item.seq) | 0) > 1) {
              const at = add(item.seq, 1 + (b % (((item.end - item.seq) | 0) - 1)))
              flight.split(i, at)
              model.splice(i + 1, 0, { seq: at, end: item.end, bits: item.bits })
              item.end = at
            } else if (kind === 'timeout') {
              flight.loseAll(now)
              for (const m of model) if ((m.bits & SACKED) === 0) m.bits = (m.bits | LOST) & ~RETRANSMITTED
            } else if (kind === 'renege') {
              flight.forgetSacks()
              for (const m of model) m.bits &= ~SACKED
            } else if (kind === 'undo') {
              flight.forgetLosses()
              for (const m of model) m.bits &= ~LOST
            }
            check(flight, model)
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  function check(flight: Flight, model: Model[]): void {
    const mask = SACKED | LOST | RETRANSMITTED | EVER_RETRANSMITTED
    expect(flight.count).toBe(model.length)
    model.forEach((m, i) => {
      expect([flight.seq(i), flight.end(i), flight.flags(i) & mask]).toEqual([m.seq, m.end, m.bits])
    })
    const count = (bit: number) => model.filter((m) => m.bits & bit).length
    expect([flight.sackedOut, flight.lostOut, flight.retransmittedOut]).toEqual([
      count(SACKED),
      count(LOST),
      count(RETRANSMITTED),
    ])
    expect(flight.pipe).toBe(model.length - count(SACKED) - count(LOST) + count(RETRANSMITTED))
  }
})
