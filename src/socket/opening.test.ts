import { describe, expect, it } from 'vitest'
import { ACK, FIN, RST, SYN } from '../wire/tcp.ts'
import { listen } from './server-socket.ts'
import { connect } from './stream-socket.ts'
import { OURS_V4, PEER_V4, TapHost, tcpPacket } from './tap-host.testkit.ts'
import { bytes, codeOf, text, World } from './world.testkit.ts'

const SECOND = 1_000_000

describe('an active open', () => {
  it.each(['10.0.0.255', '255.255.255.255', '224.0.0.1', 'ff02::1', '10.0.0.0'])(
    'MUST-46: to %s, which is many, is refused with ENETUNREACH as in Linux',
    (address) => {
      const world = new World()
      expect(codeOf(() => connect(world.client, { address, port: 80 }))).toBe('ENETUNREACH')
      expect([...world.client.tcp.connections()]).toEqual([])
    },
  )

  it('from a fixed port: twice to one place is EADDRINUSE, to two places it is not', () => {
    const world = new World()
    listen(world.server, { port: 80 })
    listen(world.server, { port: 81 })
    const to = (port: number) => connect(world.client, { address: '10.0.0.2', port, localPort: 5000 })
    const first = to(80)
    expect(codeOf(() => to(80))).toBe('EADDRINUSE')
    const second = to(81)
    world.run(10_000)
    expect([first.state, second.state]).toEqual(['ESTABLISHED', 'ESTABLISHED'])
    expect(codeOf(() => to(80))).toBe('EADDRINUSE')
    first.abort()
    world.run(10_000)
    expect(to(80).localPort).toBe(5000)
  })

  it('from a port whose last connection is in TIME-WAIT is EADDRINUSE', () => {
    const world = new World()
    const server = listen(world.server, { port: 80 })
    const options = { address: '10.0.0.2', port: 80, localPort: 5000 }
    const first = connect(world.client, options)
    world.run(10_000)
    first.close()
    world.run(100_000)
    server.accept()?.close()
    world.run(100_000)
    expect([...world.client.tcp.connections()].map((each) => each.state)).toEqual(['TIME-WAIT'])
    expect(codeOf(() => connect(world.client, options))).toBe('EADDRINUSE')
    world.run(61 * SECOND)
    expect(connect(world.client, options).state).toBe('SYN-SENT')
  })

  it('with an option that is refused leaves nothing behind', () => {
    const world = new World()
    const options = { TCP_MAXSEG: 1 }
    expect(codeOf(() => connect(world.client, { address: '10.0.0.2', port: 80, localPort: 5, options }))).toBe('EINVAL')
    world.run(0)
    expect([...world.client.tcp.connections()]).toEqual([])
    expect(world.flags).toEqual([])
  })

  it('MUST-10, RFC 9293 3.5: from both sides at once makes one connection', () => {
    const world = new World()
    const left = connect(world.client, { address: '10.0.0.2', port: 6000, localPort: 5000 })
    const right = connect(world.server, { address: '10.0.0.1', port: 5000, localPort: 6000 })
    world.run(100_000)
    expect([left.state, right.state]).toEqual(['ESTABLISHED', 'ESTABLISHED'])
    expect(world.states).toEqual(['SYN-SENT', 'SYN-RECEIVED', 'ESTABLISHED'])
    left.write(bytes('from left'))
    right.write(bytes('from right'))
    world.run(100_000)
    expect([text(left), text(right)]).toEqual(['from right', 'from left'])
    // And from both sides at once it ends.
    left.close()
    right.close()
    world.run(100_000)
    expect(world.states.slice(3)).toEqual(['FIN-WAIT-1', 'CLOSING', 'TIME-WAIT'])
    world.run(61 * SECOND)
    expect([...world.client.tcp.connections(), ...world.server.tcp.connections()]).toEqual([])
  })

  it('MUST-42: from one side at once, while the other listens at the same port, too', () => {
    const world = new World()
    const server = listen(world.server, { port: 6000 })
    const left = connect(world.client, { address: '10.0.0.2', port: 6000, localPort: 5000 })
    const right = connect(world.server, { address: '10.0.0.1', port: 5000, localPort: 6000 })
    world.run(100_000)
    expect([left.state, right.state]).toEqual(['ESTABLISHED', 'ESTABLISHED'])
    expect(server.accept()).toBeNull()
  })

  it.each(['10.0.0.1', '127.0.0.1', 'fd00::1', '::1'])('to itself (%s) talks to itself, as in Linux', (address) => {
    const world = new World()
    const socket = connect(world.client, { address, port: 7000, localAddress: address, localPort: 7000 })
    world.run(10_000)
    expect(socket.state).toBe('ESTABLISHED')
    expect(socket.write(bytes('an echo'))).toBe(7)
    world.run(10_000)
    expect(text(socket)).toBe('an echo')
    const large = new Uint8Array(300_000).map((_, i) => i * 7)
    const got: number[] = []
    let sent = 0
    const into = new Uint8Array(65_536)
    for (let i = 0; i < 2000 && got.length < large.length; i += 1) {
      if (sent < large.length) sent += socket.write(large.subarray(sent))
      world.run(1000)
      for (let n = socket.read(into); n > 0; n = socket.read(into)) got.push(...into.subarray(0, n))
    }
    expect(Uint8Array.from(got)).toEqual(large)
    socket.close()
    world.run(61 * SECOND)
    expect([...world.client.tcp.connections()]).toEqual([])
    const counts = world.client.stats()
    expect(counts.TcpOutSegs).toBeLessThan(2000)
  })
})

