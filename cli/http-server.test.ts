import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ByteStream } from '../src/socket/byte-stream.ts'
import { FileSite } from './file-site.ts'
import { type Pair, pairServing, readAll } from './hosts.testkit.ts'
import { serveHttp } from './http-server.ts'

const PATIENCE = 200
const LARGE = 5_000_000

let folder: string
let pair: Pair
const large = Buffer.from(Uint8Array.from({ length: LARGE }, (_, i) => (i * 7919) >> 8))

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'estab-http-'))
  const root = join(folder, 'root')
  mkdirSync(join(root, 'sub'), { recursive: true })
  mkdirSync(join(folder, 'root-private'))
  writeFileSync(join(folder, 'secret'), 'secret')
  writeFileSync(join(folder, 'root-private', 'secret'), 'secret')
  writeFileSync(join(root, 'hello.txt'), 'hello')
  writeFileSync(join(root, 'empty'), '')
  writeFileSync(join(root, 'sub', 'index.html'), '<p>index')
  writeFileSync(join(root, 'a b&c'), 'spaced')
  writeFileSync(join(root, 'large'), large)
  symlinkSync('../secret', join(root, 'out'))
  symlinkSync('..', join(root, 'up'))
  symlinkSync('hello.txt', join(root, 'in'))
  execFileSync('sh', ['-c', 'mkfifo "$0"', join(root, 'pipe')])
  const site = new FileSite(root)
  pair = pairServing((socket) => serveHttp(socket, site, PATIENCE))
})

afterAll(() => {
  pair.stop()
  rmSync(folder, { recursive: true })
})

/** All that comes back for `text`, up to the server's end. */
async function ask(text: string): Promise<string> {
  const stream = await pair.open()
  await stream.write(Buffer.from(text, 'latin1'))
  const answer = await readAll(stream)
  stream.close()
  return answer
}

function get(target: string, ...fields: string[]): Promise<string> {
  return ask(
    ['GET', target, 'HTTP/1.1\r\nHost: x\r\nConnection: close\r\n'].join(' ') +
      fields.map((f) => `${f}\r\n`).join('') +
      '\r\n',
  )
}

