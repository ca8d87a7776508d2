import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { ByteStream } from '../../socket/byte-stream.ts'
import { listen, type ServerSocket } from '../../socket/server-socket.ts'
import { connect, type StreamSocket } from '../../socket/stream-socket.ts'
import { pipe } from '../../stack/pipe.ts'
import { createHost, type RunningHost } from '../node/host.ts'
import { type WebStreams, webStreams } from './web-streams.ts'

const hosts: RunningHost[] = []

afterEach(() => {
  for (const host of hosts.splice(0)) host.stop()
})

/** A host with a device and an address. */
function hostOf(address: string, device: ReturnType<typeof pipe>[0]): RunningHost {
  const running = createHost({ tcp_timewait_len: 1 })
  running.host.addDevice(device)
  running.host.addAddress(address, device)
  hosts.push(running)
  return running
}

async function accepted(server: ServerSocket): Promise<StreamSocket> {
  for (;;) {
    const socket = server.accept()
    if (socket !== null) return socket
    await new Promise<void>((resolve) => {
      server.onready = resolve
    })
  }
}

/** A connection between two hosts: as Web Streams here, a plain socket there. */
async function connection(): Promise<{
  near: StreamSocket
  streams: WebStreams
  far: StreamSocket
  idle: () => boolean
}> {
  const [left, right] = pipe()
  const a = hostOf('10.0.0.1/24', left)
  const b = hostOf('10.0.0.2/24', right)
  const server = listen(b.host, { port: 7 })
  const near = connect(a.host, { address: '10.0.0.2', port: 7 })
  const streams = webStreams(near)
  return { near, streams, far: await accepted(server), idle: () => [...a.host.tcp.connections()].length === 0 }
}

const collect = async (readable: ReadableStream<Uint8Array>) => {
  let length = 0
  for await (const chunk of readable) length += chunk.length
  return length
}

describe('webStreams', () => {
  it('echo with pipes of the platform, and let the connection go when both ends are done with', async () => {
    const { streams, far, idle } = await connection()
    const there = webStreams(far)
    const echo = there.readable.pipeTo(there.writable)
    const writer = streams.writable.getWriter()
    const writing = (async () => {
      for (let i = 0; i < 40; i += 1) {
        await writer.ready
        await writer.write(new Uint8Array(100_000).fill(i))
      }
      await writer.close()
    })()
    expect(await collect(streams.readable)).toBe(4_000_000)
    await Promise.all([writing, echo])
    for (let i = 0; i < 100 && !idle(); i += 1) await sleep(50)
    expect(idle()).toBe(true)
  })

  it('carry back-pressure: writing waits while nobody reads there', async () => {
    const { streams, far } = await connection()
    const writer = streams.writable.getWriter()
    let written = 0
    const writing = (async () => {
      for (let i = 0; i < 200; i += 1) {
        await writer.ready
        await writer.write(new Uint8Array(100_000))
        written += 100_000
      }
      await writer.close()
    })()
    await sleep(100)
    const stuck = written
    expect(stuck).toBeLessThan(15_000_000)
    await sleep(50)
    expect(written).toBe(stuck)
    expect(await collect(webStreams(far).readable)).toBe(20_000_000)
    await writing
  })

  it('carry back-pressure: nothing is read that nobody asks for', async () => {
    const { near, streams, far } = await connection()
    far.write(new Uint8Array(1000))
    await sleep(20)
    expect(near.readable).toBe(1000)
    const reader = streams.readable.getReader()
    expect((await reader.read()).value?.length).toBe(1000)
    expect(near.readable).toBe(0)
  })

  it('cancel: the rest is not read; once writing has ended the connection is reset', async () => {
    const { streams, far } = await connection()
    const there = new ByteStream(far)
    await there.write(new Uint8Array(1000))
    await sleep(10)
    await streams.readable.cancel('enough')
    const writer = streams.writable.getWriter()
    await writer.write(new Uint8Array(5))
    expect((await there.read())?.length).toBe(5)
    await writer.close()
    await expect(there.read()).rejects.toMatchObject({ code: 'ECONNRESET' })
  })

  it('cancel, when there is nothing to read and the peer has gone, does not fail', async () => {
    const { streams, far } = await connection()
    far.abort()
    await sleep(10)
    await expect(streams.readable.cancel()).resolves.toBeUndefined()
  })

  it('abort: RST, and whoever reads is told', async () => {
    const { streams, far } = await connection()
    const there = new ByteStream(far)
    const reading = streams.readable.getReader().read()
    await streams.writable.getWriter().abort('no more')
    await expect(reading).rejects.toMatchObject({ code: 'EBADF' })
    await expect(there.read()).rejects.toMatchObject({ code: 'ECONNRESET' })
  })

  it('a refused connection fails both streams', async () => {
    const [left, right] = pipe()
    const a = hostOf('10.0.0.1/24', left)
    hostOf('10.0.0.2/24', right)
    const { readable, writable } = webStreams(connect(a.host, { address: '10.0.0.2', port: 9 }))
    await expect(writable.getWriter().closed).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await expect(readable.getReader().read()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('a reset fails both, also a writer that waits for nothing; what came before is read', async () => {
    const { streams, far } = await connection()
    const writer = streams.writable.getWriter()
    await writer.ready
    far.write(new Uint8Array(10))
    await sleep(10)
    far.abort()
    await expect(writer.closed).rejects.toMatchObject({ code: 'ECONNRESET' })
    const reader = streams.readable.getReader()
    expect((await reader.read()).value?.length).toBe(10)
    await expect(reader.read()).rejects.toMatchObject({ code: 'ECONNRESET' })
  })

  it('the peer ends first: reading closes, writing goes on', async () => {
    const { streams, far } = await connection()
    far.shutdown('write')
    const reader = streams.readable.getReader()
    expect((await reader.read()).done).toBe(true)
    const writer = streams.writable.getWriter()
    await writer.write(new Uint8Array(3))
    await writer.close()
    expect((await new ByteStream(far).read())?.length).toBe(3)
  })
})
