import { describe, expect, it } from 'vitest'
import { ACK, RST, SYN, type TcpSegment } from '../wire/tcp.ts'
import { listen, type ServerSocket } from './server-socket.ts'
import { connect, type StreamSocket } from './stream-socket.ts'
import { TapHost } from './tap-host.testkit.ts'
import { bytes, text, World } from './world.testkit.ts'

const SECOND = 1_000_000
const BOTH = { tcp_fastopen: 3 }

/** The client connects by Fast Open and writes at once. */
function ask(world: World, words: string): StreamSocket {
  const client = connect(world.client, { address: '10.0.0.2', port: 80, options: { TCP_FASTOPEN_CONNECT: 1 } })
  client.write(bytes(words))
  return client
}

/** A world in which the client has the server's cookie. */
function acquainted(): { world: World; server: ServerSocket } {
  const world = new World(BOTH)
  const server = listen(world.server, { port: 80, fastOpen: 5 })
  const first = ask(world, 'the first time')
  world.run(SECOND)
  server.accept()?.close()
  first.close()
  world.run(100 * SECOND)
  return { world, server }
}

/** A cookie of the host's, asked for by a SYN. */
function cookieOf(it: TapHost): TcpSegment['fastOpenCookie'] {
  it.segment({ flags: SYN, seq: 0, sourcePort: 1, fastOpenLength: 0 })
  const answer = it.sent()[0]?.segment
  if (answer === undefined || answer.fastOpenLength !== 8) throw new Error('no cookie')
  it.segment({ flags: RST, seq: 1, sourcePort: 1 })
  return answer.fastOpenCookie
}

/** A SYN with 5 bytes of data and that cookie. */
function syn(sourcePort: number, fastOpenCookie: TcpSegment['fastOpenCookie']): Partial<TcpSegment> {
  return { flags: SYN, seq: 0, sourcePort, fastOpenLength: 8, fastOpenCookie, payloadLength: 5 }
}

describe('Fast Open between two hosts (RFC 7413)', () => {
  it('RFC 7413, 3, RFC 7413, 4.1.3: the first time it gets a cookie, the second time the request is there before the third ACK', () => {
    const { world, server } = acquainted()
    const client = ask(world, 'a question')
    // One way takes a millisecond.
    world.run(1500)
    const accepted = server.accept()
    if (accepted === null) throw new Error('nothing to accept')
    expect([accepted.state, text(accepted)]).toEqual(['SYN-RECEIVED', 'a question'])
    accepted.write(bytes('an answer'))
    world.run(1000)
    expect([client.state, text(client)]).toEqual(['ESTABLISHED', 'an answer'])
    // TCPI_OPT_SYN_DATA.
    expect(client.tcpInfo().tcpi_options & 32).toBe(32)
    expect(world.client.stats()).toMatchObject({ TcpExtTCPFastOpenActive: 1, TcpRetransSegs: 0 })
    expect(world.server.stats()).toMatchObject({ TcpExtTCPFastOpenPassive: 1, TcpExtTCPFastOpenCookieReqd: 1 })
    accepted.close()
    client.close()
    world.run(100 * SECOND)
    expect([...world.client.tcp.connections(), ...world.server.tcp.connections()]).toEqual([])
  })

  it('is off at a listener unless asked for, and nothing is lost then', () => {
    const world = new World(BOTH)
    const server = listen(world.server, { port: 80 })
    ask(world, 'one')
    ask(world, 'two')
    world.run(SECOND)
    expect(world.server.stats()).toMatchObject({ TcpExtTCPFastOpenPassive: 0, TcpExtTCPFastOpenCookieReqd: 0 })
    expect([server.accept(), server.accept()].map((socket) => socket && text(socket))).toEqual(['one', 'two'])
  })

  it('is off at a client unless asked for, by the socket and by tcp_fastopen', () => {
    const world = new World(BOTH)
    listen(world.server, { port: 80, fastOpen: 5 })
    connect(world.client, { address: '10.0.0.2', port: 80 })
    world.client.setSysctl('tcp_fastopen', 2)
    ask(world, 'one')
    world.run(SECOND)
    expect(world.server.stats()).toMatchObject({ TcpExtTCPFastOpenCookieReqd: 0, TcpPassiveOpens: 2 })
  })

  it('RFC 7413, 4.1.3, RFC 7413, 4.1.3.1: a server that was reached only by a plain SYN loses its cookie', () => {
    const { world, server } = acquainted()
    const [device] = world.devices
    const { transmit } = device
    let drops = 1
    device.transmit = (packet) => {
      drops -= 1
      if (drops < 0) transmit.call(device, packet)
    }
    ask(world, 'lost once')
    world.run(3 * SECOND)
    const accepted = server.accept()
    expect([accepted?.state, accepted && text(accepted)]).toEqual(['ESTABLISHED', 'lost once'])
    ask(world, 'anew')
    world.run(SECOND)
    expect(world.server.stats()).toMatchObject({ TcpExtTCPFastOpenPassive: 0, TcpExtTCPFastOpenCookieReqd: 2 })
  })

  it('bits 4 and 512 of tcp_fastopen: without any cookie; 1024: at every listener', () => {
    const world = new World({ tcp_fastopen: 1 | 2 | 4 | 0x200 | 0x400 })
    const server = listen(world.server, { port: 80 })
    ask(world, 'at once')
    world.run(1500)
    const accepted = server.accept()
    expect([accepted?.state, accepted && text(accepted)]).toEqual(['SYN-RECEIVED', 'at once'])
  })
})