describe('the HTTP server', () => {
  it('sends a file with what is to be known of it', async () => {
    const answer = await get('/hello.txt')
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(answer).toMatch(/\r\nContent-Length: 5\r\n/)
    expect(answer).toMatch(/\r\nContent-Type: text\/plain; charset=utf-8\r\n/)
    expect(answer).toMatch(/\r\nLast-Modified: \w{3}, /)
    expect(answer).toMatch(/\r\nDate: \w{3}, /)
    expect(answer).toMatch(/\r\nConnection: close\r\n/)
    expect(answer).toMatch(/\r\n\r\nhello$/)
  })

  it('sends only the head for HEAD', async () => {
    const answer = await ask('HEAD /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    expect(answer).toContain(`Content-Length: ${LARGE}\r\n`)
    expect(answer).toMatch(/\r\n\r\n$/)
    expect(await ask('HEAD /none HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toMatch(
      /404 Not Found[\s\S]*\r\n\r\n$/,
    )
  })

  it('sends a large file whole', async () => {
    const answer = await get('/large')
    const content = Buffer.from(answer.slice(answer.indexOf('\r\n\r\n') + 4), 'latin1')
    expect(content.equals(large)).toBe(true)
  })

  it.each([
    ['/', 404],
    ['/none', 404],
    ['/sub/', 200],
    ['/sub/none', 404],
    ['/hello.txt/', 404],
    ['/empty', 200],
    ['/a%20b%26c?query', 200],
    ['/in', 200],
    ['/out', 404],
    ['/up/secret', 404],
    ['/up/root/hello.txt', 200],
    ['/../secret', 400],
    ['/sub/..%2f..%2fsecret', 400],
    ['/%2e%2e/root-private/secret', 400],
    ['/up/root-private/secret', 404],
    ['/pipe', 404],
    ['/%ff', 400],
    [`/${'a'.repeat(300)}`, 404],
    ['http://elsewhere/hello.txt', 200],
  ])('answers %s with %i', async (target, status) => {
    expect(await get(target)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
  })

  it('leads to the folder', async () => {
    expect(await get('/sub?query')).toMatch(/^HTTP\/1\.1 301 [\s\S]*\r\nLocation: \/sub\/\r\n/)
  })

  it.each([
    ['nonsense\r\n\r\n', 400],
    ['GET / HTTP/1.1\r\n\r\n', 400],
    ['GET / HTTP/3.0\r\nHost: x\r\n\r\n', 505],
    [`GET /${'a'.repeat(9000)}`, 414],
    [`GET / HTTP/1.1\r\n${`X: ${'a'.repeat(1000)}\r\n`.repeat(20)}`, 431],
    ['DELETE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 405],
    ['POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 405],
    ['POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\nabc', 405],
  ])('refuses %j with %i and closes', async (text, status) => {
    const answer = await ask(text)
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(answer).toMatch(/\r\nConnection: close\r\n/)
    if (status === 405) expect(answer).toMatch(/\r\nAllow: GET, HEAD\r\n/)
  })

  it('answers one request after another, and several that come together', async () => {
    const stream = await pair.open()
    const request = 'GET /hello.txt HTTP/1.1\r\nHost: x\r\n\r\n'
    await stream.write(Buffer.from(request))
    expect(Buffer.from((await stream.read()) ?? []).toString()).toMatch(/\r\n\r\nhello$/)
    const post = 'POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nGET '
    const last = 'GET /hello.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\nGET /after'
    await stream.write(Buffer.from(`\r\n${request}${post}${request}${last}`))
    const statuses = (await readAll(stream)).match(/HTTP\/1\.1 \d+/g)
    expect(statuses).toEqual(['HTTP/1.1 200', 'HTTP/1.1 405', 'HTTP/1.1 200', 'HTTP/1.1 200'])
    stream.close()
  })

  it('takes a request in drops', async () => {
    const stream = await pair.open()
    stream.socket.setOption('TCP_NODELAY', 1)
    for (const char of 'GET /hello.txt HTTP/1.0\r\n\r\n') await stream.write(Buffer.from(char))
    expect(await readAll(stream)).toMatch(/200 OK[\s\S]*hello$/)
    stream.close()
  })

  it('keeps the connection of HTTP/1.0 when asked to', async () => {
    const stream = await pair.open()
    await stream.write(Buffer.from('GET /hello.txt HTTP/1.0\r\nConnection: keep-alive\r\n\r\n'))
    expect(Buffer.from((await stream.read()) ?? []).toString()).toContain('\r\nConnection: keep-alive\r\n')
    stream.close()
  })

  it('sends a range', async () => {
    const answer = await get('/hello.txt', 'Range: bytes=1-3')
    expect(answer).toMatch(/^HTTP\/1\.1 206 [\s\S]*\r\nContent-Range: bytes 1-3\/5\r\n[\s\S]*\r\n\r\nell$/)
    expect(await get('/hello.txt', 'Range: bytes=9-')).toMatch(
      /^HTTP\/1\.1 416 [\s\S]*\r\nContent-Range: bytes \*\/5\r\n/,
    )
    expect(await get('/hello.txt', 'Range: bytes=1-3', 'If-Range: "other"')).toMatch(/ 200 OK[\s\S]*hello$/)
    const tail = await get('/large', `Range: bytes=${LARGE - 100_000}-`)
    expect(Buffer.from(tail.slice(-100_000), 'latin1').equals(large.subarray(-100_000))).toBe(true)
  })

  it('closes an idle connection, and answers half a request with 408', async () => {
    expect(await ask('')).toBe('')
    expect(await ask('GET / HTTP/1.1\r\nHost')).toMatch(/^HTTP\/1\.1 408 /)
  })

  it('gives up a client that does not read', async () => {
    const stream = await pair.open()
    await stream.write(Buffer.from('GET /large HTTP/1.1\r\nHost: x\r\n\r\n'))
    await expect.poll(() => stream.socket.error, { timeout: 5000 }).toBe('ECONNRESET')
  })

  it('leaves no file open when clients go away', async () => {
    const streams: ByteStream[] = []
    for (let i = 0; i < 10; i++) {
      const stream = await pair.open()
      streams.push(stream)
      await stream.write(Buffer.from('GET /large HTTP/1.1\r\nHost: x\r\n\r\n'))
      await stream.read()
    }
    expect(openFiles()).toBeGreaterThan(0)
    for (const stream of streams) stream.abort()
    await expect.poll(openFiles).toBe(0)
  })
})

/** Descriptors of `large` that are open. */
function openFiles(): number {
  const path = join(folder, 'root', 'large')
  const listing = execFileSync('sh', ['-c', 'ls -l "$0" 2>/dev/null || true', `/proc/${process.pid}/fd`])
  return listing
    .toString()
    .split('\n')
    .filter((line) => line.endsWith(path)).length
}

it('needs a folder', () => {
  expect(() => new FileSite(join(folder, 'secret'))).toThrow(/cannot be opened/)
  expect(() => new FileSite(join(folder, 'none'))).toThrow(/cannot be opened/)
})
