import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linux, rfc } from './config.ts'
import { Rtt } from './rtt.ts'

describe('RFC 6298, with the numbers of Linux (tcp_rtt_estimator)', () => {
  it('2.1: 1 s before the first sample', () => {
    expect(new Rtt(linux).rto).toBe(1_000_000)
  })

  it.each([
    // RTT, RTO: SRTT + max(4 * RTT / 2, 200 ms).
    [1, 200_001],
    [1000, 201_000],
    [40_000, 240_000],
    [100_000, 300_000],
    [150_000, 450_000],
    [1_000_000, 3_000_000],
  ])('MUST-18: 2.2: a first sample of %d us gives %d us', (sample, rto) => {
    const rtt = new Rtt(linux)
    rtt.sample(sample, 1, 1)
    expect([rtt.srtt, rtt.rto, rtt.min]).toEqual([sample, rto, sample])
  })

  it('RFC 7323, 4.2: it rises with a slower sample at once, and falls once a round trip', () => {
    const rtt = new Rtt(linux)
    rtt.sample(100_000, 0, 1000)
    rtt.sample(350_000, 500, 2000)
    expect([rtt.srtt, rtt.rto]).toEqual([131_250, 531_250])
    for (let i = 0; i < 5; i += 1) rtt.sample(131_250, 600, 3000)
    expect(rtt.rto).toBe(531_250)
    rtt.sample(131_250, 1001, 4000)
    expect(rtt.rto).toBe(531_250)
    rtt.sample(131_250, 4001, 5000)
    expect(rtt.rto).toBeLessThan(531_250)
  })

  it('2.4: never less than tcp_rto_min above SRTT; the RFC asks for 1 s', () => {
    for (const config of [linux, rfc]) {
      const rtt = new Rtt(config)
      for (let i = 0; i < 100; i += 1) rtt.sample(1000, i + 1, i + 1)
      expect(rtt.rto).toBe(1000 + config.tcp_rto_min_us)
    }
  })

  it('2.5, 5.5: doubles up to 120 s, and starts anew with a sample', () => {
    const rtt = new Rtt(linux)
    rtt.sample(100_000, 1, 1)
    const seen = []
    for (let i = 0; i < 12; i += 1) {
      seen.push(rtt.rto / 1000)
      rtt.back()
    }
    expect(seen).toEqual([300, 600, 1200, 2400, 4800, 9600, 19_200, 38_400, 76_800, 120_000, 120_000, 120_000])
    rtt.sample(100_000, 2, 2)
    expect(rtt.rto).toBe(300_000)
  })

  it('5.7: 3 s when the SYN was lost, unless there is a sample', () => {
    const rtt = new Rtt(linux)
    rtt.back()
    rtt.fallBack()
    expect(rtt.rto).toBe(3_000_000)
    rtt.sample(100_000, 1, 1)
    rtt.fallBack()
    expect(rtt.rto).toBe(300_000)
  })

  it('is bounded whatever the samples', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.double(), fc.integer({ min: 0, max: 0xffffffff }))), (samples) => {
        const rtt = new Rtt(linux)
        for (const [sample, una] of samples) {
          rtt.sample(Number.isFinite(sample) ? sample : 0, una, (una + 1000) >>> 0)
          expect(Number.isInteger(rtt.rto)).toBe(true)
          expect(rtt.rto).toBeGreaterThanOrEqual(linux.tcp_rto_min_us)
          expect(rtt.rto).toBeLessThanOrEqual(linux.tcp_rto_max_us)
        }
      }),
    )
  })
})