describe('a connection in TIME-WAIT', () => {
  /** Brings a listener's connection into TIME-WAIT; returns our next sequence number. */
  function waiting(
    it: TapHost,
    held: boolean,
  ): { sndNxt: number; socket: ReturnType<ReturnType<typeof listen>['accept']> } {
    const server = listen(it.host, { port: 80 })
    it.segment({ flags: SYN, seq: 0 })
    const isn = it.sent()[0]?.segment.seq ?? 0
    it.segment({ flags: ACK, seq: 1, ack: isn + 1 })
    const socket = server.accept()
    if (held) socket?.shutdown('write')
    else socket?.close()
    it.host.turn()
    it.sent()
    it.segment({ flags: FIN | ACK, seq: 1, ack: isn + 2 })
    it.turn(40_000)
    it.sent()
    return { sndNxt: (isn + 2) >>> 0, socket }
  }

  it.each([true, false])('MAY-2: a new SYN takes its place, beyond its numbers (socket held: %s)', (held) => {
    const it = new TapHost()
    const { sndNxt, socket } = waiting(it, held)
    const events: number[] = []
    if (socket) socket.onevent = (e) => events.push(e)
    expect([...it.host.tcp.connections()].map((each) => each.state)).toEqual(['TIME-WAIT'])
    it.segment({ flags: SYN, seq: 1000 })
    const [answer] = it.sent()
    expect(answer?.segment).toMatchObject({ flags: SYN | ACK, seq: (sndNxt + 65_537) >>> 0, ack: 1001 })
    expect([...it.host.tcp.connections()].map((each) => each.state)).toEqual(['SYN-RECEIVED'])
    expect(socket?.state).toBe(held ? 'CLOSED' : 'TIME-WAIT')
    // Whoever holds the old one is told that it is over.
    expect(events.length).toBe(held ? 1 : 0)
  })

  it.each([true, false])('stays where nobody listens any more, and answers (as Linux; socket held: %s)', (held) => {
    const it = new TapHost()
    const { sndNxt } = waiting(it, held)
    const [listener] = it.host.tcp.listening()
    if (listener) it.host.tcp.unlisten(listener)
    it.segment({ flags: SYN, seq: 1000 })
    const [answer] = it.sent()
    expect(answer?.segment).toMatchObject({ flags: ACK, seq: sndNxt, ack: 2 })
    expect([...it.host.tcp.connections()].map((each) => each.state)).toEqual(['TIME-WAIT'])
  })

  it('two of them do not answer each other for ever', () => {
    const it = new TapHost()
    const { sndNxt } = waiting(it, false)
    let answered = 0
    for (let i = 0; i < 100; i += 1) {
      it.segment({ flags: ACK, seq: 50, ack: sndNxt })
      answered += it.sent().length
    }
    expect(answered).toBe(1)
    expect(it.host.stats().TcpExtTCPACKSkippedTimeWait).toBe(99)
  })
})

describe('where there is no way any more', () => {
  it('an attempt to open times out with ENETUNREACH, and what is established goes on when there is one again', () => {
    const world = new World()
    const { client, server } = world.pair()
    const [device] = world.devices
    world.client.network.removeDevice(device)
    client.write(bytes('lost for now'))
    world.run(2 * SECOND)
    expect(client.tcpInfo().tcpi_retransmits).toBeGreaterThan(0)
    world.client.addDevice(device)
    world.client.addAddress('10.0.0.1/24', device)
    world.run(10 * SECOND)
    expect(text(server)).toBe('lost for now')
    const opening = connect(world.client, { address: '10.0.0.77', port: 80 })
    world.client.network.removeDevice(device)
    client.write(bytes('lost for good'))
    world.run(1200 * SECOND)
    expect([opening.error, client.error]).toEqual(['ENETUNREACH', 'ENETUNREACH'])
    expect([...world.client.tcp.connections()]).toEqual([])
  })

  it('a device that was closed loses what is sent, and the connections time out', () => {
    const it = new TapHost()
    const server = listen(it.host, { port: 80 })
    it.segment({ flags: SYN, seq: 0 })
    it.segment({ flags: ACK, seq: 1, ack: (it.sent()[0]?.segment.seq ?? 0) + 1 })
    const socket = server.accept()
    it.tap.close()
    socket?.write(new Uint8Array(1000))
    const opening = connect(it.host, { address: PEER_V4, port: 80, localAddress: OURS_V4 })
    for (let i = 0; i < 1200; i += 1) it.turn(SECOND)
    expect([socket?.error, opening.error]).toEqual(['ETIMEDOUT', 'ETIMEDOUT'])
    expect([...it.host.tcp.connections()]).toEqual([])
  })

  it('RFC 9293, 3.10.7.1: a SYN that comes in the same turn as the RST to ours is refused, as there is no connection any more', () => {
    const it = new TapHost()
    const socket = connect(it.host, { address: PEER_V4, port: 80, localPort: 5000 })
    it.turn()
    const [syn] = it.sent()
    const names = { sourcePort: 80, destinationPort: 5000 }
    const ack = ((syn?.segment.seq ?? 0) + 1) >>> 0
    it.tap.deliver(tcpPacket({ ...names, flags: RST | ACK, seq: 0, ack }))
    it.tap.deliver(tcpPacket({ ...names, flags: SYN, seq: 0 }))
    it.turn()
    expect(socket.error).toBe('ECONNREFUSED')
    expect(it.sent().map(({ segment }) => [segment.flags, segment.ack])).toEqual([[RST | ACK, 1]])
  })
})
