import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { VirtualClock } from './virtual-clock.ts'

describe('VirtualClock', () => {
  it('runs events in order of time, and of their making where the time is the same', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50)), (times) => {
        const clock = new VirtualClock(10)
        const seen: { at: number; made: number }[] = []
        times.forEach((time, made) => {
          clock.at(time, () => seen.push({ at: clock.now(), made }))
        })
        expect(clock.run(Number.POSITIVE_INFINITY)).toBe(times.length)
        const expected = times
          .map((time, made) => ({ at: Math.max(10, time), made }))
          .sort((a, b) => a.at - b.at || a.made - b.made)
        expect(seen).toEqual(expected)
      }),
    )
  })

  it('runs what events make, up to and with the time it is told', () => {
    const clock = new VirtualClock(100)
    const seen: number[] = []
    clock.at(200, () => {
      seen.push(clock.now())
      clock.at(0, () => seen.push(clock.now()))
      clock.at(300, () => seen.push(clock.now()))
      clock.at(301, () => seen.push(clock.now()))
    })
    expect(clock.run(300)).toBe(3)
    expect(seen).toEqual([200, 200, 300])
    expect(clock.now()).toBe(300)
    expect(clock.run(250)).toBe(0)
    expect(clock.now()).toBe(300)
    clock.run(1000)
    expect([seen.at(-1), clock.now()]).toEqual([301, 1000])
  })

  it('gives the same chance for the same seed, and other chance for another', () => {
    const clock = new VirtualClock()
    const draw = (seed: number) => {
      const surroundings = clock.surroundings(seed)
      return Array.from({ length: 50 }, () => surroundings.random())
    }
    expect(draw(1)).toEqual(draw(1))
    expect(draw(1)).not.toEqual(draw(2))
    for (const n of draw(3)) expect(n).toBe(n >>> 0)
  })

  it('wakes at the earliest time asked for; an earlier wish holds beside a later one', () => {
    const clock = new VirtualClock(0)
    const surroundings = clock.surroundings(1)
    const woken: number[] = []
    surroundings.onwake = () => {
      woken.push(clock.now())
      if (woken.length === 1) surroundings.wake(90)
    }
    surroundings.wake(50)
    surroundings.wake(70)
    surroundings.wake(20)
    surroundings.wake(Number.POSITIVE_INFINITY)
    clock.run(Number.POSITIVE_INFINITY)
    expect(woken).toEqual([20, 90])
  })

  it('wakes at once for what has passed, but not within the call', () => {
    const clock = new VirtualClock(500)
    const surroundings = clock.surroundings(1)
    let woken = 0
    surroundings.onwake = () => {
      woken += 1
    }
    surroundings.wake(3)
    expect(woken).toBe(0)
    clock.run(500)
    expect([woken, clock.now()]).toEqual([1, 500])
  })
})
