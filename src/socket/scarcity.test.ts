import { describe, expect, it } from 'vitest'
import { SYN } from '../wire/tcp.ts'
import { listen } from './server-socket.ts'
import { connect } from './stream-socket.ts'
import { TapHost } from './tap-host.testkit.ts'
import { bytes, codeOf, text, World } from './world.testkit.ts'

const SECOND = 1_000_000
/** Six pages: exhausted when one queue holds a chunk of four. */
const LITTLE = [1, 2, 6] as const

describe('a host whose memory is exhausted (tcp_mem)', () => {
  it('answers no SYN, by cookie neither, until there is some again', () => {
    const it = new TapHost({ tcp_syncookies: 2 })
    const server = listen(it.host, { port: 80 })
    const knock = (sourcePort: number) => {
      it.segment({ flags: SYN, seq: 0, sourcePort })
      return it.sent().length
    }
    expect(knock(1)).toBe(1)
    const held = connect(it.host, { address: '192.0.2.1', port: 9 })
    held.write(new Uint8Array(8000))
    it.turn()
    it.sent()
    it.host.setSysctl('tcp_mem', LITTLE)
    expect(it.host.tcp.memory.exhausted).toBe(true)
    expect(knock(2)).toBe(0)
    expect(it.host.stats()).toMatchObject({ TcpExtListenDrops: 1 })
    held.abort()
    it.turn()
    it.sent()
    expect(knock(3)).toBe(1)
    server.close()
  })

  it('opens no connection: ENOBUFS says why', () => {
    const world = new World()
    const { client } = world.pair()
    client.write(new Uint8Array(16_000))
    world.client.setSysctl('tcp_mem', LITTLE)
    expect(codeOf(() => connect(world.client, { address: '10.0.0.2', port: 80 }))).toBe('ENOBUFS')
    world.client.setSysctl('tcp_mem', [1000, 2000, 3000])
    expect(codeOf(() => connect(world.client, { address: '10.0.0.2', port: 80 }))).toBe('none')
  })

  it('resets what its owner lets go with much unsent, and lets finish what has little', () => {
    const world = new World()
    const listener = listen(world.server, { port: 80 })
    const [large, small] = [0, 1].map(() => connect(world.client, { address: '10.0.0.2', port: 80 }))
    world.run(SECOND)
    const servers = [listener.accept(), listener.accept()]
    large?.write(new Uint8Array(16_000))
    small?.write(bytes('little'))
    world.client.setSysctl('tcp_mem', LITTLE)
    large?.close()
    small?.close()
    world.run(SECOND)
    expect(world.client.stats()).toMatchObject({ TcpExtTCPAbortOnMemory: 1 })
    const ends = servers.map((server) => [server?.error, server && text(server)])
    expect(ends[0]?.[0]).toBe('ECONNRESET')
    expect(ends[1]).toEqual(['', 'little'])
  })
})
