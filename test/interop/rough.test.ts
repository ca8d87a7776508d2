import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { describeInterop } from './support/describe-interop.ts'
import {
  COMBINATIONS,
  counters,
  ESTAB,
  type Family,
  interrupt,
  makeDevice,
  OURS,
  OWN_ADDRESSES,
  offloadOption,
  serveEstab,
  THEIRS,
} from './support/estab.ts'
import { KernelPeer } from './support/kernel-peer.ts'
import { NetworkNamespace } from './support/namespace.ts'
import { patternBlock, patternHash } from './support/pattern.ts'
import type { Impairments } from './support/relay.ts'
import { RelayProcess } from './support/relay-process.ts'

const SIZE = 16 * 2 ** 20
const SEEDS = Array.from({ length: 10 }, (_, i) => i + 1)
const CASES = COMBINATIONS.flatMap((combination) => SEEDS.map((seed) => ({ ...combination, seed })))
/** A transfer that takes longer has stalled, milliseconds. */
const PATIENCE = 240_000

// Most of the time is spent waiting for timers and for the path.
vi.setConfig({ maxConcurrency: 2 * SEEDS.length })

/** Each way. */
const ROUGH: Partial<Impairments> = { loss: 0.05, reorder: 0.2, duplicate: 0.05, corrupt: 0.01, delay: 10 }

/** A relay of its own between the kernel and estab's device. */
class RoughPath {
  readonly kernel = NetworkNamespace.create()
  readonly estab = NetworkNamespace.create()
  private relay: RelayProcess | null = null

  static async make(seed: number): Promise<RoughPath> {
    const path = new RoughPath()
    makeDevice(path.estab)
    path.relay = await RelayProcess.start({
      kernel: path.kernel,
      estab: path.estab,
      inward: ROUGH,
      outward: ROUGH,
      seed,
    })
    path.relay.routeEstab('estab0')
    return path
  }

  /** Says what has befallen the packets. */
  async close(): Promise<string> {
    const report = await this.relay?.stop()
    this.kernel.delete()
    this.estab.delete()
    const lost = (report?.inward.lost ?? 0) + (report?.outward.lost ?? 0)
    return `${lost} packets lost, ${report?.inward.received} in, ${report?.outward.received} out`
  }
}

/** 16 MiB each way at the same time for each seed, over either family, with and without offload, opened by either side, seed by seed. */
describeInterop('a rough path', [], () => {
  let folder: string
  let input: string

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'estab-rough-'))
    input = join(folder, 'input')
    const block = patternBlock()
    writeFileSync(input, Buffer.concat(Array.from({ length: SIZE / block.length }, () => block)))
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  describe.concurrent('is crossed by every byte', () => {
    it.each(CASES)(
      '$family, offload $offload, seed $seed',
      async ({ family, offload, seed }) => {
        const active = seed % 2 === 0
        const path = await RoughPath.make(seed)
        const began = performance.now()
        const exchange = active ? connecting : listening
        const ours = await exchange(path, family, offload, seed)
        const seconds = (performance.now() - began) / 1000
        const fate = await path.close()
        const what = `${family}, offload ${offload}, estab ${active ? 'connects' : 'listens'}`
        const resent = `${ours.TcpRetransSegs} retransmissions, ${ours.TcpExtTCPTimeouts} timeouts`
        console.log(`seed ${seed} (${what}): ${seconds.toFixed(1)} s; ${resent}; ${fate}`)
      },
      PATIENCE,
    )
  })

  /** The kernel listens; estab sends a file and keeps what comes. Returns estab's counters. */
  async function connecting(path: RoughPath, family: Family, offload: boolean, seed: number) {
    const peer = await KernelPeer.listen(path.kernel, THEIRS[family], 7000, 'both', SIZE)
    const copy = join(folder, `copy-${family}-${offload}-${seed}`)
    const options = [...OWN_ADDRESSES, offloadOption(offload), '--stats', THEIRS[family], '7000']
    const script = 'exec "$0" "$@" < "$INPUT" > "$COPY"'
    const args = ['-c', script, process.execPath, ESTAB, 'connect', ...options]
    const estab = path.estab.start('sh', args, { env: { ...process.env, INPUT: input, COPY: copy } })
    await estab.succeed(PATIENCE)
    expect(await peer.closed()).toMatchObject(wholeExchange)
    expect(createHash('sha256').update(readFileSync(copy)).digest('hex')).toBe(hash)
    await peer.stop()
    return counters(estab.stderr)
  }

  /** estab listens and sends back what comes. */
  async function listening(path: RoughPath, family: Family, offload: boolean) {
    const server = await serveEstab(path.estab, ...OWN_ADDRESSES, offloadOption(offload), '--no-http', '--stats')
    const peer = KernelPeer.connect(path.kernel, OURS[family], 7, 'both', SIZE)
    expect(await peer.closed(PATIENCE)).toMatchObject(wholeExchange)
    return interrupt(server)
  }

  const hash = patternHash(SIZE)
  const wholeExchange = { sent: SIZE, received: SIZE, hash, ended: true, error: '' }
})
