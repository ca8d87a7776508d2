import { ByteStream, connect, listen } from 'estab'
import { outcome } from 'estab/testing'

/** Two of these in an exchange: nobody would wait for them in true time. */
const MINUTE = 60_000

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))

async function answer(host) {
  const listener = listen(host, { port: 7 })
  await new Promise((resolve) => {
    listener.onready = resolve
  })
  const stream = new ByteStream(listener.accept())
  for await (const bytes of stream) {
    await pause(MINUTE)
    await stream.write(bytes)
  }
  stream.end()
}

async function ask(host, address) {
  const stream = new ByteStream(connect(host, { address, port: 7 }))
  await stream.opened()
  await pause(MINUTE)
  await stream.write(new TextEncoder().encode('hello'))
  stream.end()
  let text = ''
  for await (const bytes of stream) text += new TextDecoder().decode(bytes)
  return text
}

/** A client asks, a server answers; what came back, and how long it took by the world and by `Date`, in seconds. */
export async function exchange(world) {
  const [client, server] = [world.host('client'), world.host('server')]
  world.link(client, server, { delay: 10_000 })
  answer(server.host).catch(() => {})
  const began = Date.now()
  const text = await outcome(world, ask(client.host, server.address()))
  return { text, seconds: world.now / 1_000_000, dated: (Date.now() - began) / 1000 }
}

/** Two minutes, and twice there and back. */
export const EXPECTED = { text: 'hello', seconds: 120.04, dated: 120.04 }

/** As worker threads look for it. */
export const test = exchange
