import { describe, expect, it } from 'vitest'
import { seeded } from '../sim/seeded.testkit.ts'
import { ChallengeLimit } from './challenge-limit.ts'
import { SECOND } from './config.ts'

/** How many of `tries` within the second that begins at `now` may go. */
function granted(limit: ChallengeLimit, tries: number, now: number): number {
  let count = 0
  while (count < tries && limit.take(now + count)) count += 1
  return count
}

describe('RFC 5961, 7: tcp_challenge_ack_limit', () => {
  it('RFC 5961, 7: 2147483647 is no limit', () => {
    expect(granted(new ChallengeLimit({ tcp_challenge_ack_limit: 2_147_483_647 }, seeded(1)), 100_000, 0)).toBe(100_000)
  })

  it('RFC 5961, 7: 0 is none at all', () => {
    expect(granted(new ChallengeLimit({ tcp_challenge_ack_limit: 0 }, seeded(1)), 1000, 0)).toBe(0)
  })

  it('RFC 5961, 7: a second brings the limit on the average, half of it at least, one and a half times it at most', () => {
    const limit = new ChallengeLimit({ tcp_challenge_ack_limit: 100 }, seeded(1))
    const counts = Array.from({ length: 10_000 }, (_, second) => granted(limit, 200, second * SECOND))
    expect([Math.min(...counts), Math.max(...counts)]).toEqual([50, 149])
    expect(counts.reduce((sum, count) => sum + count) / counts.length).toBeCloseTo(99.5, -0.3)
  })

  it('RFC 5961, 7: a change of the limit shows in the next second', () => {
    const config = { tcp_challenge_ack_limit: 1000 }
    const limit = new ChallengeLimit(config, seeded(1))
    expect(granted(limit, 2000, 0)).toBeGreaterThanOrEqual(500)
    config.tcp_challenge_ack_limit = 2
    expect(granted(limit, 2000, SECOND)).toBeLessThanOrEqual(2)
  })
})

/**
 * How well one who uses up what is left of a second tells by its amount whether somebody else has used `victims`
 * before: the distance between the two distributions, 0 = not at all, 1 = every time.
 */
function distinguishable(share: () => number, victims: number): number {
  const seconds = 40_000
  const differences = new Map<number, number>()
  const note = (count: number, by: number) => differences.set(count, (differences.get(count) ?? 0) + by)
  for (let i = 0; i < seconds; i += 1) {
    note(share(), 1)
    note(share() - victims, -1)
  }
  return [...differences.values()].reduce((sum, each) => sum + Math.abs(each), 0) / 2 / seconds
}

describe('the side channel that a common limit is (CVE-2016-5696)', () => {
  it('RFC 5961, 7: whoever counts the challenge ACKs that are left does not learn whether a victim has drawn some', () => {
    const limit = new ChallengeLimit({ tcp_challenge_ack_limit: 100 }, seeded(1))
    let second = 0
    const share = () => {
      second += 1
      return granted(limit, 200, second * SECOND)
    }
    // A connection gives two in a second (tcp_invalid_ratelimit): of a hundred equally likely amounts two are different.
    expect(distinguishable(share, 2)).toBeLessThan(0.08)
  })

  it('RFC 5961, 7: a limit that is the same every second would tell every time', () => {
    expect(distinguishable(() => 100, 1)).toBe(1)
  })
})
