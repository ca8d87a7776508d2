import { describe, expect, it } from 'vitest'
import type { HostConfig } from '../stack/config.ts'
import { ACK, FIN, RST, SYN } from '../wire/tcp.ts'
import { listen } from './server-socket.ts'
import { CONNECTED, connect, ENDED, type StreamSocket } from './stream-socket.ts'
import { OURS_V4, PEER_V4, TapHost } from './tap-host.testkit.ts'
import { codeOf, World } from './world.testkit.ts'

const SECOND = 1_000_000
const PORT = 40_000
const ONE_PORT = { ip_local_port_range: [PORT, PORT] } as const

/** A host with one ephemeral port, whose connection to the peer has gone into TIME-WAIT, closed by us first. */
class Reuse {
  readonly tap: TapHost
  /** What the peer sends next: its sequence number and its timestamp. */
  seq = 7000
  clock = 500
  /** Of the old connection, ours. */
  sndNxt = 0

  constructor(config: Partial<HostConfig> = {}) {
    this.tap = new TapHost({ tcp_tw_reuse: 1, ...ONE_PORT, ...config })
    const socket = connect(this.tap.host, { address: PEER_V4, port: 80 })
    const syn = this.last()
    this.peer(SYN | ACK, { ack: syn.seq + 1, windowScale: 7, mss: 1460 })
    this.seq += 1
    socket.close()
    const fin = this.last()
    this.sndNxt = fin.seq + 1
    this.peer(FIN | ACK, { ack: this.sndNxt })
    this.seq += 1
    this.last()
  }

  /** The segment that the host has sent last; the others are forgotten. */
  last() {
    this.tap.turn()
    const { segment } = this.tap.sent().at(-1) ?? {}
    if (segment === undefined) throw new Error('nothing was sent')
    return segment
  }

  peer(flags: number, fields: Parameters<TapHost['segment']>[0] = {}): void {
    const stamp = { hasTimestamps: true, tsVal: this.clock, tsEcr: 0 }
    const ports = { sourcePort: 80, destinationPort: PORT }
    this.tap.segment({ ...ports, flags, seq: this.seq, ...stamp, ...fields }, PEER_V4, OURS_V4)
  }

  open(): StreamSocket {
    return connect(this.tap.host, { address: PEER_V4, port: 80 })
  }

  get states(): string[] {
    return [...this.tap.host.tcp.connections()].map((each) => each.state)
  }
}

