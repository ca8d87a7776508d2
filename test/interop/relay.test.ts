import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTun } from '../../src/adapter/tun/index.ts'
import { describeInterop } from './support/describe-interop.ts'
import { Echo } from './support/echo.ts'
import { KernelPeer } from './support/kernel-peer.ts'
import { NetworkNamespace } from './support/namespace.ts'
import { Nginx } from './support/nginx.ts'
import { patternBlock, patternHash } from './support/pattern.ts'
import { ping } from './support/ping.ts'
import { Process } from './support/processes.ts'
import type { Impairments } from './support/relay.ts'
import { ESTAB_V4, ESTAB_V6, RelayProcess, ROUTER_V4, ROUTER_V6 } from './support/relay-process.ts'

const ROUGH: Partial<Impairments> = { loss: 0.01, reorder: 0.02, duplicate: 0.01, corrupt: 0.01, delay: 1 }

/** The relay and the other helpers, with the kernel at both ends. */
describeInterop('relay', ['python3', 'curl', 'nginx'], () => {
  let kernel: NetworkNamespace
  let estab: NetworkNamespace

  beforeEach(() => {
    kernel = NetworkNamespace.create()
    estab = NetworkNamespace.create()
  })

  afterEach(async () => {
    await Process.stopAll()
    NetworkNamespace.leave()
    kernel.delete()
    estab.delete()
  })

  it('leads through the forwarding namespace to a TUN device there', async () => {
    const relay = await RelayProcess.start({ kernel, estab })
    const tun = estab.within(() => openTun({ name: 'estab0', offload: true }))
    relay.routeEstab(tun.name)
    const echo = new Echo(tun)
    console.log(`ping through the relay: ${await ping(kernel, ESTAB_V4, 200)}`)
    console.log(`ping through the relay: ${await ping(kernel, ESTAB_V6, 200)}`)
    expect(echo.answered).toBe(400)
    await relay.impair({ inward: { delay: 10 }, outward: { delay: 10 } })
    const [, microseconds] = (await ping(kernel, ESTAB_V4, 10)).match(/p50 (\d+)/) ?? []
    expect(Number(microseconds)).toBeGreaterThan(19_000)
    expect(Number(microseconds)).toBeLessThan(40_000)
    const report = await relay.stop()
    expect(report.inward).toMatchObject({ lost: 0, corrupted: 0 })
    expect(report.kernelTun).toMatchObject({ refused: 0, linkDown: 0 })
    tun.close()
  })

  it('impairs a stream that arrives whole nevertheless', async () => {
    const relay = await RelayProcess.start({ kernel, estab, inward: ROUGH, outward: ROUGH, seed: 42 })
    const size = 2_000_000
    for (const address of [ROUTER_V4, ROUTER_V6]) {
      const server = await KernelPeer.listen(estab, address, 7000, 'echo')
      const client = KernelPeer.connect(kernel, address, 7000, 'both', size)
      const whole = { sent: size, received: size, hash: patternHash(size), ended: true, error: '' }
      expect(await client.closed()).toMatchObject(whole)
      expect(await server.closed()).toMatchObject(whole)
      await server.stop()
    }
    const { inward, outward } = await relay.stop()
    for (const counts of [inward, outward]) {
      expect(Math.min(counts.lost, counts.duplicated, counts.corrupted, counts.reordered)).toBeGreaterThan(0)
      expect(counts.forwarded).toBe(counts.received - counts.lost + counts.duplicated)
    }
  })

  it('has peers for half-close and reset', async () => {
    const relay = await RelayProcess.start({ kernel, estab })
    const answering = await KernelPeer.listen(estab, ROUTER_V4, 7000, 'answer', 5000)
    const source = KernelPeer.connect(kernel, ROUTER_V4, 7000, 'source', 3000)
    expect(await source.closed()).toMatchObject({ sent: 3000, received: 5000, hash: patternHash(5000), ended: true })
    expect(await answering.closed()).toMatchObject({ sent: 5000, received: 3000, hash: patternHash(3000), ended: true })
    const resetting = await KernelPeer.listen(estab, ROUTER_V4, 7001, 'reset')
    const client = KernelPeer.connect(kernel, ROUTER_V4, 7001, 'both', 100_000)
    expect((await client.closed()).error).toMatch(/ECONNRESET|EPIPE/)
    await Promise.all([answering.stop(), resetting.stop(), relay.stop()])
  })

  it('lets curl fetch from nginx across it', async () => {
    const root = mkdtempSync(join(tmpdir(), 'estab-root-'))
    writeFileSync(join(root, 'data'), patternBlock())
    const relay = await RelayProcess.start({ kernel, estab, outward: { loss: 0.02 } })
    const nginx = await Nginx.start({ namespace: estab, address: ROUTER_V6, port: 8080, root })
    const curl = kernel.start('curl', [
      '--silent',
      '--show-error',
      '--fail',
      '-g',
      '-o',
      join(root, 'copy'),
      `${nginx.url}/data`,
    ])
    await curl.succeed()
    kernel.run('cmp', join(root, 'data'), join(root, 'copy'))
    expect(nginx.log).toContain('GET /data')
    await nginx.stop()
    await relay.stop()
    rmSync(root, { recursive: true })
  })
})
