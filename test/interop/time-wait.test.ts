import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ByteStream } from '../../src/socket/byte-stream.ts'
import { connect } from '../../src/socket/stream-socket.ts'
import { StackError } from '../../src/stack/stack-error.ts'
import { distance } from '../../src/wire/seq.ts'
import { ACK, FIN, SYN } from '../../src/wire/tcp.ts'
import { describeInterop } from './support/describe-interop.ts'
import { type Family, THEIRS } from './support/estab.ts'
import { kernelCounters, kernelStates } from './support/kernel-counters.ts'
import type { KernelSocket } from './support/kernel-socket.ts'
import { LocalHost } from './support/local-host.ts'

const PORT = 7000
/** The port that is used again. */
const SAME = 40_000

describeInterop('TIME-WAIT', ['ss', 'nft'], () => {
  let local: LocalHost

  beforeEach(() => {
    local = LocalHost.open()
  })

  afterEach(() => local.close())

  describe.each<{ family: Family }>([{ family: 'IPv4' }, { family: 'IPv6' }])('over $family', ({ family }) => {
    /** From the same port as ever. */
    async function opened(kernel: KernelSocket): Promise<ByteStream> {
      const stream = await local.connected(family, { port: PORT, localPort: SAME })
      await kernel.next(/^connected$/)
      return stream
    }

    /** We end first, so that it is our end that has to wait. */
    async function weEndFirst(stream: ByteStream, kernel: KernelSocket): Promise<void> {
      stream.end()
      await kernel.next(/^end$/)
      kernel.do('end')
      await kernel.next(/^closed$/)
      await stream.closed()
      expect(local.states(PORT)).toEqual(['TIME-WAIT'])
      expect(kernelStates(local.namespace, PORT)).toEqual([])
    }

    it.each([
      { timestamps: 1, held: false },
      { timestamps: 1, held: true },
      { timestamps: 0, held: false },
    ])('MAY-2: ends for a new connection of the kernel (timestamps $timestamps, held $held)', async (by) => {
      local.namespace.sysctl('net.ipv4.tcp_timestamps', by.timestamps)
      const next = local.accepting(PORT)
      const first = local.kernelConnects(family, PORT, SAME)
      const stream = new ByteStream(await next())
      await weEndFirst(stream, first)
      if (!by.held) stream.close()
      expect(local.states(PORT)).toEqual(['TIME-WAIT'])
      const lastSent = local.wire.of('out', FIN | ACK)[0]?.seq ?? 0
      const lastReceived = local.wire.of('in', FIN | ACK)[0]?.seq ?? 0

      const second = local.kernelConnects(family, PORT, SAME)
      await second.next(/^connected$/)
      const successor = new ByteStream(await next())
      expect(local.states(PORT)).toEqual(['ESTAB'])
      const [, syn] = local.wire.of('in', SYN)
      const [, answer] = local.wire.of('out', SYN | ACK)
      expect(syn?.peerPort).toBe(SAME)
      expect(distance(syn?.seq ?? 0, lastReceived)).toBeGreaterThan(0)
      // Beyond whatever the old one has used.
      expect(distance(answer?.seq ?? 0, lastSent)).toBeGreaterThan(0)
      second.do('write hello again')
      expect(await text(successor)).toBe('hello again')
      expect(local.wire.of('in', SYN)).toHaveLength(2)
    })

    it('MAY-2: at the kernel ends for a new connection of ours', async () => {
      const kernel = await local.kernelListens(family, PORT)
      const stream = await opened(kernel)
      kernel.do('end')
      expect(await stream.read()).toBeNull()
      stream.end()
      await kernel.next(/^closed$/)
      expect(kernelStates(local.namespace, PORT)).toEqual(['TIME-WAIT'])
      await expect.poll(() => local.states(PORT)).toEqual([])
      const again = await opened(kernel)
      expect(kernelStates(local.namespace, PORT)).toEqual(['ESTAB'])
      await again.write(Buffer.from('hello'))
      await kernel.next(/^data hello$/)
      expect(local.wire.of('out', SYN)).toHaveLength(2)
    })

    it('RFC 6191: of ours ends for a new connection of ours by tcp_tw_reuse = 1, a second after', async () => {
      const kernel = await local.kernelListens(family, PORT)
      local.host.setSysctl('ip_local_port_range', [SAME, SAME])
      const stream = await opened(kernel)
      await weEndFirst(stream, kernel)
      stream.close()
      const since = local.host.now()
      const refusal = (localPort: number) => {
        try {
          connect(local.host, { address: THEIRS[family], port: PORT, localPort }).abort()
          return ''
        } catch (error) {
          if (!(error instanceof StackError)) throw error
          return error.code
        }
      }
      local.host.setSysctl('tcp_tw_reuse', 0)
      expect(refusal(0)).toBe('EADDRNOTAVAIL')
      expect(refusal(SAME)).toMatch(/^EADDR(INUSE|NOTAVAIL)$/)
      local.host.setSysctl('tcp_tw_reuse', 1)
      expect(refusal(0)).toBe('EADDRNOTAVAIL')
      const age = () => (local.host.now() - since) / 1000
      await expect.poll(age).toBeGreaterThan(1100)
      local.host.setSysctl('tcp_tw_reuse', 0)
      expect(refusal(0)).toBe('EADDRNOTAVAIL')
      local.host.setSysctl('tcp_tw_reuse', 1)
      const again = await local.connected(family, { port: PORT })
      expect(again.socket.localPort).toBe(SAME)
      await kernel.next(/^connected$/)
      await again.write(Buffer.from('hello'))
      await kernel.next(/^data hello$/)
      expect(local.states(PORT)).toEqual(['ESTAB'])
      expect(local.host.stats()).toMatchObject({ TcpActiveOpens: 2 })
    })

    it.each([{ held: false }, { held: true }])(
      'RFC 9293, 3.10.7.4: begins again when the FIN of the kernel comes again (held $held)',
      async ({ held }) => {
        const kernel = await local.kernelListens(family, PORT)
        const stream = await opened(kernel)
        stream.end()
        await kernel.next(/^end$/)
        await expect.poll(() => stream.socket.state).toBe('FIN-WAIT-2')
        if (!held) stream.close()
        // From now on the kernel hears nothing: our last ACK is lost.
        local.drop('input')
        kernel.do('end')
        await expect.poll(() => local.states(PORT)).toEqual(['TIME-WAIT'])
        expect(kernelStates(local.namespace, PORT)).toEqual(['LAST-ACK'])
        const fins = () => local.wire.of('in', FIN | ACK)
        await expect.poll(() => fins().length).toBeGreaterThan(1)
        local.relent()
        await expect.poll(() => kernelStates(local.namespace, PORT)).toEqual([])
        const [first, last] = [fins()[0]?.at ?? 0, fins().at(-1)?.at ?? 0]
        // Each is answered, and each counts.
        expect(local.wire.of('out', ACK).filter(({ at }) => at >= first)).toHaveLength(fins().length)
        const [entry] = local.host.connections({ states: new Set(['TIME-WAIT'] as const) })
        const end = local.host.now() + (entry?.timer?.left ?? 0)
        expect(last - first).toBeGreaterThan(150_000)
        expect(Math.abs(end - (last + 60_000_000))).toBeLessThan(20_000)
      },
    )

    it('MUST-13: lasts tcp_timewait_len', async () => {
      local.host.setSysctl('tcp_timewait_len', 1)
      const kernel = await local.kernelListens(family, PORT)
      const stream = await opened(kernel)
      await weEndFirst(stream, kernel)
      stream.close()
      await expect.poll(() => local.states(PORT), { interval: 10 }).toEqual([])
      const fin = local.wire.of('in', FIN | ACK)[0]?.at ?? 0
      expect((local.host.now() - fin) / 1000).toBeGreaterThanOrEqual(1000)
      expect((local.host.now() - fin) / 1000).toBeLessThan(3000)
      // The port is free.
      await opened(kernel)
      expect(kernelCounters(local.namespace)).toMatchObject({ TcpOutRsts: 0, TcpEstabResets: 0 })
    })
  })
})

async function text(stream: ByteStream): Promise<string> {
  return Buffer.from((await stream.read()) ?? []).toString()
}
