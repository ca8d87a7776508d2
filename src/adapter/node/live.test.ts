import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listen } from '../../socket/server-socket.ts'
import { connect, type StreamSocket } from '../../socket/stream-socket.ts'
import type { RunningHost } from './host.ts'
import { joinedHosts } from './joined-hosts.testkit.ts'
import { Live } from './live.ts'
import type { LiveHello, LiveMessage, LiveNews, LiveOutcome } from './live-protocol.ts'

let client: RunningHost
let server: RunningHost
let live: Live

beforeEach(() => {
  ;[client, server] = joinedHosts()
  live = new Live(server.host, { name: 'server', addresses: ['10.0.0.2'], write: true, gate: null })
})

afterEach(() => {
  live.close()
  client.stop()
  server.stop()
})

/** Somebody who listens, and takes nothing of it while it is slow. */
class Listener {
  waiting = 0
  readonly heard: LiveMessage[] = []

  send(text: string): void {
    this.heard.push(JSON.parse(text))
  }

  get news(): LiveNews[] {
    return this.heard.filter((each) => each.kind === 'news')
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

function open(): StreamSocket {
  return connect(client.host, { address: '10.0.0.2', port: 80 })
}

describe('a live host', () => {
  it('tells its follower who it is, its packets, why they were sent, its moves and its state', async () => {
    listen(server.host, { port: 80, backlog: 5 })
    const listener = new Listener()
    live.follow(listener)
    expect(listener.heard[0]).toMatchObject({ kind: 'hello', name: 'server', addresses: ['10.0.0.2'], write: true })
    expect((listener.heard[0] as LiveHello).epoch / 1e6).toBeCloseTo(Date.now() / 1000, -1)
    open()
    await listener.until(() => listener.news.some(({ moment }) => moment?.connections[0]?.state === 'ESTABLISHED'))
    const packets = listener.news.flatMap((each) => each.packets)
    expect(packets.map(({ direction, reason }) => `${direction} ${reason}`)).toEqual(['in ', 'out answer-syn', 'in '])
    expect(Buffer.from(packets[0]?.bytes ?? '', 'base64')[0]).toBe(0x45)
    const moves = listener.news.flatMap((each) => each.moves)
    expect(moves.at(-1)).toMatchObject({ localPort: 80, from: 'SYN-RECEIVED', to: 'ESTABLISHED' })
    const last = listener.news.filter(({ moment }) => moment !== null).at(-1)?.moment
    expect(last?.listeners).toEqual([{ port: 80, backlog: 5, synQueue: 0, acceptQueue: 1 }])
  })

  it('says nothing while nothing happens', async () => {
    const listener = new Listener()
    live.follow(listener)
    await listener.until(() => listener.heard.length === 2)
    await new Promise((resolve) => setTimeout(resolve, 700))
    expect(listener.heard.length).toBe(2)
  })

  it('leaves packets out for who is too slow, says how many, and then goes on', async () => {
    listen(server.host, { port: 80 })
    const [slow, quick] = [new Listener(), new Listener()]
    live.follow(slow)
    live.follow(quick)
    slow.waiting = 1e9
    open()
    await quick.until(() => quick.news.flatMap(({ packets }) => packets).length === 3)
    expect(slow.news).toEqual([])
    slow.waiting = 0
    await slow.until(() => slow.news.length > 0)
    expect(slow.news[0]).toMatchObject({ leftOut: 3, packets: [], moment: { connections: [{ state: 'ESTABLISHED' }] } })
  })

  it('does what it is asked for, where that is allowed, and says what is wrong', async () => {
    listen(server.host, { port: 80 })
    const listener = new Listener()
    const { hear } = live.follow(listener)
    const outcome = () => listener.heard.filter((each): each is LiveOutcome => each.kind === 'outcome').at(-1)
    hear('{"kind":"sysctl","setting":"tcp_sack=0"}')
    expect(outcome()).toEqual({ kind: 'outcome', act: 'sysctl', error: '' })
    expect(server.host.config.tcp_sack).toBe(false)
    hear('{"kind":"sysctl","setting":"tcp_sack=7"}')
    expect(outcome()?.error).toMatch(/tcp_sack takes/)
    for (const wrong of ['', 'null', '{"kind":"reboot"}', '{"kind":"drop"}', '{"kind":"abort","localPort":1}']) {
      hear(wrong)
      expect(outcome()?.error, wrong).not.toBe('')
    }
    open()
    await listener.until(() => listener.news.some(({ moment }) => moment?.connections[0]?.state === 'ESTABLISHED'))
    const [connection] = listener.news.filter(({ moment }) => moment !== null).at(-1)?.moment?.connections ?? []
    hear(JSON.stringify({ ...connection, kind: 'abort' }))
    expect(outcome()).toEqual({ kind: 'outcome', act: 'abort', error: '' })
    await listener.until(() => listener.news.at(-1)?.moment?.connections.length === 0)
  })

  it('is only looked at unless acts are allowed', () => {
    live.close()
    live = new Live(server.host, { name: 'server', addresses: [], write: false, gate: null })
    const listener = new Listener()
    live.follow(listener).hear('{"kind":"sysctl","setting":"tcp_sack=0"}')
    expect(listener.heard.at(-1)).toMatchObject({ act: 'sysctl', error: expect.stringContaining('--lab-write') })
    expect(server.host.config.tcp_sack).toBe(true)
  })
})
