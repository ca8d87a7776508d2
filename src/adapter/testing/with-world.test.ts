import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { listen } from '../../socket/server-socket.ts'
import { connect } from '../../socket/stream-socket.ts'
import { run } from './run.ts'
import type { TestWorld } from './test-world.ts'
import { withWorld, worldFixture } from './with-world.ts'

let folder = ''
let printed = ''
const print = (text: string) => {
  printed += text
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'estab-testing-'))
  printed = ''
})

afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

async function handshake(world: TestWorld): Promise<void> {
  const [client, server] = [world.host('left'), world.host('right')]
  world.link(client, server)
  listen(server.host, { port: 80 })
  connect(client.host, { address: server.address(), port: 80 })
  await run(world, { seconds: 1 })
}

describe('withWorld', () => {
  it('returns what the test does, and leaves nothing behind when it passes', async () => {
    const options = { seed: 5, folder, print }
    expect(await withWorld(options, (world) => handshake(world).then(() => world.seed))).toBe(5)
    expect(printed).toBe('')
    expect(readdirSync(folder)).toEqual([])
  })

  it('tells the seed and the ladder of a failure, writes its capture, and throws what the test threw', async () => {
    const test = async (world: TestWorld) => {
      await handshake(world)
      throw new RangeError('wrong')
    }
    await expect(withWorld({ seed: 7, name: 'a b/c', folder, print }, test)).rejects.toThrow(RangeError)
    expect(printed).toContain('seed 7 (ESTAB_SEED=7 runs it alone)\nRangeError: wrong\n')
    expect(printed).toMatch(/left 10\.0\.1\.1:\d+ .* right 10\.0\.1\.2:80/)
    expect(printed).toContain('ESTABLISHED')
    expect(readdirSync(folder)).toEqual(['a-b-c-seed-7.pcapng'])
    const capture = readFileSync(join(folder, 'a-b-c-seed-7.pcapng'))
    expect(capture.readUInt32LE(0)).toBe(0x0a0d0d0a)
    expect(capture.includes('left') && capture.includes('right')).toBe(true)
  })

  it('ESTAB_SEED goes before the seed of the test', async () => {
    vi.stubEnv('ESTAB_SEED', '99')
    expect(await withWorld({ seed: 5 }, (world) => world.seed)).toBe(99)
    vi.stubEnv('ESTAB_SEED', 'x')
    await expect(withWorld({}, () => {})).rejects.toThrow('ESTAB_SEED is an integer from 0 to 4294967295, not x')
  })

  it('timers of the test go with the world, and are true again after it', async () => {
    const before = globalThis.setTimeout
    const took = await withWorld({}, async (world) => {
      let rang = 0
      setTimeout(() => {
        rang = world.now
      }, 60_000)
      await run(world, { seconds: 61 })
      return rang
    })
    expect(took).toBe(60_000_000)
    expect(globalThis.setTimeout).toBe(before)
  })
})

describe('worldFixture', () => {
  const fixture = () => worldFixture({ seed: 3, folder, print })

  it('gives a world of that seed, and is silent when the test passes', async () => {
    let seed = 0
    await fixture()({ task: { name: 'passes', result: { state: 'pass' } } }, async (world) => {
      seed = world.seed
    })
    expect(seed).toBe(3)
    expect(printed).toBe('')
  })

  it('tells of a test that failed, by its name', async () => {
    const failed = { name: 'the last ACK', result: { state: 'fail', errors: [{ message: 'expected 1' }] } }
    await fixture()({ task: failed }, handshake)
    expect(printed).toContain('seed 3')
    expect(printed).toContain('expected 1')
    expect(readdirSync(folder)).toEqual(['the-last-ACK-seed-3.pcapng'])
  })
})
