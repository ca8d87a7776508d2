import { describe, expect, it } from 'vitest'
import { seeded } from '../sim/seeded.testkit.ts'
import { Address } from '../wire/address.ts'
import { ErrorLimit } from './error-limit.ts'
import { Identifications } from './identifications.ts'
import { TokenBucket } from './token-bucket.ts'

function takeAll(bucket: TokenBucket, now: number, interval = 100_000, burst = 5): number {
  let taken = 0
  while (taken < 1000 && bucket.take(now, interval, burst)) taken += 1
  return taken
}

describe('TokenBucket', () => {
  it('lets a burst through, then the rate', () => {
    const bucket = new TokenBucket()
    expect(takeAll(bucket, 0)).toBe(5)
    expect(takeAll(bucket, 99_999)).toBe(0)
    expect(takeAll(bucket, 100_000)).toBe(1)
    expect(takeAll(bucket, 400_000)).toBe(3)
    expect(takeAll(bucket, 3_600_000_000)).toBe(5)
  })

  it('follows a rate and a burst that change', () => {
    const bucket = new TokenBucket()
    expect(takeAll(bucket, 0)).toBe(5)
    expect(takeAll(bucket, 1_000_000, 100_000, 2)).toBe(2)
    expect(takeAll(bucket, 1_100_000, 10_000, 50)).toBe(10)
    expect(takeAll(bucket, 9_000_000, 10_000, 0)).toBe(0)
  })

  it('does not mind a clock that stands or goes back', () => {
    const bucket = new TokenBucket()
    expect(bucket.take(5_000_000, 1_000_000, 1)).toBe(true)
    expect(bucket.take(4_000_000, 1_000_000, 1)).toBe(false)
    expect(bucket.take(5_000_000, 1_000_000, 1)).toBe(true)
  })
})

describe('ErrorLimit', () => {
  const at = (i: number) => new Address(0, 0, 0xffff, i)

  it('limits each destination, and all together', () => {
    const limit = new ErrorLimit({ icmp_ratelimit: 1000, icmp_msgs_per_sec: 20, icmp_msgs_burst: 20 }, 1)
    const first = Array.from({ length: 10 }, () => limit.ask(at(1), 0))
    expect(first.filter((answer) => answer === 'allowed')).toHaveLength(6)
    expect(first.at(-1)).toBe('host')
    const others = Array.from({ length: 40 }, (_, i) => limit.ask(at(1000 + i), 0))
    expect(others.filter((answer) => answer === 'allowed')).toHaveLength(14)
    expect(others).toContain('global')
    expect(limit.ask(at(1), 1_000_000)).toBe('allowed')
  })

  it('has no limit for each destination where it is 0', () => {
    const limit = new ErrorLimit({ icmp_ratelimit: 0, icmp_msgs_per_sec: 1000, icmp_msgs_burst: 50 }, 1)
    expect(Array.from({ length: 50 }, () => limit.ask(at(1), 0)).every((answer) => answer === 'allowed')).toBe(true)
    expect(limit.ask(at(1), 0)).toBe('global')
  })

  it('sends none where the rate or the burst of all is 0', () => {
    expect(new ErrorLimit({ icmp_ratelimit: 0, icmp_msgs_per_sec: 0, icmp_msgs_burst: 9 }, 1).ask(at(1), 9)).toBe(
      'global',
    )
    expect(new ErrorLimit({ icmp_ratelimit: 0, icmp_msgs_per_sec: 9, icmp_msgs_burst: 0 }, 1).ask(at(1), 9)).toBe(
      'global',
    )
  })
})

describe('Identifications', () => {
  it('count up for one pair of addresses and one protocol, from different places', () => {
    const ids = new Identifications(seeded())
    const [a, b] = [new Address(0, 0, 0xffff, 1), new Address(0, 0, 0xffff, 2)]
    const first = ids.next(a, b, 17)
    expect(ids.next(a, b, 17)).toBe((first + 1) >>> 0)
    expect(ids.next(a, b, 1)).not.toBe(first + 2)
    expect(ids.next(b, a, 17)).not.toBe(first + 2)
    expect(ids.next(a, b, 17)).toBe((first + 2) >>> 0)
  })
})
