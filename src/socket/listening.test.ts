import { describe, expect, it } from 'vitest'
import { ACK, FIN, RST, SYN, type TcpSegment } from '../wire/tcp.ts'
import { listen } from './server-socket.ts'
import { connect } from './stream-socket.ts'
import { OURS_V4, PEER_V4, TapHost, tcpPacket } from './tap-host.testkit.ts'
import { codeOf, World } from './world.testkit.ts'

const SECOND = 1_000_000

/** SYNs of as many peers' ports, from 1000 on; returns how many were answered. */
function knock(it: TapHost, count: number, from = 1000): number {
  for (let i = 0; i < count; i += 1) it.segment({ flags: SYN, seq: 0, sourcePort: from + i })
  return it.sent().filter(({ segment }) => segment.flags === (SYN | ACK)).length
}

/** The flags of what was sent, and to which port. */
function answers(it: TapHost): [number, number][] {
  return it.sent().map(({ segment }) => [segment.flags, segment.destinationPort])
}

describe('the SYN queue', () => {
  it('RFC 4987, 3.2: is bounded by tcp_max_syn_backlog and by the backlog; others are dropped and counted', () => {
    const it = new TapHost({ tcp_max_syn_backlog: 8, tcp_syncookies: 0 })
    const large = listen(it.host, { port: 80, backlog: 20 })
    expect(knock(it, 20)).toBe(8)
    expect(it.host.stats()).toMatchObject({
      TcpExtListenDrops: 12,
      TcpExtListenOverflows: 0,
      TcpExtTCPReqQFullDrop: 12,
    })
    large.close()
    it.host.turn()
    it.sent()
    // One more than the backlog, as Linux.
    listen(it.host, { port: 80, backlog: 2 })
    expect(knock(it, 20)).toBe(3)
  })

  it('RFC 4987, 3.3: forgets those that never answer, and takes others', () => {
    const it = new TapHost({ tcp_max_syn_backlog: 4, tcp_synack_retries: 2, tcp_syncookies: 0 })
    listen(it.host, { port: 80 })
    expect(knock(it, 5)).toBe(4)
    for (let i = 0; i < 10; i += 1) it.turn(SECOND)
    expect(it.sent().length).toBe(8)
    expect([...it.host.tcp.connections()]).toEqual([])
    expect(knock(it, 4)).toBe(4)
  })

  it('sends the SYN,ACK five times again, doubling the time, and gives up after about a minute', () => {
    const it = new TapHost()
    listen(it.host, { port: 80 })
    const start = it.now
    it.segment({ flags: SYN, seq: 7 })
    it.sent()
    const times: number[] = []
    for (let i = 0; i < 640; i += 1) {
      it.turn(SECOND / 10)
      for (const _ of it.sent()) times.push((it.now - start) / SECOND)
    }
    expect(times).toEqual([1, 3, 7, 15, 31])
    expect([...it.host.tcp.connections()]).toEqual([])
    expect(it.host.tcp.listening()[0]?.halfOpen.size).toBe(0)
  })

  it('gives up old entries early when they crowd it, and keeps the young', () => {
    const it = new TapHost({ tcp_syncookies: 0 })
    listen(it.host, { port: 80, backlog: 15 })
    expect(knock(it, 12)).toBe(12)
    // Sent at 0, 1 and 3 seconds; at 7 there would be a third time.
    for (let i = 0; i < 13; i += 1) it.turn(SECOND / 2)
    expect(it.host.tcp.listening()[0]?.halfOpen.size).toBe(12)
    expect(it.sent().length).toBe(24)
    expect(knock(it, 1, 2000)).toBe(1)
    it.turn(SECOND / 2)
    // Six of them go, until half the room is free again; the rest are asked as often as ever.
    const left = [...(it.host.tcp.listening()[0]?.halfOpen ?? [])].map((each) => each.remotePort)
    expect([left.length, left.at(-1)]).toEqual([7, 2000])
    expect(it.sent().length).toBe(6)
  })

  it('takes at most syn_per_source half-open connections from one source: an IPv4 address, an IPv6 network', () => {
    const it = new TapHost({ syn_per_source: 3, tcp_syncookies: 0 })
    listen(it.host, { port: 80 })
    expect(knock(it, 5)).toBe(3)
    it.segment({ flags: SYN, seq: 0 }, '192.0.2.77')
    expect(it.sent().length).toBe(1)
    for (let i = 0; i < 5; i += 1) it.segment({ flags: SYN, seq: 0 }, `2001:db8:0:1::${i + 10}`, '2001:db8::2')
    expect(it.sent().length).toBe(3)
    it.segment({ flags: SYN, seq: 0 }, '2001:db8:0:2::1', '2001:db8::2')
    expect(it.sent().length).toBe(1)
    // Whoever gives one up may begin another.
    it.segment({ flags: RST, seq: 1, sourcePort: 1000 })
    expect(knock(it, 5, 3000)).toBe(1)
    expect(it.host.stats()).toMatchObject({ TcpExtTCPReqQFullDrop: 8 })
  })

  it('answers those beyond syn_per_source by a cookie where cookies are on', () => {
    const it = new TapHost({ syn_per_source: 3 })
    listen(it.host, { port: 80 })
    expect(knock(it, 5)).toBe(5)
    expect(it.host.tcp.listening()[0]?.halfOpen.size).toBe(3)
    expect(it.host.stats()).toMatchObject({ TcpExtSyncookiesSent: 2, TcpExtTCPReqQFullDoCookies: 2 })
  })

  it('a SYN that comes again draws the SYN,ACK again, and no second connection', () => {
    const it = new TapHost()
    listen(it.host, { port: 80 })
    it.segment({ flags: SYN, seq: 7 })
    const [first] = it.sent()
    it.turn(600_000)
    it.segment({ flags: SYN, seq: 7 })
    const [second] = it.sent()
    expect(second?.segment).toMatchObject({ flags: SYN | ACK, seq: first?.segment.seq, ack: 8 })
    expect([...it.host.tcp.connections()].length).toBe(1)
  })

  it('MUST-11, RFC 9293 3.10.7.4: a RST returns the half-open connection to LISTEN', () => {
    const it = new TapHost()
    const server = listen(it.host, { port: 80 })
    it.segment({ flags: SYN, seq: 7 })
    it.sent()
    it.segment({ flags: RST, seq: 8 })
    expect([...it.host.tcp.connections()]).toEqual([])
    expect(it.host.tcp.listening()[0]?.halfOpen.size).toBe(0)
    expect([it.sent(), server.accept()]).toEqual([[], null])
    // The next attempt from there goes well.
    it.segment({ flags: SYN, seq: 100 })
    const [answer] = it.sent()
    it.segment({ flags: ACK, seq: 101, ack: (answer?.segment.seq ?? 0) + 1 })
    expect(server.accept()?.state).toBe('ESTABLISHED')
  })

  it.each<[string, Partial<TcpSegment>, number[]]>([
    ['an ACK', { flags: ACK, seq: 1, ack: 77 }, [RST]],
    ['a SYN,ACK', { flags: SYN | ACK, seq: 1, ack: 77 }, [RST]],
    ['a RST', { flags: RST, seq: 1 }, []],
    ['a FIN', { flags: FIN, seq: 1 }, []],
    ['a SYN with FIN', { flags: SYN | FIN, seq: 1 }, []],
    ['nothing', { flags: 0, seq: 1, payloadLength: 5 }, []],
  ])('%s for a listener makes no connection', (_name, fields, flags) => {
    const it = new TapHost({ tcp_max_syn_backlog: 2 })
    listen(it.host, { port: 80, backlog: 1 })
    for (let i = 0; i < 10; i += 1) it.segment({ ...fields, sourcePort: 2000 + i })
    expect(it.sent().map(({ segment }) => segment.flags)).toEqual(Array(10).fill(flags).flat())
    expect([...it.host.tcp.connections()]).toEqual([])
    expect(it.host.tcp.listening()[0]?.halfOpen.size).toBe(0)
    expect(knock(it, 2)).toBe(2)
  })

  it('a SYN that comes in one batch with that RST begins a connection of its own', () => {
    const it = new TapHost()
    const server = listen(it.host, { port: 80 })
    it.segment({ flags: SYN, seq: 0 })
    it.sent()
    for (const fields of [
      { flags: RST, seq: 1 },
      { flags: SYN, seq: 0 },
    ]) {
      it.tap.deliver(tcpPacket(fields))
    }
    it.turn()
    const [answer] = it.sent()
    if (answer === undefined) throw new Error('nothing was sent')
    it.segment({ flags: ACK, seq: 1, ack: (answer.segment.seq + 1) >>> 0 })
    expect(server.accept()?.state).toBe('ESTABLISHED')
    expect([...it.host.tcp.connections()].length).toBe(1)
  })

  it('MUST-57, MUST-63: SYNs to or from many are dropped without an answer', () => {
    const it = new TapHost()
    listen(it.host, { port: 80 })
    listen(it.host, { port: 81 })
    for (const to of ['192.0.2.255', '255.255.255.255', '224.0.0.1']) it.segment({ flags: SYN }, PEER_V4, to)
    for (const from of ['192.0.2.255', '255.255.255.255', '224.0.0.1']) it.segment({ flags: SYN }, from, OURS_V4)
    it.segment({ flags: SYN }, '2001:db8::1', 'ff02::1')
    it.segment({ flags: SYN }, 'ff02::1', '2001:db8::2')
    expect(it.sent()).toEqual([])
    expect(it.host.stats()).toMatchObject({ TcpInSegs: 0, IpInDiscards: 4, IpInMartians: 4 })
  })
})

