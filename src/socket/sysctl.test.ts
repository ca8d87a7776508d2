import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../sim/virtual-clock.ts'
import { address, Host } from '../stack/host.ts'
import { emitIp } from '../wire/ip-header.ts'
import { HEADROOM, IpHeader, PROTOCOL_ICMP, PROTOCOL_UDP } from '../wire/packet.ts'
import { ACK, SYN } from '../wire/tcp.ts'
import { DatagramSocket } from './datagram.ts'
import { listen } from './server-socket.ts'
import { connect, type StreamSocket } from './stream-socket.ts'
import { OURS_V4, PEER_V4, TapHost } from './tap-host.testkit.ts'
import { bytes, codeOf, World } from './world.testkit.ts'

const SECOND = 1_000_000

/** A connection on a tap whose other end does nothing but what it is told. */
function established(it: TapHost, port = 80): StreamSocket {
  const listener = listen(it.host, { port })
  it.segment({ flags: SYN, seq: 0, destinationPort: port })
  const ours = it.sent().at(-1)?.segment.seq ?? 0
  it.segment({ flags: ACK, seq: 1, ack: (ours + 1) >>> 0, destinationPort: port })
  const socket = listener.accept()
  if (socket === null) throw new Error('nothing to accept')
  listener.close()
  return socket
}

/** Seconds from now on at which the host sends something, with how many segments, within `seconds`. */
function sentAt(it: TapHost, seconds: number): number[] {
  const times: number[] = []
  for (let i = 1; i <= seconds; i += 1) {
    it.turn(SECOND)
    for (const _ of it.sent()) times.push(i)
  }
  return times
}

describe('sysctl and setSysctl', () => {
  const host = () => new Host(new VirtualClock().surroundings(1))

  it('read and change a running host; config is the same object all along', () => {
    const it = host()
    const { config } = it
    expect(it.sysctl('tcp_sack')).toBe(true)
    it.setSysctl('net.ipv4.tcp_sack', 0)
    expect(it.sysctl('net/ipv4/tcp_sack')).toBe(false)
    expect(config.tcp_sack).toBe(false)
    it.setSysctl('tcp_rmem', [1, 2, 3])
    expect(config.tcp_rmem).toEqual([1, 2, 3])
    expect(it.sysctl('net.ipv4.tcp_rmem')).toEqual([1, 2, 3])
    expect(host().config.tcp_sack).toBe(true)
  })

  it('refuse what the constructor refuses, and then change nothing', () => {
    const it = host()
    const before = { ...it.config }
    expect(() => it.setSysctl('tcp_syn_retries', 0)).toThrow(RangeError)
    expect(() => it.setSysctl('tcp_syn_retries', 0)).toThrow('a whole number from 1 to 127, not 0')
    expect(() => it.setSysctl('net.ipv4.tcp_sakc', 1)).toThrow('did you mean tcp_sack?')
    expect(() => it.setSysctl('tcp_rmem', [3, 2, 1])).toThrow(RangeError)
    expect(() => it.setSysctl('tcp_congestion_control', 'cubic')).toThrow(RangeError)
    expect(() => it.setSysctl('tcp_delack_min_us', 400_000)).toThrow(RangeError)
    expect(() => it.sysctl('tcp_nothing')).toThrow(RangeError)
    expect(it.config).toEqual(before)
  })

  it('ask for a turn, so that what is due by the new value is done', () => {
    const woken: number[] = []
    const it = new Host({ now: () => 5, wake: (at) => woken.push(at), random: () => 4 })
    it.setSysctl('ipfrag_time', 1)
    expect(woken).toEqual([5])
  })
})