describe('Fast Open under attack (RFC 7413, 5)', () => {
  it('RFC 7413, 4.2.1, RFC 7413, 4.2.2, RFC 7413, 5.1: a bad cookie gets the data dropped and a good one sent', () => {
    const it = new TapHost(BOTH)
    const server = listen(it.host, { port: 80, fastOpen: 5 })
    const cookie = cookieOf(it)
    it.segment(
      syn(
        2,
        cookie.map((byte) => byte ^ 1),
      ),
    )
    const [answer] = it.sent()
    expect(answer?.segment).toMatchObject({ flags: SYN | ACK, ack: 1, fastOpenLength: 8 })
    expect(answer?.segment.fastOpenCookie).toEqual(cookie)
    expect([server.accept(), it.host.stats().TcpExtTCPFastOpenPassiveFail]).toEqual([null, 1])
    // Somebody else's cookie is a bad one.
    it.segment(syn(3, cookie), '192.0.2.99')
    expect(it.sent()[0]?.segment).toMatchObject({ ack: 1 })
    expect(it.host.stats().TcpExtTCPFastOpenPassiveFail).toBe(2)
  })

  it('RFC 7413, 5.1: so many are let in at once, the rest shake hands; a RST does not free a place for a minute', () => {
    const it = new TapHost(BOTH)
    listen(it.host, { port: 80, fastOpen: 2 })
    const cookie = cookieOf(it)
    const letIn = (port: number) => {
      it.segment(syn(port, cookie))
      const answer = it.sent()[0]?.segment
      return answer?.ack === 6
    }
    expect([10, 11, 12].map(letIn)).toEqual([true, true, false])
    expect(it.host.stats().TcpExtTCPFastOpenListenOverflow).toBe(1)
    it.segment({ flags: RST, seq: 6, sourcePort: 10 })
    expect(letIn(13)).toBe(false)
    it.turn(61 * SECOND)
    it.sent()
    expect(letIn(14)).toBe(true)
  })

  it('RFC 7413, 5.1: a key serves a day, and after that a cookie is good once more', () => {
    const it = new TapHost(BOTH)
    listen(it.host, { port: 80, fastOpen: 5 })
    const cookie = cookieOf(it)
    it.turn(24 * 3600 * SECOND)
    it.segment(syn(2, cookie))
    const [answer] = it.sent()
    // Let in, and given a new one.
    expect(answer?.segment).toMatchObject({ ack: 6, fastOpenLength: 8 })
    expect(answer?.segment.fastOpenCookie).not.toEqual(cookie)
  })

  it('a SYN that comes again draws the SYN,ACK again, and its data is taken once', () => {
    const it = new TapHost(BOTH)
    const server = listen(it.host, { port: 80, fastOpen: 5 })
    const cookie = cookieOf(it)
    it.segment(syn(2, cookie))
    it.turn(600_000)
    it.sent()
    it.segment(syn(2, cookie))
    expect(it.sent()[0]?.segment).toMatchObject({ flags: SYN | ACK, ack: 6 })
    expect(server.accept()?.readable).toBe(5)
    expect(server.accept()).toBeNull()
  })
})