describe('the accept queue', () => {
  it('holds one more than the backlog (as Linux), and none with a full one are begun', () => {
    const it = new TapHost()
    const server = listen(it.host, { port: 80, backlog: 1 })
    const isns = [1000, 1001].map((sourcePort) => {
      it.segment({ flags: SYN, seq: 0, sourcePort })
      return it.sent()[0]?.segment.seq ?? 0
    })
    it.segment({ flags: ACK, seq: 1, ack: (isns[0] ?? 0) + 1, sourcePort: 1000 })
    it.segment({ flags: SYN, seq: 0, sourcePort: 1002 })
    isns.push(it.sent()[0]?.segment.seq ?? 0)
    it.segment({ flags: ACK, seq: 1, ack: (isns[1] ?? 0) + 1, sourcePort: 1001 })
    // Two wait: the third's ACK is left unanswered, a fourth SYN, too.
    it.segment({ flags: ACK, seq: 1, ack: (isns[2] ?? 0) + 1, sourcePort: 1002 })
    it.segment({ flags: SYN, seq: 0, sourcePort: 1003 })
    expect(it.sent()).toEqual([])
    expect(it.host.stats()).toMatchObject({ TcpExtListenOverflows: 2, TcpExtListenDrops: 2, TcpPassiveOpens: 2 })
    expect(server.accept()?.remotePort).toBe(1000)
    // The SYN,ACK goes again; its ACK finds room now.
    it.turn(SECOND)
    expect(answers(it)).toEqual([[SYN | ACK, 1002]])
    it.segment({ flags: ACK, seq: 1, ack: (isns[2] ?? 0) + 1, sourcePort: 1002 })
    expect([server.accept()?.remotePort, server.accept()?.remotePort]).toEqual([1001, 1002])
  })

  it('is bounded by somaxconn, whatever the backlog; a negative one asks for that', () => {
    for (const backlog of [100, -1]) {
      const world = new World({ somaxconn: 2 })
      const server = listen(world.server, { port: 80, backlog })
      for (let i = 0; i < 6; i += 1) connect(world.client, { address: '10.0.0.2', port: 80 })
      world.run(10_000)
      const accepted = Array.from({ length: 6 }, () => server.accept()).filter((socket) => socket !== null)
      expect(accepted.length).toBe(3)
    }
    expect(() => listen(new World().server, { port: 80, backlog: Number.NaN })).toThrow(RangeError)
  })

  it('tcp_abort_on_overflow: the third ACK is answered by RST', () => {
    const it = new TapHost({ tcp_abort_on_overflow: true })
    listen(it.host, { port: 80, backlog: 1 })
    const isns: number[] = []
    const third = (i: number) => it.segment({ flags: ACK, seq: 1, ack: (isns[i] ?? 0) + 1, sourcePort: 1000 + i })
    for (const i of [0, 1, 2]) {
      it.segment({ flags: SYN, seq: 0, sourcePort: 1000 + i })
      isns.push(it.sent()[0]?.segment.seq ?? 0)
      if (i === 0) third(0)
    }
    third(1)
    third(2)
    const sent = it.sent()
    expect(sent.map(({ segment }) => segment.flags & RST)).toEqual([RST])
    expect(sent[0]?.segment).toMatchObject({ seq: ((isns[2] ?? 0) + 1) >>> 0, destinationPort: 1002 })
    expect([...it.host.tcp.connections()].length).toBe(2)
  })

  it('data that comes with the third ACK, or after it, waits with the connection', () => {
    const it = new TapHost()
    const server = listen(it.host, { port: 80 })
    it.segment({ flags: SYN, seq: 0 })
    const isn = it.sent()[0]?.segment.seq ?? 0
    it.segment({ flags: ACK, seq: 1, ack: isn + 1, payloadLength: 5 })
    it.segment({ flags: ACK | FIN, seq: 6, ack: isn + 1, payloadLength: 5 })
    const socket = server.accept()
    expect([socket?.state, socket?.readable]).toEqual(['CLOSE-WAIT', 10])
  })
})