describe('a change reaches connections that are there', () => {
  it('tcp_keepalive_time, shorter', () => {
    const it = new TapHost()
    const [socket, own, off] = [established(it, 80), established(it, 81), established(it, 82)]
    socket.setOption('SO_KEEPALIVE', 1)
    own.setOption('SO_KEEPALIVE', 1)
    own.setOption('TCP_KEEPIDLE', 300)
    expect(sentAt(it, 60)).toEqual([])
    it.host.setSysctl('tcp_keepalive_time', 100)
    expect(sentAt(it, 100)).toEqual([40])
    expect([socket, own, off].map((each) => each.getOption('TCP_KEEPIDLE'))).toEqual([100, 300, 100])
    expect(it.host.stats().TcpExtTCPKeepAlive).toBe(1)
  })

  it('tcp_keepalive_time, longer, and back to a time that is over: at once', () => {
    const it = new TapHost()
    established(it).setOption('SO_KEEPALIVE', 1)
    sentAt(it, 7100)
    it.host.setSysctl('tcp_keepalive_time', 10_000)
    expect(sentAt(it, 200)).toEqual([])
    it.host.setSysctl('tcp_keepalive_time', 7)
    it.turn()
    expect(sentAt(it, 10)).toEqual([1])
  })

  it('tcp_keepalive_time does not disturb one that is being probed', () => {
    const it = new TapHost()
    established(it).setOption('SO_KEEPALIVE', 1)
    expect(sentAt(it, 7210)).toEqual([7200])
    it.host.setSysctl('tcp_keepalive_time', 10)
    expect(sentAt(it, 80)).toEqual([65])
  })

  it('tcp_keepalive_intvl and tcp_keepalive_probes', () => {
    const it = new TapHost({ tcp_keepalive_time: 10 })
    const socket = established(it)
    socket.setOption('SO_KEEPALIVE', 1)
    expect(sentAt(it, 10)).toEqual([10])
    it.host.setSysctl('tcp_keepalive_intvl', 5)
    it.host.setSysctl('tcp_keepalive_probes', 3)
    // The interval that runs is the old one; after two more probes the connection dies, with a RST.
    expect(sentAt(it, 100)).toEqual([75, 80, 85])
    expect(socket.state).toBe('CLOSED')
    expect(socket.error).toBe('ETIMEDOUT')
  })

  it('tcp_retries2', () => {
    const it = new TapHost({ tcp_rto_max_us: 10 * SECOND })
    const socket = established(it)
    socket.write(bytes('unheard'))
    sentAt(it, 20)
    expect(socket.state).toBe('ESTABLISHED')
    // 0.2 + 0.4 + 0.8 + 1.6 s and more are over: the next timeout is the last.
    it.host.setSysctl('tcp_retries2', 3)
    sentAt(it, 10)
    expect(socket.error).toBe('ETIMEDOUT')
    expect(it.host.stats().TcpExtTCPAbortOnTimeout).toBe(1)
  })

  it('tcp_syn_retries', () => {
    const it = new TapHost()
    const [socket, own] = [0, 1].map(() => connect(it.host, { address: PEER_V4, port: 80 }))
    own.setOption('TCP_SYNCNT', 3)
    it.turn()
    sentAt(it, 2)
    it.host.setSysctl('tcp_syn_retries', 2)
    sentAt(it, 6)
    expect([socket.state, own.state]).toEqual(['CLOSED', 'SYN-SENT'])
    expect(socket.error).toBe('ETIMEDOUT')
  })

  it('tcp_fin_timeout, of those that come into FIN-WAIT-2 from then on', () => {
    const world = new World()
    const { client, server } = world.pair()
    expect(client.getOption('TCP_LINGER2')).toBe(60)
    world.client.setSysctl('tcp_fin_timeout', 5)
    expect(client.getOption('TCP_LINGER2')).toBe(5)
    client.close()
    world.run(4_900_000)
    expect(world.states.at(-1)).toBe('FIN-WAIT-2')
    world.run(200_000)
    expect(world.states.at(-1)).toBe('CLOSED')
    expect(server.state).toBe('CLOSE-WAIT')
  })

  it('tcp_timewait_len, of those that wait already, too', () => {
    const world = new World()
    const { client, server } = world.pair()
    client.close()
    server.close()
    world.run(1_900_000)
    expect([...world.client.tcp.connections()].map(({ state }) => state)).toEqual(['TIME-WAIT'])
    world.client.setSysctl('tcp_timewait_len', 3)
    world.run(1_000_000)
    expect([...world.client.tcp.connections()].map(({ state }) => state)).toEqual(['TIME-WAIT'])
    world.run(300_000)
    expect([...world.client.tcp.connections()]).toEqual([])
  })

  it('not what a SYN has offered already', () => {
    const world = new World()
    const listener = listen(world.server, { port: 80 })
    const client = connect(world.client, { address: '10.0.0.2', port: 80 })
    world.run(500)
    for (const name of ['tcp_timestamps', 'tcp_sack', 'tcp_window_scaling']) world.client.setSysctl(name, false)
    world.run(100_000)
    // Timestamps, SACK and window scale, agreed on by both.
    expect([client, listener.accept()].map((socket) => (socket?.tcpInfo().tcpi_options ?? 0) & 7)).toEqual([7, 7])
  })

  it('not what was settled when they were opened: options, buffers', () => {
    const world = new World()
    const { client, server, listener } = world.pair()
    for (const host of [world.client, world.server]) {
      host.setSysctl('tcp_timestamps', false)
      host.setSysctl('tcp_sack', false)
      host.setSysctl('tcp_wmem', [4096, 8192, 8192])
      host.setSysctl('tcp_rmem', [4096, 8192, 8192])
    }
    const later = connect(world.client, { address: '10.0.0.2', port: 80 })
    world.run(100_000)
    for (const socket of [client, server]) {
      expect(socket.tcpInfo().tcpi_options & 3).toBe(3)
      expect(socket.getOption('SO_RCVBUF')).toBeGreaterThan(8192)
    }
    const accepted = listener.accept()
    for (const socket of [later, accepted]) {
      expect((socket?.tcpInfo().tcpi_options ?? 3) & 3).toBe(0)
      expect(socket?.getOption('SO_RCVBUF')).toBe(8192)
    }
  })
})

