import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createHost, type RunningHost } from '../../src/adapter/node/host.ts'
import { openTun } from '../../src/adapter/tun/index.ts'
import { describeInterop } from './support/describe-interop.ts'
import { COMBINATIONS, OURS, THEIRS } from './support/estab.ts'
import { IperfClient } from './support/iperf-client.ts'
import { NetworkNamespace } from './support/namespace.ts'
import type { Process } from './support/processes.ts'

const SECONDS = 1

describeInterop('iperf3 at the other end', ['iperf3'], () => {
  let namespace: NetworkNamespace
  let running: RunningHost
  let server: Process

  afterEach(async () => {
    await server.stop()
    running.stop()
    namespace.delete()
  })

  describe.each(COMBINATIONS)('over $family with offload $offload', ({ family, offload }) => {
    beforeEach(async () => {
      namespace = NetworkNamespace.create()
      const tun = namespace.within(() => openTun({ name: 'estab0', offload }))
      namespace.ip('address', 'add', `${THEIRS.IPv4}/24`, 'dev', 'estab0')
      namespace.ip('-6', 'address', 'add', `${THEIRS.IPv6}/64`, 'dev', 'estab0', 'nodad')
      namespace.ip('link', 'set', 'dev', 'estab0', 'txqueuelen', '5000', 'up')
      running = createHost()
      running.host.addDevice(tun)
      running.host.addAddress(`${OURS.IPv4}/24`, tun)
      running.host.addAddress(`${OURS.IPv6}/64`, tun)
      server = namespace.start('iperf3', ['--server', '--one-off', '--forceflush'])
      await server.line(/Server listening/)
    })

    it.each([
      { way: 'to iperf3', reverse: false },
      { way: 'from iperf3', reverse: true },
    ])('carries a test $way', async ({ way, reverse }) => {
      const result = await new IperfClient(running.host, THEIRS[family]).run(SECONDS, reverse)
      await server.succeed()
      const mbits = (8 * result.ours) / result.seconds / 1e6
      console.log(`${way}, ${family}, offload ${offload}: ${(mbits / 1000).toFixed(2)} Gbit/s`)
      expect(result.ours).toBeGreaterThan(1_000_000)
      // The receiver's account: all that was sent, but for what was under way at the end.
      const [sent, received] = reverse ? [result.theirs, result.ours] : [result.ours, result.theirs]
      expect(received).toBeLessThanOrEqual(sent)
      expect(received).toBeGreaterThan(0.5 * sent)
      expect(server.stdout).toMatch(reverse ? /sender/ : /receiver/)
      // The server closes on what still comes, so only the other way ends without RST.
      if (reverse) expect(running.host.stats().TcpEstabResets).toBe(0)
    })
  })
})
