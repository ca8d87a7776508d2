import { afterEach, expect, it } from 'vitest'
import { type Pair, pairServing, readAll } from './hosts.testkit.ts'
import { discard, echo, source } from './services.ts'

let pair: Pair

afterEach(() => pair.stop())

it('echo sends back more than any buffer holds, and ends when the peer ends', async () => {
  pair = pairServing(echo)
  const stream = await pair.open()
  const sent = Buffer.from(Uint8Array.from({ length: 8_000_000 }, (_, i) => (i * i) >> 7))
  const writing = stream.write(sent).then(() => stream.end())
  expect(Buffer.from(await readAll(stream), 'latin1').equals(sent)).toBe(true)
  await writing
  await stream.closed()
  expect(stream.socket.error).toBe('')
})

it('echo holds back a peer that does not read', async () => {
  pair = pairServing(echo)
  const stream = await pair.open()
  let taken = 0
  for (let idle = 0; idle < 20; idle += 1) {
    const count = stream.socket.write(new Uint8Array(100_000))
    taken += count
    if (count > 0) idle = 0
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(taken).toBeGreaterThan(100_000)
  expect(taken).toBeLessThan(20_000_000)
  stream.abort()
})

it('discard answers nothing', async () => {
  pair = pairServing(discard)
  const stream = await pair.open()
  await stream.write(new Uint8Array(1_000_000))
  stream.end()
  expect(await readAll(stream)).toBe('')
})

it('source sends lines until the peer ends', async () => {
  pair = pairServing(source)
  const stream = await pair.open()
  let text = ''
  while (text.length < 500_000) text += Buffer.from((await stream.read()) ?? []).toString()
  stream.end()
  text += await readAll(stream)
  const lines = text.split('\r\n')
  expect(lines[0]).toMatch(/^ !"#\$%.*g$/)
  expect(lines[1]).toMatch(/^!"#\$%&.*h$/)
  expect(lines[95]).toBe(lines[0])
  expect(lines.slice(0, -1).every((line) => line.length === 72)).toBe(true)
})
