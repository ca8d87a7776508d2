import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { SeededRandom } from '../../sim/seeded-random.ts'
import { listen } from '../../socket/server-socket.ts'
import { connect } from '../../socket/stream-socket.ts'
import { explore } from './explore.ts'
import { describeFault, FAULT_KINDS, type FaultKind, type PlannedFault, planFaults } from './fault-plan.ts'
import { shrink } from './shrink.ts'
import { TestWorld } from './test-world.ts'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'estab-explore-'))
})

afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

describe('shrink', () => {
  it('leaves what is needed, and nothing else', async () => {
    const needs = async (items: readonly number[]) => items.includes(3) && items.includes(5)
    expect(await shrink([1, 2, 3, 4, 5, 6], needs)).toEqual([3, 5])
    expect(await shrink([1, 2], async () => true)).toEqual([])
  })
})

describe('planFaults', () => {
  it('is the same for the same seed, and different kinds come with different seeds', () => {
    const plan = (seed: number) => planFaults(new SeededRandom(seed), FAULT_KINDS, 2)
    expect(plan(4)).toEqual(plan(4))
    const all = Array.from({ length: 50 }, (_, seed) => plan(seed))
    expect(new Set(all.flat().map(({ kind }) => kind))).toEqual(new Set(FAULT_KINDS))
    expect(new Set(all.map((faults) => faults.length))).toEqual(new Set([1, 2, 3]))
    expect(Math.max(...all.flat().map(({ at }) => at))).toBeLessThan(2)
  })

  it('has words for each', () => {
    expect(describeFault({ kind: 'partition', at: 0.5, seconds: 0.25, way: 'back' })).toBe(
      'partition at 0.5 s for 0.25 s',
    )
    expect(describeFault({ kind: 'lost FIN', at: 0, seconds: 0, way: 'back' })).toBe('lost FIN back at 0 s')
  })
})

/** A handshake, and a close from either end after a second; what both ends have become meanwhile, and what was retransmitted. */
function close(kind: FaultKind, at: number, seconds = 0, way: PlannedFault['way'] = 'forth') {
  const world = new TestWorld(1, [{ kind, at, seconds, way }])
  const [client, server] = [world.host('client'), world.host('server')]
  world.link(client, server, { delay: 10_000 })
  const listener = listen(server.host, { port: 80 })
  const socket = connect(client.host, { address: server.address(), port: 80 })
  world.run(0.5)
  const opened = { client: socket.state, server: listener.accept()?.state ?? 'none' }
  world.run(0.5)
  socket.shutdown('write')
  world.run(0.1)
  return { opened, closing: socket.state, up: server.isUp, world, socket }
}

describe('a planned fault', () => {
  it('lost SYN: the client is still in SYN-SENT', () => {
    expect(close('lost SYN', 0).opened.client).toBe('SYN-SENT')
  })

  it('lost third ACK: the server has nothing to accept', () => {
    expect(close('lost third ACK', 0).opened).toEqual({ client: 'ESTABLISHED', server: 'none' })
  })

  it('lost FIN: the close is not acknowledged, in its direction alone', () => {
    expect(close('lost FIN', 0).closing).toBe('FIN-WAIT-1')
    expect(close('lost FIN', 0, 0, 'back').closing).toBe('FIN-WAIT-2')
  })

  it('peer crash: the server is gone for good', () => {
    const { closing, up, world } = close('peer crash', 0.7)
    expect([closing, up]).toEqual(['FIN-WAIT-1', false])
    expect(world.named('client').isUp).toBe(true)
  })

  it('freeze and partition pass', () => {
    for (const kind of ['freeze', 'partition'] as const) {
      const { closing, world, socket } = close(kind, 0.9, 0.5)
      expect(closing).toBe('FIN-WAIT-1')
      world.run(1)
      expect(socket.state).toBe('FIN-WAIT-2')
    }
  })
})

