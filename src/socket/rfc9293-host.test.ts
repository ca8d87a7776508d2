import { describe, expect, it } from 'vitest'
import { fold, pseudoHeaderSum, sum } from '../wire/checksum.ts'
import { PROTOCOL_TCP } from '../wire/packet.ts'
import { ACK, PSH, SYN } from '../wire/tcp.ts'
import { listen } from './server-socket.ts'
import { connect } from './stream-socket.ts'
import { OURS_V4, OURS_V6, PEER_V4, PEER_V6, type Sent, TapHost } from './tap-host.testkit.ts'
import { bytes, codeOf, text, World } from './world.testkit.ts'

const FAMILIES = [
  ['IPv4', PEER_V4, OURS_V4],
  ['IPv6', PEER_V6, OURS_V6],
] as const

/** A host that listens on port 80 and has accepted a connection from port 8080 of `peer`, whose MSS is `mss` (0 = none named). */
function accepted(peer: string, ours: string, mss = 0, mtu = 1500) {
  const host = new TapHost({}, { mtu })
  const listener = listen(host.host, { port: 80 })
  host.segment({ flags: SYN, seq: 1000, mss }, peer, ours)
  const [answer] = host.sent()
  const ack = ((answer?.segment.seq ?? 0) + 1) >>> 0
  host.segment({ flags: ACK, seq: 1001, ack }, peer, ours)
  const socket = listener.accept()
  if (socket === null || answer === undefined) throw new Error('no connection')
  return { host, socket, answer, ack }
}

/** Whether the checksum over header, payload and pseudo header is right. */
function checks({ packet, ip }: Sent): boolean {
  const { source, destination, payloadStart, payloadLength } = ip
  const pseudo = pseudoHeaderSum(source, destination, PROTOCOL_TCP, payloadLength)
  return fold(sum(packet, payloadStart, payloadLength, pseudo)) === 0xffff
}

describe.each(FAMILIES)('RFC 9293 over %s', (family, peer, ours) => {
  it('MUST-2: every segment has its checksum: SYN, ACK, text, FIN, RST and refusal', () => {
    const { host, socket, answer, ack } = accepted(peer, ours)
    socket.write(bytes('some text, of an odd length'))
    host.turn()
    host.segment({ flags: ACK | PSH, seq: 1001, ack, payloadLength: 3 }, peer, ours)
    socket.shutdown('write')
    host.turn()
    socket.abort()
    host.turn()
    host.segment({ flags: SYN, seq: 1, destinationPort: 81 }, peer, ours)
    const active = connect(host.host, { address: peer, port: 9 })
    host.turn()
    active.abort()
    const all = [answer, ...host.sent()]
    expect(all.length).toBeGreaterThanOrEqual(6)
    expect(all.map(checks)).not.toContain(false)
  })

  it('MUST-3: a segment of which one bit has changed is dropped and counted', () => {
    const { host, ack } = accepted(peer, ours)
    const deliver = (spoil: number) => {
      const { tap } = host
      const original = tap.deliver.bind(tap)
      tap.deliver = (packet) => {
        const changed = packet.slice()
        if (spoil >= 0) changed[changed.length - 1 - spoil] ^= 1
        return original(changed)
      }
      host.segment({ flags: ACK | PSH, seq: 1001, ack, payloadLength: 4 }, peer, ours)
      tap.deliver = original
    }
    for (let at = 0; at < 20; at += 1) deliver(at)
    host.turn(1_000_000)
    expect(host.sent()).toEqual([])
    expect(host.host.stats()).toMatchObject({ TcpInCsumErrors: 20, TcpInErrs: 20 })
    deliver(-1)
    expect(host.sent().map(({ segment }) => segment.ack)).toEqual([1005])
  })

  it('MUST-15: a peer that names no MSS gets the default of its IP version', () => {
    const { host, socket } = accepted(peer, ours)
    socket.write(new Uint8Array(3000))
    host.turn()
    expect(host.sent()[0]?.segment.payloadLength).toBe(family === 'IPv4' ? 536 : 1220)
  })

  it.each([
    [1000, 1500, 1000],
    [9000, 1500, family === 'IPv4' ? 1460 : 1440],
    [9000, 1280, family === 'IPv4' ? 1240 : 1220],
  ])('MUST-14, MUST-16: MSS %d of the peer, MTU %d of ours: segments of %d bytes', (mss, mtu, size) => {
    const { host, socket, answer } = accepted(peer, ours, mss, mtu)
    expect(answer.segment.mss).toBe(mtu - (family === 'IPv4' ? 40 : 60))
    socket.write(new Uint8Array(20_000))
    host.turn()
    expect(host.sent()[0]?.segment.payloadLength).toBe(size)
  })
})

describe('RFC 9293 3.9.1.1: OPEN', () => {
  it('MUST-41: a passive open leaves the connections and listeners of its port alone, or is an error', () => {
    const world = new World()
    const { client, server, listener } = world.pair()
    expect(codeOf(() => listen(world.server, { port: 80 }))).toBe('EADDRINUSE')
    const later = connect(world.client, { address: '10.0.0.2', port: 80 })
    world.run(100_000)
    expect(listener.accept()).not.toBeNull()
    listener.close()
    const second = listen(world.server, { port: 80 })
    world.run(100_000)
    client.write(bytes('still here'))
    world.run(100_000)
    expect(text(server)).toBe('still here')
    expect([client.state, server.state, later.state]).toEqual(['ESTABLISHED', 'ESTABLISHED', 'ESTABLISHED'])
    expect(second.accept()).toBeNull()
  })

  it('MUST-42: a port can be listened on while connections from it are in SYN-SENT and SYN-RECEIVED', () => {
    const host = new TapHost()
    const active = connect(host.host, { address: PEER_V4, port: 9, localPort: 80 })
    host.turn()
    expect(active.state).toBe('SYN-SENT')
    const listener = listen(host.host, { port: 80 })
    host.segment({ flags: SYN, seq: 1000 })
    host.segment({ flags: SYN, seq: 2000, sourcePort: 8081 })
    expect(active.state).toBe('SYN-SENT')
    const answers = host.sent().filter(({ segment }) => segment.flags === (SYN | ACK))
    expect(answers.map(({ segment }) => segment.ack)).toEqual([1001, 2001])
    listener.close()
    listen(host.host, { port: 80 })
    expect(active.state).toBe('SYN-SENT')
  })
})
