import { describe, expect, it } from 'vitest'
import { VirtualClock } from './virtual-clock.ts'

/** A host on a clock: when it was woken, and what else happened meanwhile. */
function woken(): {
  clock: VirtualClock
  wake: (at: number) => void
  seen: (number | string)[]
  note: (at: number) => void
} {
  const clock = new VirtualClock(0)
  const surroundings = clock.surroundings(1)
  const seen: (number | string)[] = []
  surroundings.onwake = () => seen.push(clock.now())
  return { clock, wake: surroundings.wake, seen, note: (at) => clock.at(at, () => seen.push(`other ${at}`)) }
}

describe('Alarm', () => {
  it('that is put off again and again is one event in the clock, and wakes at the last time', () => {
    const { clock, wake, seen } = woken()
    wake(100)
    for (let at = 2; at <= 180; at += 2) {
      clock.run(at - 1)
      wake(clock.now())
      clock.run(at)
      wake(100 + at)
    }
    expect(seen).toHaveLength(90)
    // One for each time that it was woken at once, and one at 100 that was put off.
    expect(clock.steps).toBe(91)
    clock.run(1000)
    expect([seen.at(-1), seen.length, clock.steps]).toEqual([280, 91, 93])
  })

  it('an earlier wish comes first, and the later one counts for nothing', () => {
    const { clock, wake, seen } = woken()
    wake(100)
    wake(50)
    clock.run(70)
    expect(seen).toEqual([50])
    clock.run(200)
    expect(seen).toEqual([50])
    wake(300)
    wake(250)
    clock.run(260)
    wake(300)
    clock.run(400)
    expect(seen).toEqual([50, 250, 300])
  })

  it('keeps its place among the events of that time when the same is asked for again', () => {
    const { clock, wake, seen, note } = woken()
    wake(100)
    note(100)
    clock.run(10)
    wake(10)
    clock.run(20)
    wake(100)
    clock.run(200)
    expect(seen).toEqual([10, 100, 'other 100'])
  })

  it('takes its place when it asks, though it owes an earlier call', () => {
    const { clock, wake, seen, note } = woken()
    wake(40)
    clock.run(10)
    wake(10)
    clock.run(20)
    note(100)
    wake(100)
    note(100)
    clock.run(200)
    expect(seen).toEqual([10, 'other 100', 100, 'other 100'])
  })
})