describe('a listener that closes', () => {
  it('resets the half-open and the unaccepted, leaves the accepted, and frees its port', () => {
    const it = new TapHost()
    const server = listen(it.host, { port: 80 })
    const isns: number[] = []
    for (const sourcePort of [1000, 1001, 1002]) {
      it.segment({ flags: SYN, seq: 0, sourcePort })
      isns.push(it.sent()[0]?.segment.seq ?? 0)
    }
    it.segment({ flags: ACK, seq: 1, ack: (isns[0] ?? 0) + 1, sourcePort: 1000 })
    const accepted = server.accept()
    it.segment({ flags: ACK, seq: 1, ack: (isns[1] ?? 0) + 1, sourcePort: 1001 })
    server.close()
    server.close()
    it.host.turn()
    expect(answers(it).map(([flags, port]) => [flags & RST, port])).toEqual(
      expect.arrayContaining([
        [RST, 1001],
        [RST, 1002],
      ]),
    )
    expect(accepted?.state).toBe('ESTABLISHED')
    expect([...it.host.tcp.connections()].length).toBe(1)
    expect(server.accept()).toBeNull()
    expect(listen(it.host, { port: 80 }).port).toBe(80)
    it.segment({ flags: SYN, seq: 50, sourcePort: 1001 })
    expect(answers(it)).toEqual([[SYN | ACK, 1001]])
  })

  it('without a backlog of its own port number another is chosen', () => {
    const world = new World({ ip_local_port_range: [40_000, 40_001] })
    const ports = [listen(world.server, { port: 0 }).port, listen(world.server, { port: 0 }).port]
    expect(new Set(ports)).toEqual(new Set([40_000, 40_001]))
    expect(codeOf(() => listen(world.server, { port: 0 }))).toBe('EADDRINUSE')
  })
})