describe('explore', () => {
  const broken = (world: TestWorld) => {
    const kinds = world.faults.map(({ kind }) => kind)
    if (kinds.includes('lost SYN') && kinds.includes('freeze')) throw new Error(`two, seed ${world.seed}`)
    if (kinds.includes('partition')) throw new TypeError(`one, seed ${world.seed}`)
  }

  it('tells each way to fail once, with the fewest faults that do it', async () => {
    const failures = await explore(broken, { seeds: 60, folder })
    const told = failures.map(({ error, faults }) => [error.replace(/\d+/, 'N'), faults.map(({ kind }) => kind).sort()])
    expect(told).toEqual([
      ['TypeError: one, seed N', ['partition']],
      ['Error: two, seed N', ['freeze', 'lost SYN']],
    ])
    expect(failures[0]?.report).toContain(`seed ${failures[0]?.seed} (ESTAB_SEED=${failures[0]?.seed} runs it alone)`)
    expect(failures[0]?.report).toContain('faults: partition at ')
  })

  it('leaves the capture of the run with the fewest faults, and tells where', async () => {
    const opening = (world: TestWorld) => {
      const [left, right] = [world.host('left'), world.host('right')]
      world.link(left, right)
      listen(right.host, { port: 80 })
      for (const _ of world.faults) connect(left.host, { address: right.address(), port: 80 })
      world.run(0.5)
      if (world.faults.some(({ kind }) => kind === 'lost SYN')) throw new Error('not open')
    }
    const captureOf = (faults: readonly PlannedFault[]) => {
      const world = new TestWorld(4, faults)
      expect(() => opening(world)).toThrow('not open')
      return world.recorder.pcapng()
    }
    const options = { seeds: [4], faults: ['lost SYN', 'lost FIN'] as const }
    const plan = planFaults(new SeededRandom(4).named('faults'), options.faults, 2)
    const [failure, ...others] = await explore(opening, { ...options, name: 'an opening', folder })
    expect(others).toEqual([])
    expect(failure?.faults.map(({ kind }) => kind)).toEqual(['lost SYN'])
    expect(readdirSync(folder)).toEqual(['an-opening-seed-4.pcapng'])
    expect(failure?.capture).toBe(join(folder, 'an-opening-seed-4.pcapng'))
    expect(failure?.report).toContain(`capture: ${failure?.capture}\n`)
    const capture = readFileSync(join(folder, 'an-opening-seed-4.pcapng'))
    expect(capture.equals(captureOf(failure?.faults ?? []))).toBe(true)
    expect(capture.equals(captureOf(plan))).toBe(false)
  })

  it('leaves nothing of a test that passes', async () => {
    expect(await explore(() => {}, { seeds: 3, folder: join(folder, 'new') })).toEqual([])
    expect(readdirSync(folder)).toEqual([])
  })

  it('a failure is not shrunk to another one', async () => {
    const failures = await explore(
      ({ faults }) => {
        const frozen = faults.some(({ kind }) => kind === 'freeze')
        if (frozen && faults.some(({ kind }) => kind === 'lost SYN')) throw new Error('both')
        if (frozen) throw new Error('frozen')
      },
      { seeds: 60, folder },
    )
    expect(failures.map(({ error, faults }) => [error, faults.length])).toEqual([
      ['Error: frozen', 1],
      ['Error: both', 2],
    ])
  })

  it('chooses from the faults that are given, in the seeds that are given', async () => {
    const seen: (readonly [number, string])[] = []
    await explore((world) => void seen.push([world.seed, world.faults.map(({ kind }) => kind).join()]), {
      seeds: [8, 9],
      faults: ['freeze'],
    })
    expect(seen).toEqual([
      [8, 'freeze'],
      [9, 'freeze'],
    ])
  })

  it('ESTAB_SEED runs one alone', async () => {
    vi.stubEnv('ESTAB_SEED', '12')
    const seen: number[] = []
    await explore((world) => void seen.push(world.seed), { seeds: 5 })
    expect(seen).toEqual([12])
  })

  it('a test that fails without any fault is shrunk to none', async () => {
    const [failure, ...others] = await explore(() => Promise.reject(new Error('always')), { seeds: 5, folder })
    expect(failure?.faults).toEqual([])
    expect(others).toEqual([])
  })

  it('timers that one attempt leaves behind do not fire in the next', async () => {
    const before = globalThis.setTimeout
    const fired: number[] = []
    await explore(({ seed }) => void setTimeout(() => fired.push(seed), 1), { seeds: 3 })
    expect(fired).toEqual([])
    expect(globalThis.setTimeout).toBe(before)
  })
})
