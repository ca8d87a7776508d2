import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ACK, FIN, RST } from '../../src/wire/tcp.ts'
import { describeInterop } from './support/describe-interop.ts'
import { type Family, THEIRS } from './support/estab.ts'
import { kernelStates } from './support/kernel-counters.ts'
import type { KernelSocket } from './support/kernel-socket.ts'
import { LocalHost } from './support/local-host.ts'

const PORT = 7000

describeInterop('a connection that its application has left', ['ss', 'nft'], () => {
  let local: LocalHost

  beforeEach(() => {
    local = LocalHost.open()
  })

  afterEach(() => local.close())

  /** What the kernel says is answered by a RST, of which its application learns when it says more. */
  async function isReset(kernel: KernelSocket): Promise<void> {
    kernel.do('write is anybody there?')
    await expect.poll(() => kernelStates(local.namespace, PORT)).toEqual([])
    kernel.do('write anybody?')
    expect(await kernel.next(/^error .*/)).toBe('error EPIPE')
  }

  const orphans = () => local.host.connections().filter((each) => each.holder === 'nobody')

  describe.each<{ family: Family }>([{ family: 'IPv4' }, { family: 'IPv6' }])('over $family', ({ family }) => {
    it('RFC 9293, 3.10.4: waits tcp_fin_timeout for the FIN of a kernel that never closes', async () => {
      local.host.setSysctl('tcp_fin_timeout', 1)
      const { stream, kernel } = await local.opened(family, { port: PORT })
      stream.close()
      await kernel.next(/^end$/)
      await expect.poll(orphans).toMatchObject([{ state: 'FIN-WAIT-2', peer: THEIRS[family] }])
      await expect.poll(() => local.states(PORT), { interval: 10 }).toEqual([])
      const acknowledged = local.wire.segments.findIndex(
        ({ direction, ack }) =>
          direction === 'in' && ack === ((local.wire.of('out', FIN | ACK)[0]?.seq ?? 0) + 1) >>> 0,
      )
      const waited = (local.host.now() - (local.wire.segments[acknowledged]?.at ?? 0)) / 1000
      console.log(`${family}: FIN-WAIT-2 lasted ${Math.round(waited)} ms`)
      expect(waited).toBeGreaterThanOrEqual(1000)
      expect(waited).toBeLessThan(3000)
      // The kernel has not heard of it, until it says something.
      expect(kernelStates(local.namespace, PORT)).toEqual(['CLOSE-WAIT'])
      await isReset(kernel)
      expect(local.wire.of('out', RST)).toHaveLength(1)
    })

    it('SHLD-3: is reset when data comes that nobody will read', async () => {
      const { stream, kernel } = await local.opened(family, { port: PORT })
      stream.close()
      await kernel.next(/^end$/)
      await expect.poll(orphans).toMatchObject([{ state: 'FIN-WAIT-2' }])
      await isReset(kernel)
      expect(local.states(PORT)).toEqual([])
      expect(local.host.stats()).toMatchObject({ TcpExtTCPAbortOnData: 1 })
    })

    it('gives up by tcp_orphan_retries when the kernel does not answer', async () => {
      local.host.setSysctl('tcp_orphan_retries', 2)
      const { stream } = await local.opened(family, { port: PORT })
      local.drop('input')
      await stream.write(Buffer.from('last words'))
      const began = local.host.now()
      stream.close()
      await expect.poll(orphans).toMatchObject([{ state: 'FIN-WAIT-1', timer: { name: 'on' } }])
      await expect.poll(() => local.states(PORT)).toEqual([])
      const took = (local.host.now() - began) / 1000
      console.log(`${family}: an orphan was given up after ${Math.round(took)} ms`)
      // Three timeouts of 200 ms or more, each twice as long: RFC 6298, 2.4, with Linux's least.
      expect(took).toBeGreaterThan(1400)
      expect(took).toBeLessThan(5000)
      expect(local.host.stats()).toMatchObject({ TcpExtTCPAbortOnTimeout: 1 })
    })

    it('holds the kernel up in FIN-WAIT-2, and the owner is warned of CLOSE-WAIT', async () => {
      local.namespace.sysctl('net.ipv4.tcp_fin_timeout', 1)
      local.host.setSysctl('close_wait_warning', 1)
      const warnings: (Error & { code?: string })[] = []
      const note = (warning: Error) => warnings.push(warning)
      process.on('warning', note)
      const { stream, kernel } = await local.accepted(family, PORT)
      // Its process ends, and closes the connection; our application forgets to.
      await kernel.stop()
      expect(await stream.read()).toBeNull()
      expect(local.states(PORT)).toEqual(['CLOSE-WAIT'])
      expect(kernelStates(local.namespace, PORT)).toEqual(['FIN-WAIT-2'])
      await expect.poll(() => warnings.map(({ name, code }) => `${name} ${code}`)).toEqual(['EstabWarning CLOSE_WAIT'])
      process.off('warning', note)
      expect(warnings[0]?.message).toMatch(/^the connection \S+:7000 to \S+ has been in CLOSE-WAIT for 1 s/)
      expect(local.host.stats()).toMatchObject({ TcpExtCloseWaitForgotten: 1 })
      await expect.poll(() => kernelStates(local.namespace, PORT)).toEqual([])
      // The kernel has given it up.
      await stream.write(Buffer.from('is anybody there?'))
      await expect.poll(() => stream.socket.error).toMatch(/^(ECONNRESET|EPIPE)$/)
      expect(local.states(PORT)).toEqual([])
    })
  })

  it('is reset where tcp_max_orphans is reached', async () => {
    local.host.setSysctl('tcp_max_orphans', 1)
    const first = await local.opened('IPv4', { port: PORT })
    const second = await local.opened('IPv6', { port: PORT + 1 })
    first.stream.close()
    await first.kernel.next(/^end$/)
    second.stream.close()
    expect(await second.kernel.next(/^error .*/)).toBe('error ECONNRESET')
    expect(kernelStates(local.namespace, PORT + 1)).toEqual([])
    await expect.poll(orphans).toMatchObject([{ state: 'FIN-WAIT-2', peerPort: PORT }])
    expect(local.host.stats()).toMatchObject({ TcpExtTCPAbortOnMemory: 1 })
  })
})
