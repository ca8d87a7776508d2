import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Address } from '../wire/address.ts'
import { address, TestSurroundings } from './network.testkit.ts'
import { EphemeralPorts } from './ports.ts'

const LOCAL = address('10.0.0.1')
const REMOTE = address('10.0.0.2')

function portsOf(seed: number, range: readonly [number, number]): EphemeralPorts {
  const surroundings = new TestSurroundings(seed)
  return new EphemeralPorts(() => surroundings.random(), { ip_local_port_range: range })
}

function take(ports: EphemeralPorts, count: number, remote: Address = REMOTE): number[] {
  return Array.from({ length: count }, () => ports.choose(LOCAL, remote, 80, () => true))
}

describe('EphemeralPorts (RFC 6056)', () => {
  it('gives each port of the range once while all are busy, then none', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 }), fc.integer({ min: 1, max: 300 }), (seed, count) => {
        const low = 65_536 - count
        const ports = portsOf(seed, [low, 65_535])
        const busy = new Set<number>()
        for (let i = 0; i < count; i += 1) {
          const port = ports.choose(LOCAL, REMOTE, 80, (p) => !busy.has(p))
          expect(port).toBeGreaterThanOrEqual(low)
          expect(port).toBeLessThanOrEqual(65_535)
          expect(busy.has(port)).toBe(false)
          busy.add(port)
        }
        expect(ports.choose(LOCAL, REMOTE, 80, (p) => !busy.has(p))).toBe(0)
      }),
      { numRuns: 40 },
    )
  })

  it('finds the only free port, wherever the count stands', () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const ports = portsOf(seed, [32_768, 60_999])
      take(ports, 1000 * (seed % 7))
      for (const last of [32_768, 45_000, 60_999]) {
        expect(ports.choose(LOCAL, REMOTE, 80, (p) => p === last)).toBe(last)
      }
    }
  })

  it('3.3.4: one after another for one peer, so that each rests as long as may be', () => {
    const ports = portsOf(3, [40_000, 49_999])
    const taken = take(ports, 10_000)
    expect(new Set(taken).size).toBe(10_000)
    for (let i = 1; i < 100; i += 1) {
      expect(((taken[i] ?? 0) - (taken[i - 1] ?? 0) + 10_000) % 10_000).toBe(1)
    }
  })

  it('cannot be foreseen by who knows not the secret: two secrets, or two peers, begin elsewhere', () => {
    const range = [32_768, 60_999] as const
    const first = Array.from({ length: 200 }, (_, seed) => take(portsOf(seed + 1, range), 1)[0] ?? 0)
    expect(new Set(first).size).toBeGreaterThan(190)
    const ports = portsOf(9, range)
    const peers = Array.from({ length: 200 }, (_, i) => take(ports, 1, new Address(0, 0, 0xffff, i))[0] ?? 0)
    expect(new Set(peers).size).toBeGreaterThan(190)
    // Spread over the range, not in one corner of it.
    for (const quarter of [0, 1, 2, 3]) {
      const low = 32_768 + quarter * 7058
      expect(peers.filter((port) => port >= low && port < low + 7058).length).toBeGreaterThan(25)
    }
  })
})
