import { describe, expect, it } from 'vitest'
import type { Endpoint } from './endpoint.ts'
import { Listeners } from './listeners.ts'
import { address } from './network.testkit.ts'

const V4 = address('10.0.0.1')
const OTHER_V4 = address('10.0.0.2')
const V6 = address('fd00::1')

describe('Listeners', () => {
  it('finds the listener of the very address', () => {
    const listeners = new Listeners(1)
    const four = listeners.add(V4, 80, 5)
    const six = listeners.add(V6, 80, 5)
    expect(listeners.find(V4.clone(), 80)).toBe(four)
    expect(listeners.find(V6.clone(), 80)).toBe(six)
    expect(listeners.find(OTHER_V4, 80)).toBeNull()
    expect(listeners.find(V4, 81)).toBeNull()
  })

  it('gives one of any address the SYNs of both families', () => {
    const listeners = new Listeners(1)
    const any = listeners.add(null, 80, 5)
    for (const to of [V4, OTHER_V4, V6]) expect(listeners.find(to, 80)).toBe(any)
  })

  it('prefers the address to any, however they were added', () => {
    // They cannot be added to one host (EADDRINUSE), but the rule must not rest on that.
    const listeners = new Listeners(1)
    const any = listeners.add(null, 80, 5)
    const byPort = (listeners as unknown as { byPort: Map<number, unknown[]> }).byPort
    const apart = new Listeners(1)
    const four = apart.add(V4, 80, 5)
    for (const order of [
      [any, four],
      [four, any],
    ]) {
      byPort.set(80, order)
      expect(listeners.find(V4, 80)).toBe(four)
      expect(listeners.find(OTHER_V4, 80)).toBe(any)
    }
  })

  it('refuses what overlaps, as bind does without SO_REUSEADDR', () => {
    const listeners = new Listeners(1)
    const four = listeners.add(V4, 80, 5)
    expect(listeners.add(V4.clone(), 80, 5)).toBeNull()
    expect(listeners.add(null, 80, 5)).toBeNull()
    expect(listeners.add(null, 81, 5)).not.toBeNull()
    expect(listeners.add(V4, 81, 5)).toBeNull()
    if (four !== null) listeners.remove(four)
    expect(listeners.has(80)).toBe(false)
    expect(listeners.add(null, 80, 5)).not.toBeNull()
    expect(listeners.all().map((l) => l.port)).toEqual([81, 80])
  })

  it('forgets only the one that is removed, and not twice', () => {
    const listeners = new Listeners(1)
    const four = listeners.add(V4, 80, 5)
    const six = listeners.add(V6, 80, 5)
    if (four === null) throw new Error('refused')
    listeners.remove(four)
    listeners.remove(four)
    expect(listeners.find(V4, 80)).toBeNull()
    expect(listeners.find(V6, 80)).toBe(six)
  })

  it('is full with one more than its backlog (Linux: sk_acceptq_is_full), and gives the oldest first', () => {
    const listener = new Listeners(1).add(null, 80, 1)
    if (listener === null) throw new Error('refused')
    const endpoints = [1, 2].map((id) => ({ id, connection: { tcb: { window: {} } } })) as unknown as Endpoint[]
    listener.ready.push(...endpoints.slice(0, 1))
    expect(listener.full).toBe(false)
    listener.ready.push(...endpoints.slice(1))
    expect(listener.full).toBe(true)
    expect([listener.accept(), listener.accept(), listener.accept()]).toEqual([endpoints[0], endpoints[1], null])
  })
})
