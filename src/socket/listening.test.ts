import { describe, expect, it } from 'vitest'
import { ACK, FIN, RST, SYN, type TcpSegment } from '../wire/tcp.ts'
import { listen } from './server-socket.ts'
import { connect } from './stream-socket.ts'
import { OURS_V4, PEER_V4, TapHost } from './tap-host.testkit.ts'
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
  it('is bounded by tcp_max_syn_backlog or the backlog, whichever is more; others are dropped and counted', () => {
    const it = new TapHost({ tcp_max_syn_backlog: 8 })
    const small = listen(it.host, { port: 80, backlog: 2 })
    expect(knock(it, 20)).toBe(8)
    expect(it.host.stats()).toMatchObject({ ListenDrops: 12, ListenOverflows: 0 })
    small.close()
    it.host.turn()
    it.sent()
    listen(it.host, { port: 80, backlog: 12 })
    expect(knock(it, 20)).toBe(12)
  })

  it('forgets those that never answer, and takes others', () => {
    const it = new TapHost({ tcp_max_syn_backlog: 4, tcp_synack_retries: 2 })
    listen(it.host, { port: 80, backlog: 1 })
    expect(knock(it, 5)).toBe(4)
    for (let i = 0; i < 10; i += 1) it.turn(SECOND)
    expect(it.sent().length).toBe(8)
    expect([...it.host.tcp.connections()]).toEqual([])
    expect(knock(it, 4)).toBe(4)
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

  it('RFC 9293 3.10.7.4: a RST returns the half-open connection to LISTEN', () => {
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

  it('MUST-57: SYNs to or from many are dropped without an answer', () => {
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
    const server = listen(it.host, { port: 80, backlog: 0 })
    it.segment({ flags: SYN, seq: 0, sourcePort: 1000 })
    it.segment({ flags: SYN, seq: 0, sourcePort: 1001 })
    const isns = it.sent().map(({ segment }) => segment.seq)
    it.segment({ flags: ACK, seq: 1, ack: (isns[0] ?? 0) + 1, sourcePort: 1000 })
    // One waits: the second's third ACK is left unanswered, a third SYN, too.
    it.segment({ flags: ACK, seq: 1, ack: (isns[1] ?? 0) + 1, sourcePort: 1001 })
    it.segment({ flags: SYN, seq: 0, sourcePort: 1002 })
    expect(it.sent()).toEqual([])
    expect(it.host.stats()).toMatchObject({ ListenOverflows: 2, ListenDrops: 2, TcpPassiveOpens: 1 })
    expect(server.accept()?.remotePort).toBe(1000)
    // The SYN,ACK goes again; its ACK finds room now.
    it.turn(SECOND)
    expect(answers(it)).toEqual([[SYN | ACK, 1001]])
    it.segment({ flags: ACK, seq: 1, ack: (isns[1] ?? 0) + 1, sourcePort: 1001 })
    expect(server.accept()?.remotePort).toBe(1001)
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
    listen(it.host, { port: 80, backlog: 0 })
    for (const sourcePort of [1000, 1001]) it.segment({ flags: SYN, seq: 0, sourcePort })
    const isns = it.sent().map(({ segment }) => segment.seq)
    for (const i of [0, 1]) it.segment({ flags: ACK, seq: 1, ack: (isns[i] ?? 0) + 1, sourcePort: 1000 + i })
    const sent = it.sent()
    expect(sent.map(({ segment }) => segment.flags & RST)).toEqual([RST])
    expect(sent[0]?.segment).toMatchObject({ seq: ((isns[1] ?? 0) + 1) >>> 0, destinationPort: 1001 })
    expect([...it.host.tcp.connections()].length).toBe(1)
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