describe('a change reaches the host', () => {
  it('ip_local_port_range: TCP and UDP', () => {
    const world = new World()
    listen(world.server, { port: 80 })
    world.client.setSysctl('net.ipv4.ip_local_port_range', [2000, 2001])
    const open = () => connect(world.client, { address: '10.0.0.2', port: 80 }).localPort
    expect([open(), open()].sort()).toEqual([2000, 2001])
    expect(codeOf(open)).toBe('EADDRNOTAVAIL')
    const ports = [0, 1].map(() => new DatagramSocket(world.client).port)
    expect(ports.sort()).toEqual([2000, 2001])
    expect(codeOf(() => new DatagramSocket(world.client))).toBe('EADDRINUSE')
    world.client.setSysctl('ip_local_port_range', [3000, 3000])
    expect(open()).toBe(3000)
  })

  it('somaxconn: listeners opened from then on', () => {
    const it = new TapHost()
    listen(it.host, { port: 80 })
    it.host.setSysctl('net.core.somaxconn', 7)
    listen(it.host, { port: 81 })
    expect(it.host.tcp.listening().map(({ port, backlog }) => [port, backlog > 7])).toEqual([
      [80, true],
      [81, false],
    ])
  })

  it('icmp_ratelimit and icmp_msgs_burst', () => {
    const it = new TapHost()
    const refused = (count: number) => {
      for (let i = 0; i < count; i += 1) it.tap.deliver(datagram())
      it.turn()
      return it.sent().filter(({ ip }) => ip.protocol === PROTOCOL_ICMP).length
    }
    expect(refused(20)).toBe(6)
    it.host.setSysctl('icmp_ratelimit', 0)
    expect(refused(20)).toBe(20)
    it.turn(SECOND)
    it.host.setSysctl('icmp_msgs_burst', 3)
    expect(refused(20)).toBe(3)
  })

  it('ipfrag_time: fragments that are held, too', () => {
    const it = new TapHost()
    it.tap.deliver(datagram(true))
    it.turn()
    it.host.setSysctl('net.ipv4.ipfrag_time', 3)
    expect(sentAt(it, 10)).toEqual([3])
    expect(it.host.stats().IpReasmTimeout).toBe(1)
  })
})

describe('stats', () => {
  it('are named as nstat names them', () => {
    const names = Object.keys(new TapHost().host.stats())
    const known = ['TcpInSegs', 'TcpCurrEstab', 'TcpExtTCPTimeouts', 'TcpExtListenOverflows', 'TcpExtDelayedACKs']
    expect(names).toEqual(expect.arrayContaining([...known, 'IpInReceives', 'IcmpInMsgs', 'UdpNoPorts']))
    expect(names.filter((name) => /^TCP|^Listen|^TcpExtTcp/.test(name))).toEqual([])
  })

  it('TcpCurrEstab: those in ESTABLISHED and CLOSE-WAIT now', () => {
    const world = new World()
    const count = () => [world.client, world.server].map((host) => host.stats().TcpCurrEstab)
    expect(count()).toEqual([0, 0])
    const { client, server } = world.pair()
    expect(count()).toEqual([1, 1])
    client.shutdown('write')
    world.run(100_000)
    expect([client.state, server.state]).toEqual(['FIN-WAIT-2', 'CLOSE-WAIT'])
    expect(count()).toEqual([0, 1])
    server.close()
    world.run(100_000)
    expect(count()).toEqual([0, 0])
  })
})

/** An empty datagram to a port that nobody has, or the first fragment of one. */
function datagram(fragment = false): Uint8Array {
  const ip = new IpHeader()
  ip.version = 4
  ip.source.set(address(PEER_V4))
  ip.destination.set(address(OURS_V4))
  ip.protocol = PROTOCOL_UDP
  ip.moreFragments = fragment
  ip.payloadLength = 8
  const packet = new Uint8Array(HEADROOM + 8)
  packet.set([0x12, 0x34, 0x56, 0x78, 0, 8, 0, 0], HEADROOM)
  return packet.slice(emitIp(ip, packet, HEADROOM))
}
