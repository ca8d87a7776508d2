import { setImmediate as immediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { link } from '../../sim/link.ts'
import { VirtualClock } from '../../sim/virtual-clock.ts'
import { ByteStream } from '../../socket/byte-stream.ts'
import { listen, type ServerSocket } from '../../socket/server-socket.ts'
import { connect, type StreamSocket } from '../../socket/stream-socket.ts'
import type { Device } from '../../stack/device.ts'
import { Host } from '../../stack/host.ts'
import { type WebStreams, webStreams } from './web-streams.ts'

let clock = new VirtualClock()
let running = false

/** Virtual time goes on while promises are waited for: a millisecond for each turn of the event loop. */
beforeEach(() => {
  clock = new VirtualClock()
  const own = clock
  running = true
  void (async () => {
    while (running && clock === own) {
      own.run(own.now() + 1000)
      await immediate()
    }
  })()
})

afterEach(() => {
  running = false
})

/** Resolves after so many milliseconds of virtual time. */
function passes(milliseconds: number): Promise<void> {
  return new Promise((resolve) => clock.at(clock.now() + milliseconds * 1000, resolve))
}

/** A host with a device and an address. */
function hostOf(address: string, device: Device): Host {
  const surroundings = clock.surroundings(address.length)
  const host = new Host(surroundings, { tcp_timewait_len: 1 })
  surroundings.onwake = () => host.turn()
  host.addDevice(device)
  host.addAddress(address, device)
  return host
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
  const [left, right] = link(clock, { delay: 100, mtu: 1500 })
  const a = hostOf('10.0.0.1/24', left)
  const b = hostOf('10.0.0.2/24', right)
  const server = listen(b, { port: 7 })
  const near = connect(a, { address: '10.0.0.2', port: 7 })
  const streams = webStreams(near)
  return { near, streams, far: await accepted(server), idle: () => [...a.tcp.connections()].length === 0 }
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
    await passes(2000)
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
    await passes(100)
    const stuck = written
    expect(stuck).toBeLessThan(15_000_000)
    await passes(50)
    expect(written).toBe(stuck)
    expect(await collect(webStreams(far).readable)).toBe(20_000_000)
    await writing
  })

  it('carry back-pressure: nothing is read that nobody asks for', async () => {
    const { near, streams, far } = await connection()
    far.write(new Uint8Array(1000))
    await passes(20)
    expect(near.readable).toBe(1000)
    const reader = streams.readable.getReader()
    expect((await reader.read()).value?.length).toBe(1000)
    expect(near.readable).toBe(0)
  })

  it('cancel: the rest is not read; once writing has ended the connection is reset', async () => {
    const { streams, far } = await connection()
    const there = new ByteStream(far)
    await there.write(new Uint8Array(1000))
    await passes(10)
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
    await passes(10)
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
    const [left, right] = link(clock, { delay: 100, mtu: 1500 })
    const a = hostOf('10.0.0.1/24', left)
    hostOf('10.0.0.2/24', right)
    const { readable, writable } = webStreams(connect(a, { address: '10.0.0.2', port: 9 }))
    await expect(writable.getWriter().closed).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await expect(readable.getReader().read()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('a reset fails both, also a writer that waits for nothing; what came before is read', async () => {
    const { streams, far } = await connection()
    const writer = streams.writable.getWriter()
    await writer.ready
    far.write(new Uint8Array(10))
    await passes(10)
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