describe('tcp_tw_reuse (RFC 6191, 2)', () => {
  it('a connection that we open takes the place of one in TIME-WAIT, a second after its last timestamp', () => {
    const it = new Reuse()
    expect(it.states).toEqual(['TIME-WAIT'])
    it.tap.turn(SECOND)
    expect(codeOf(() => it.open())).toBe('EADDRNOTAVAIL')
    it.tap.turn(1000)
    const socket = it.open()
    const syn = it.last()
    // MAY-2, from the other side: beyond what the old one has used; and with what it has heard, as Linux.
    expect(syn).toMatchObject({ flags: SYN, seq: (it.sndNxt + 65_537) >>> 0, hasTimestamps: true, tsEcr: 500 })
    expect(it.tap.host.stats()).toMatchObject({ TcpExtTW: 1, TcpExtTWRecycled: 1 })
    expect(it.states).toEqual(['SYN-SENT'])
    it.seq += 100_000
    it.clock += 1001
    it.peer(SYN | ACK, { ack: syn.seq + 1 })
    expect(socket.state).toBe('ESTABLISHED')
  })

  it('its timestamps go on where those of the old one were', () => {
    const it = new Reuse()
    it.peer(FIN | ACK, { ack: it.sndNxt, seq: it.seq - 1 })
    const { tsVal } = it.last()
    it.tap.turn(2 * SECOND)
    it.open()
    expect(it.last().tsVal).toBe((tsVal + 2000) >>> 0)
  })

  it('RFC 7323, 5.3: segments of the old one do not get into the new one', () => {
    const it = new Reuse()
    const old = { seq: it.seq, tsVal: it.clock }
    it.tap.turn(2 * SECOND)
    const socket = it.open()
    const syn = it.last()
    it.clock += 2000
    // Begins before where the old one ended, so that only time tells them apart.
    it.seq -= 20
    it.peer(SYN | ACK, { ack: syn.seq + 1 })
    it.seq += 1
    it.peer(ACK, { ack: syn.seq + 1, seq: it.seq, payloadLength: 10 })
    it.tap.sent()
    it.peer(ACK, { ...old, ack: syn.seq + 1, seq: it.seq + 10, payloadLength: 10 })
    expect([socket.readable, it.tap.host.stats().TcpExtPAWSEstab]).toEqual([10, 1])
  })

  it('RFC 7323, 5.3: nor does an old SYN open it from the other side', () => {
    const it = new Reuse()
    it.tap.turn(2 * SECOND)
    const socket = it.open()
    it.last()
    it.peer(SYN, { tsVal: it.clock - 1 })
    expect([socket.state, it.tap.host.stats().TcpExtPAWSActive]).toEqual(['SYN-SENT', 1])
    it.peer(SYN, { tsVal: it.clock + 1 })
    expect(socket.state).toBe('SYN-RECEIVED')
  })

  it('0: never; and a change shows at once', () => {
    const it = new Reuse({ tcp_tw_reuse: 0 })
    it.tap.turn(30 * SECOND)
    expect(codeOf(() => it.open())).toBe('EADDRNOTAVAIL')
    it.tap.host.setSysctl('tcp_tw_reuse', 1)
    expect(it.open().state).toBe('SYN-SENT')
  })

  it('2: on the loopback, and nowhere else', () => {
    const it = new Reuse({ tcp_tw_reuse: 2 })
    it.tap.turn(30 * SECOND)
    expect(codeOf(() => it.open())).toBe('EADDRNOTAVAIL')
    const world = new World(ONE_PORT)
    const listener = listen(world.client, { port: 80 })
    const ended = connect(world.client, { address: '127.0.0.1', port: 80 })
    world.run(1000)
    ended.close()
    listener.accept()?.close()
    world.run(SECOND + 1000)
    const again = connect(world.client, { address: '127.0.0.1', port: 80 })
    world.run(1000)
    expect([again.state, world.client.stats().TcpExtTWRecycled]).toEqual(['ESTABLISHED', 1])
  })

  it('a port that is asked for may be taken over, too', () => {
    const it = new Reuse()
    const again = () => connect(it.tap.host, { address: PEER_V4, port: 80, localPort: PORT })
    expect(codeOf(again)).toBe('EADDRINUSE')
    it.tap.turn(2 * SECOND)
    expect(again().state).toBe('SYN-SENT')
  })
})

describe('tcp_rfc1337 (RFC 1337, 3)', () => {
  it.each([
    [false, []],
    [true, ['TIME-WAIT']],
  ])('%s: a RST in TIME-WAIT leaves %j', (tcp_rfc1337, states) => {
    const it = new Reuse({ tcp_rfc1337 })
    it.peer(RST, { hasTimestamps: false })
    expect(it.states).toEqual(states)
    it.tap.turn(60 * SECOND)
    expect(it.states).toEqual([])
  })
})

describe('a client that opens and closes 100,000 connections to one port, 20,000 a second', () => {
  /** How many it has opened before connect threw, and what that said. */
  function openMany(tcp_tw_reuse: number): { opened: number; error: string } {
    const world = new World({ tcp_tw_reuse })
    world.client.probe = world.server.probe
    const server = listen(world.server, { port: 80 })
    server.onready = () => {
      for (let socket = server.accept(); socket !== null; socket = server.accept()) closeAfterPeer(socket)
    }
    let opened = 0
    try {
      while (opened < 100_000) {
        for (let i = 0; i < 100; i += 1) {
          const client = connect(world.client, { address: '10.0.0.2', port: 80 })
          client.onevent = (events) => {
            if (events & CONNECTED) client.close()
          }
          opened += 1
        }
        world.run(5000)
      }
      return { opened, error: '' }
    } catch (error) {
      return { opened, error: String(error) }
    }
  }

  function closeAfterPeer(socket: StreamSocket): void {
    socket.onevent = (events) => {
      if (events & ENDED) socket.close()
    }
  }

  it('runs out of ports without tcp_tw_reuse, and is told so', () => {
    const { opened, error } = openMany(0)
    expect(opened).toBe(28_232)
    expect(error).toBe(
      'StackError: connect EADDRNOTAVAIL: no ephemeral port is free: see ip_local_port_range, tcp_tw_reuse',
    )
  })

  it('does not with it', () => {
    expect(openMany(1)).toEqual({ opened: 100_000, error: '' })
  })
})
