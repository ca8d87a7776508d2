import { once } from 'node:events'
import { createServer, connect as netConnect, type Server, type Socket } from 'node:net'
import type { Figures, Workload } from './figures.ts'
import { median, memory, secondsOf } from './measure.ts'

interface Connected {
  client: Socket
  server: Socket
}

async function establish(server: Server, port: number): Promise<Connected> {
  const accepted = once(server, 'connection')
  const client = netConnect({ port, host: '127.0.0.1' })
  const [[socket]] = await Promise.all([accepted, once(client, 'connect')])
  return { client, server: socket as Socket }
}

async function withServer<T>(use: (server: Server, port: number) => Promise<T>): Promise<T> {
  const server = createServer({ allowHalfOpen: true })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  try {
    return await use(server, port)
  } finally {
    server.close()
  }
}

function bulk(bytes: number): Promise<number> {
  return withServer(async (listener, port) => {
    const { client, server } = await establish(listener, port)
    const chunk = Buffer.alloc(65_536, 7)
    const time = await secondsOf(async () => {
      let received = 0
      const done = new Promise<void>((resolve) => {
        server.on('data', (data) => {
          received += data.length
          if (received >= bytes) resolve()
        })
      })
      for (let sent = 0; sent < bytes; sent += chunk.length) {
        if (!client.write(chunk)) await once(client, 'drain')
      }
      await done
    })
    client.destroy()
    server.destroy()
    return (8 * bytes) / time / 1e6
  })
}

function pingPong(rounds: number): Promise<number> {
  return withServer(async (listener, port) => {
    const { client, server } = await establish(listener, port)
    client.setNoDelay(true)
    server.setNoDelay(true)
    const message = Buffer.alloc(64)
    server.on('data', () => server.write(message))
    const times: number[] = []
    await new Promise<void>((resolve) => {
      let start = process.hrtime.bigint()
      client.on('data', () => {
        times.push(Number(process.hrtime.bigint() - start) / 1000)
        if (times.length === rounds) {
          resolve()
          return
        }
        start = process.hrtime.bigint()
        client.write(message)
      })
      client.write(message)
    })
    client.destroy()
    server.destroy()
    return median(times)
  })
}

function connectClose(count: number): Promise<number> {
  return withServer(async (listener, port) => {
    listener.on('connection', (socket) => {
      socket.resume()
      socket.on('end', () => socket.end())
    })
    const time = await secondsOf(async () => {
      for (let i = 0; i < count; i += 1) {
        const client = netConnect({ port, host: '127.0.0.1' })
        await once(client, 'connect')
        client.resume()
        client.end()
        await once(client, 'close')
      }
    })
    return count / time
  })
}

function idlePair(count: number): Promise<number> {
  return withServer(async (listener, port) => {
    const first = await establish(listener, port)
    const kept: Connected[] = [first]
    const before = memory()
    for (let i = 0; i < count; i += 1) kept.push(await establish(listener, port))
    const after = memory()
    for (const { client, server } of kept) {
      client.destroy()
      server.destroy()
    }
    return (after - before) / count
  })
}

async function several(runs: number, measure: () => Promise<number>): Promise<number> {
  const figures: number[] = []
  for (let i = 0; i < runs; i += 1) figures.push(await measure())
  return median(figures)
}

/** Node's own `net` over the kernel's loopback. */
export async function measureNodeNet(load: Workload): Promise<Figures> {
  await bulk(load.warmUpBytes)
  await pingPong(2000)
  return {
    bulk: await several(load.runs, () => bulk(load.bytes)),
    pingPong: await several(load.runs, () => pingPong(load.rounds)),
    connects: await several(load.runs, () => connectClose(load.connections)),
    idle: await idlePair(load.idlePairs),
  }
}
