import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createHost, type RunningHost } from '../../src/adapter/node/index.ts'
import { openTun, type TunDevice } from '../../src/adapter/tun/index.ts'
import { ByteStream } from '../../src/socket/byte-stream.ts'
import { listen } from '../../src/socket/server-socket.ts'
import { connect, type StreamSocket } from '../../src/socket/stream-socket.ts'
import { describeInterop } from './support/describe-interop.ts'
import {
  COMBINATIONS,
  type Family,
  interrupt,
  inUrl,
  makeDevice,
  OURS,
  OWN_ADDRESSES,
  offloadOption,
  serveEstab,
  startEstab,
  THEIRS,
} from './support/estab.ts'
import { kernelStates } from './support/kernel-counters.ts'
import { KernelSocket } from './support/kernel-socket.ts'
import { NetworkNamespace } from './support/namespace.ts'
import type { Process } from './support/processes.ts'

const PORT = 7000
const KERNEL = [`${THEIRS.IPv4}/24`, `${THEIRS.IPv6}/64`]

describeInterop('connections that end', ['ss', 'nft', 'curl'], () => {
  let namespace: NetworkNamespace
  let running: RunningHost
  let tun: TunDevice
  let kernel: KernelSocket | null = null
  /** What the kernel sends waits on the device, unread. */
  let frozen = false

  async function open(offload: boolean): Promise<void> {
    tun = namespace.within(() => openTun({ name: 'estab0', offload }))
    const receive = tun.receive.bind(tun)
    frozen = false
    tun.receive = (packet) => !frozen && receive(packet)
    for (const address of KERNEL) {
      const six = address.includes(':') ? ['-6'] : []
      namespace.ip(...six, 'address', 'add', address, 'dev', 'estab0', ...(six.length > 0 ? ['nodad'] : []))
    }
    namespace.ip('link', 'set', 'dev', 'estab0', 'up')
    running = createHost()
    running.host.addDevice(tun)
    running.host.addAddress(`${OURS.IPv4}/24`, tun)
    running.host.addAddress(`${OURS.IPv6}/64`, tun)
  }

  function thaw(): void {
    frozen = false
    running.host.network.onwake()
  }

  beforeEach(() => {
    namespace = NetworkNamespace.create()
  })

  afterEach(async () => {
    await kernel?.stop()
    kernel = null
    namespace.delete()
  })

  describe.each(COMBINATIONS)('over $family with offload $offload', ({ family, offload }) => {
    beforeEach(() => open(offload))

    afterEach(() => running.stop())

    /** A connection that we have opened. */
    async function opened(): Promise<{ socket: StreamSocket; stream: ByteStream; peer: KernelSocket }> {
      const peer = await KernelSocket.listen(namespace, THEIRS[family], PORT)
      kernel = peer
      const socket = connect(running.host, { address: THEIRS[family], port: PORT })
      const stream = new ByteStream(socket)
      await stream.opened()
      await peer.next(/^connected$/)
      return { socket, stream, peer }
    }

    it('take an answer after our FIN', async () => {
      const { socket, stream, peer } = await opened()
      expect(kernelStates(namespace, PORT)).toEqual(['ESTAB'])
      await stream.write(bytes('question'))
      stream.end()
      await peer.next(/^end$/)
      expect(kernelStates(namespace, PORT)).toEqual(['CLOSE-WAIT'])
      await expect.poll(() => socket.state).toBe('FIN-WAIT-2')
      peer.do('write answer')
      expect(text(await stream.read())).toBe('answer')
      frozen = true
      peer.do('end')
      await expect.poll(() => kernelStates(namespace, PORT)).toEqual(['LAST-ACK'])
      thaw()
      expect(await stream.read()).toBeNull()
      await peer.next(/^closed$/)
      await expect.poll(() => kernelStates(namespace, PORT)).toEqual([])
      expect(socket.state).toBe('TIME-WAIT')
      expect(socket.error).toBe('')
    })

    it('bring an answer after the FIN of the kernel', async () => {
      const server = listen(running.host, { port: PORT })
      const accepted = new Promise<StreamSocket>((resolve) => {
        server.onready = () => resolve(server.accept() as StreamSocket)
      })
      const peer = KernelSocket.connect(namespace, OURS[family], PORT)
      kernel = peer
      const socket = await accepted
      const stream = new ByteStream(socket)
      await peer.next(/^connected$/)
      peer.do('write question')
      expect(text(await stream.read())).toBe('question')
      frozen = true
      peer.do('end')
      await expect.poll(() => kernelStates(namespace, PORT)).toEqual(['FIN-WAIT-1'])
      thaw()
      expect(await stream.read()).toBeNull()
      expect(socket.state).toBe('CLOSE-WAIT')
      await expect.poll(() => kernelStates(namespace, PORT)).toEqual(['FIN-WAIT-2'])
      await stream.write(bytes('answer'))
      await peer.next(/^data answer$/)
      expect(kernelStates(namespace, PORT)).toEqual(['FIN-WAIT-2'])
      frozen = true
      stream.end()
      await peer.next(/^closed$/)
      expect(kernelStates(namespace, PORT)).toEqual(['TIME-WAIT'])
      expect(socket.state).toBe('LAST-ACK')
      thaw()
      await stream.closed()
      expect(socket.state).toBe('CLOSED')
      expect(socket.error).toBe('')
    })

    it('cross when both sides close at once', async () => {
      const { socket, stream, peer } = await opened()
      frozen = true
      peer.do('end')
      await expect.poll(() => kernelStates(namespace, PORT)).toEqual(['FIN-WAIT-1'])
      stream.end()
      await expect.poll(() => kernelStates(namespace, PORT)).toEqual(['CLOSING'])
      expect(socket.state).toBe('FIN-WAIT-1')
      thaw()
      await expect.poll(() => kernelStates(namespace, PORT)).toEqual(['TIME-WAIT'])
      await expect.poll(() => socket.state).toBe('TIME-WAIT')
      await peer.next(/^closed$/)
    })

    it('begin with the states of the handshake', async () => {
      frozen = true
      listen(running.host, { port: PORT })
      kernel = KernelSocket.connect(namespace, OURS[family], PORT)
      await expect.poll(() => kernelStates(namespace, PORT)).toEqual(['SYN-SENT'])
      const passive = await KernelSocket.listen(namespace, THEIRS[family], 7001)
      const socket = connect(running.host, { address: THEIRS[family], port: 7001 })
      await expect.poll(() => kernelStates(namespace, 7001)).toEqual(['SYN-RECV'])
      expect(socket.state).toBe('SYN-SENT')
      thaw()
      await Promise.all([kernel.next(/^connected$/), passive.next(/^connected$/)])
      expect(kernelStates(namespace, PORT)).toEqual(['ESTAB'])
      expect(kernelStates(namespace, 7001)).toEqual(['ESTAB'])
      expect(socket.state).toBe('ESTABLISHED')
      await passive.stop()
    })

    it('are refused where nobody listens', async () => {
      kernel = KernelSocket.connect(namespace, OURS[family], PORT)
      expect(await kernel.next(/^error .*/)).toBe('error ECONNREFUSED')
      const stream = new ByteStream(connect(running.host, { address: THEIRS[family], port: PORT }))
      await expect(stream.opened()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
      expect(kernelStates(namespace, PORT)).toEqual([])
    })

    it('are reset by either side', async () => {
      const first = await opened()
      first.peer.do('reset')
      await expect(first.stream.read()).rejects.toMatchObject({ code: 'ECONNRESET' })
      expect(first.socket.state).toBe('CLOSED')
      await first.peer.stop()
      const second = await opened()
      second.stream.abort()
      expect(await second.peer.next(/^error .*/)).toBe('error ECONNRESET')
      expect(kernelStates(namespace, PORT)).toEqual([])
    })
  })

  describe('with a peer that has vanished', () => {
    beforeEach(() => open(true))

    afterEach(() => running.stop())

    /** From now on nothing passes, and nobody says so. */
    function cut(): void {
      namespace.run('nft', 'add table inet cut')
      for (const hook of ['input', 'output']) {
        namespace.run('nft', `add chain inet cut ${hook} { type filter hook ${hook} priority 0; policy drop; }`)
      }
    }

    async function toKernel(family: Family, port: number, options: Record<string, number>) {
      const peer = await KernelSocket.listen(namespace, THEIRS[family], port)
      const socket = connect(running.host, { address: THEIRS[family], port, options })
      const stream = new ByteStream(socket)
      await stream.opened()
      return { peer, socket, stream }
    }

    it('are given up by keepalive, by the user timeout, and by the kernel', async () => {
      const keepalive = { SO_KEEPALIVE: 1, TCP_KEEPIDLE: 1, TCP_KEEPINTVL: 1, TCP_KEEPCNT: 2 }
      const idle = await Promise.all([toKernel('IPv4', 7001, keepalive), toKernel('IPv6', 7002, keepalive)])
      const writing = await toKernel('IPv4', 7003, { TCP_USER_TIMEOUT: 2000 })
      namespace.sysctl('net.ipv4.tcp_retries2', 3)
      cut()
      const began = performance.now()
      await writing.stream.write(bytes('is anybody there?'))
      writing.peer.do('write and there?')
      await expect(writing.stream.read()).rejects.toMatchObject({ code: 'ETIMEDOUT' })
      for (const { stream } of idle) await expect(stream.read()).rejects.toMatchObject({ code: 'ETIMEDOUT' })
      expect(performance.now() - began).toBeGreaterThan(1900)
      expect(performance.now() - began).toBeLessThan(6000)
      expect(await writing.peer.next(/^error .*/, 20_000)).toBe('error ETIMEDOUT')
      for (const { peer } of [...idle, writing]) await peer.stop()
    })
  })

  describe('because estab was killed', () => {
    let server: Process

    it.each(COMBINATIONS)('are reset by its successor over $family with offload $offload', async (combination) => {
      const { family, offload } = combination
      makeDevice(namespace)
      namespace.ip('link', 'set', 'dev', 'estab0', 'up')
      for (const address of KERNEL) namespace.ip('address', 'add', address, 'dev', 'estab0')
      const args = [...OWN_ADDRESSES, offloadOption(offload), '--no-http', '--stats']
      server = await serveEstab(namespace, ...args)
      kernel = KernelSocket.connect(namespace, OURS[family], 7)
      await kernel.next(/^connected$/)
      kernel.do('write before')
      await kernel.next(/^data before$/)
      await server.stop('SIGKILL')
      kernel.do('write after')
      server = await serveEstab(namespace, ...args)
      expect(await kernel.next(/^error .*/)).toBe('error ECONNRESET')
      expect(await interrupt(server)).toMatchObject({ TcpOutRsts: expect.any(Number) })
    })
  })

  describe('by the command line', () => {
    it.each(COMBINATIONS)('say so over $family with offload $offload', async ({ family, offload }) => {
      const option = offloadOption(offload)
      const refused = startEstab(namespace, 'connect', option, THEIRS[family], String(PORT))
      expect((await refused.ended).code).toBe(2)
      expect(refused.stderr).toMatch(/ECONNREFUSED: nothing listens there/)
      const server = await serveEstab(namespace, option, '--stats')
      const curl = namespace.start('curl', ['-sSg', `http://${inUrl(OURS[family])}:81/`])
      expect((await curl.ended).code).toBe(7)
      // Ctrl-C says FIN to a client that is idle, and waits for its own.
      kernel = KernelSocket.connect(namespace, OURS[family], 7)
      await kernel.next(/^connected$/)
      const stopped = interrupt(server)
      await kernel.next(/^end$/)
      expect(kernelStates(namespace, 7)).toEqual(['CLOSE-WAIT'])
      kernel.do('end')
      await kernel.next(/^closed$/)
      expect(await stopped).toMatchObject({ TcpCurrEstab: 1, TcpOutRsts: 1 })
    })

    it('reset a client at the second Ctrl-C', async () => {
      const server = await serveEstab(namespace)
      kernel = KernelSocket.connect(namespace, OURS.IPv4, 9)
      await kernel.next(/^connected$/)
      process.kill(server.pid, 'SIGINT')
      await kernel.next(/^end$/)
      process.kill(server.pid, 'SIGINT')
      expect(await server.ended).toEqual({ code: 0, signal: null })
      kernel.do('write too late')
      expect(await kernel.next(/^error .*/)).toMatch(/^error (ECONNRESET|EPIPE)$/)
    })
  })
})

function bytes(text: string): Uint8Array {
  return Buffer.from(text)
}

function text(bytes: Uint8Array | null): string {
  return bytes === null ? 'the end' : Buffer.from(bytes).toString()
}
