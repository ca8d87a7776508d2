import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type FloodOutcome, type FloodPlan, FloodScene } from '../../bench/flood-scene.ts'
import { describeInterop } from './support/describe-interop.ts'

const DIST = fileURLToPath(new URL('../../dist', import.meta.url))
const CLIENTS = 200
const plan = { rate: 20_000, clients: CLIENTS, spacing: 5 }

describeInterop('a flood of forged SYNs', [], () => {
  let scene: FloodScene

  beforeEach(() => {
    scene = new FloodScene(DIST)
  })

  afterEach(() => scene.close())

  async function run(what: FloodPlan): Promise<FloodOutcome> {
    const outcome = await scene.run(what)
    const { sent, seconds, handled, honest, memory } = outcome
    const each = `${Math.round(sent / seconds)} SYNs/s sent, ${Math.round(handled / seconds)} handled`
    const served = `${honest.served} of ${CLIENTS} served, slowest in ${Math.round(honest.slowest)} ms`
    const growth = Math.round((memory.most - memory.before) / 2 ** 20)
    console.log(`tcp_syncookies=${what.syncookies}, ${seconds} s: ${each}; ${served}; memory + ${growth} MiB`)
    return outcome
  }

  it('RFC 4987, 3.6: keeps nobody from being served, and takes no memory', async () => {
    const outcome = await run({ ...plan, syncookies: 1, patience: 30_000 })
    expect(outcome.sent / outcome.seconds).toBeGreaterThan(10_000)
    expect(outcome.honest).toMatchObject({ served: CLIENTS, failures: {}, wrong: 0, error: '' })
    expect(outcome.honest.exchanged).toBeGreaterThan(100_000)
    expect(outcome.counters.TcpExtSyncookiesSent).toBeGreaterThan(10_000)
    expect(outcome.counters.TcpExtSyncookiesRecv).toBeGreaterThan(0)
    expect(outcome.counters).not.toHaveProperty('TcpExtListenOverflows')
    // What the engine takes for its garbage, however long the flood lasts.
    expect(outcome.memory.most - outcome.memory.before).toBeLessThan(64 * 2 ** 20)
  })

  it('without cookies keeps most from being served, and yet takes no memory', async () => {
    const outcome = await run({ ...plan, syncookies: 0, patience: 3000 })
    expect(outcome.honest.served).toBeLessThan(CLIENTS / 2)
    // Whoever was there before goes on.
    expect(outcome.honest).toMatchObject({ wrong: 0, error: '' })
    expect(outcome.honest.exchanged).toBeGreaterThan(100_000)
    expect(outcome.counters.TcpExtTCPReqQFullDrop).toBeGreaterThan(10_000)
    expect(outcome.counters).not.toHaveProperty('TcpExtSyncookiesSent')
    expect(outcome.memory.most - outcome.memory.before).toBeLessThan(64 * 2 ** 20)
  })
})
