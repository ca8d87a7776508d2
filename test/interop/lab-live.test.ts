import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import WebSocket from 'ws'
import type { LiveAct, LiveMessage, LiveNews } from '../../src/adapter/node/index.ts'
import { parseQuotedIp } from '../../src/wire/ip-header.ts'
import { IpHeader } from '../../src/wire/packet.ts'
import { FIN, SYN, TcpSegment } from '../../src/wire/tcp.ts'
import { parseTcp } from '../../src/wire/tcp-header.ts'
import { describeInterop } from './support/describe-interop.ts'
import { OURS, startEstab } from './support/estab.ts'
import { NetworkNamespace } from './support/namespace.ts'
import type { Process } from './support/processes.ts'

const URL_OURS = `http://${OURS.IPv4}/file`

/** What a page of the lab does: opens the socket, says the token, listens. */
class Follower {
  readonly heard: LiveMessage[] = []
  /** How the socket was closed; 0 = it was not. */
  closed = 0
  private readonly socket: WebSocket

  constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data) => this.heard.push(JSON.parse(String(data))))
    socket.on('close', (code) => {
      this.closed = code
    })
  }

  static async open(page: URL, token: string): Promise<Follower> {
    const socket = new WebSocket(`ws://${page.host}/live`, { origin: page.origin })
    const follower = new Follower(socket)
    await once(socket, 'open')
    socket.send(JSON.stringify({ token }))
    return follower
  }

  get news(): LiveNews[] {
    return this.heard.filter((each) => each.kind === 'news')
  }

  /** Flags of the segments to or from that port of ours. */
  get flags(): number[] {
    const [ip, segment] = [new IpHeader(), new TcpSegment()]
    return this.news.flatMap(({ packets }) => {
      return packets.flatMap(({ bytes }) => {
        const data = Buffer.from(bytes, 'base64')
        const isTcp =
          parseQuotedIp(data, 0, data.length, ip) && parseTcp(data, ip.payloadStart, ip.payloadLength, segment)
        return isTcp ? [segment.flags] : []
      })
    })
  }

  say(act: LiveAct): void {
    this.socket.send(JSON.stringify(act))
  }

  pause(): void {
    this.socket.pause()
  }

  resume(): void {
    this.socket.resume()
  }

  close(): void {
    this.socket.terminate()
  }

  async until(holds: () => boolean): Promise<void> {
    const end = Date.now() + 20_000
    while (!holds()) {
      if (Date.now() > end) throw new Error(`it did not come: ${JSON.stringify(this.heard.at(-1))}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
}

describeInterop('the lab follows a running host', ['curl'], () => {
  let namespace: NetworkNamespace
  let folder: string
  let server: Process
  let page: URL
  let token: string
  let followers: Follower[]

  beforeEach(() => {
    namespace = NetworkNamespace.create()
    namespace.enter()
    folder = mkdtempSync(join(tmpdir(), 'estab-lab-live-'))
    writeFileSync(join(folder, 'file'), 'x'.repeat(100_000))
    followers = []
  })

  afterEach(async () => {
    for (const each of followers) each.close()
    await server.stop('SIGKILL')
    NetworkNamespace.leave()
    namespace.delete()
    rmSync(folder, { recursive: true })
  })

  async function serve(...args: string[]): Promise<void> {
    server = startEstab(namespace, 'serve', '--root', folder, '--lab-port', '0', ...args)
    await server.line(/^the lab follows it at /)
    page = new URL(/http:\S+/.exec(server.stdout)?.[0] ?? '')
    token = page.hash.replace('#live=', '')
  }

  async function follow(): Promise<Follower> {
    const follower = await Follower.open(page, token)
    followers.push(follower)
    return follower
  }

  function curl(...args: string[]): Promise<unknown> {
    const process = namespace.start('curl', ['-s', '-o', join(folder, 'got'), '--max-time', '15', ...args, URL_OURS])
    return process.ended
  }

  it('from the SYN to the last FIN, with the states, for several at once', async () => {
    await serve('--lab')
    const [first, second] = [await follow(), await follow()]
    await curl()
    for (const each of [first, second]) {
      await each.until(() => each.flags.filter((flags) => flags & FIN).length >= 2)
      expect(each.flags[0]).toBe(SYN)
      expect(each.heard[0]).toMatchObject({
        kind: 'hello',
        addresses: expect.arrayContaining([OURS.IPv4]),
        write: false,
      })
      await each.until(() => each.news.flatMap(({ moves }) => moves).length >= 5)
      const moves = each.news.flatMap((news) => news.moves)
      const states = moves.map(({ to }) => to).filter((state) => state !== 'LISTEN')
      expect(states.slice(0, 2)).toEqual(['SYN-RECEIVED', 'ESTABLISHED'])
      expect(states).toContain('CLOSE-WAIT')
      expect(each.news.find(({ moment }) => moment !== null)?.moment?.listeners.map(({ port }) => port)).toContain(80)
    }
    first.say({ kind: 'sysctl', setting: 'tcp_sack=0' })
    await first.until(() => first.heard.at(-1)?.kind === 'outcome')
    expect(first.heard.at(-1)).toMatchObject({ error: expect.stringContaining('--lab-write') })
  })

  it('sends away who has no token, a wrong one, or comes from another page', async () => {
    await serve('--lab')
    const wrong = await Follower.open(page, `${token}x`)
    await wrong.until(() => wrong.closed !== 0)
    expect([wrong.closed, wrong.heard]).toEqual([4401, []])
    for (const origin of ['http://evil.example', `http://localhost:${page.port}`, undefined]) {
      const socket = new WebSocket(`ws://${page.host}/live`, origin === undefined ? {} : { origin })
      const [error] = await once(socket, 'error')
      expect(String(error)).toContain('403')
    }
    const elsewhere = new WebSocket(`ws://${page.host}/other`, { origin: page.origin })
    expect(String((await once(elsewhere, 'error'))[0])).toContain('404')
  })

  it('leaves packets out for who is too slow: the others, and the host, go on', async () => {
    writeFileSync(join(folder, 'file'), Buffer.alloc(100_000_000))
    await serve('--lab', '--no-offload')
    const [slow, quick] = [await follow(), await follow()]
    await slow.until(() => slow.news.length > 0)
    slow.pause()
    await curl()
    const isOver = ({ moment }: LiveNews) => moment?.connections.length === 0
    const begun = quick.news.findIndex(({ moment }) => moment?.connections.length === 1)
    await quick.until(() => quick.news.slice(begun).some(isOver))
    expect(slow.news.some(({ leftOut }) => leftOut > 0)).toBe(false)
    slow.resume()
    await slow.until(() => slow.news.some(({ leftOut }) => leftOut > 0))
    const caughtUp = slow.news.findIndex(({ leftOut }) => leftOut > 0)
    await slow.until(() => slow.news.slice(caughtUp).some(isOver))
    // 4 MiB wait at most, and what the sockets hold.
    expect(slow.heard.reduce((size, each) => size + JSON.stringify(each).length, 0)).toBeLessThan(24e6)
  })

  it('loses a packet, resets a connection and changes a setting where that is allowed', async () => {
    await serve('--lab-write')
    const follower = await follow()
    follower.say({ kind: 'sysctl', setting: 'tcp_sack=0' })
    follower.say({ kind: 'drop', direction: 'in' })
    await follower.until(() => follower.heard.filter(({ kind }) => kind === 'outcome').length === 2)
    expect(follower.heard.filter((each) => each.kind === 'outcome').map(({ error }) => error)).toEqual(['', ''])
    await curl()
    await follower.until(() => follower.flags.filter((flags) => flags & FIN).length >= 2)
    const [lost, ...others] = follower.news.flatMap(({ packets }) => packets)
    expect(lost).toMatchObject({ direction: 'in', dropped: true })
    expect(others.some(({ dropped }) => dropped)).toBe(false)
  })
})
