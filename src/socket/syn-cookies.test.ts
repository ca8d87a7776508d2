import { describe, expect, it } from 'vitest'
import { ACK, CWR, ECE, FIN, PSH, RST, SYN, type TcpSegment } from '../wire/tcp.ts'
import { listen } from './server-socket.ts'
import { connect } from './stream-socket.ts'
import { TapHost } from './tap-host.testkit.ts'
import { bytes, text, World } from './world.testkit.ts'

const SECOND = 1_000_000
const ALWAYS = { tcp_syncookies: 2 }
const OPTIONS = { mss: 1460, windowScale: 9, sackPermitted: true, hasTimestamps: true, tsVal: 777 }

/** The SYN,ACK that answers a SYN with those fields. */
function open(it: TapHost, fields: Partial<TcpSegment> = OPTIONS): TcpSegment {
  it.segment({ flags: SYN, seq: 99, ...fields })
  const [answer, ...more] = it.sent()
  if (answer === undefined || more.length > 0) throw new Error(`${more.length + 1} answers`)
  return answer.segment
}

/** The third ACK to `answer`. */
function third(answer: TcpSegment, fields: Partial<TcpSegment> = {}): Partial<TcpSegment> {
  const { hasTimestamps } = answer
  return { flags: ACK, seq: 100, ack: answer.seq + 1, hasTimestamps, tsVal: 778, tsEcr: answer.tsVal, ...fields }
}

function options({ mss, windowScale, sackPermitted, hasTimestamps, window, flags, tsEcr }: TcpSegment) {
  return { mss, windowScale, sackPermitted, hasTimestamps, window, flags, tsEcr }
}

describe('SYN cookies (RFC 4987, 3.6)', () => {
  it('RFC 4987, 3.6: keep no state until the third ACK, and then the whole of what was negotiated', () => {
    const it = new TapHost(ALWAYS)
    const server = listen(it.host, { port: 80 })
    const answer = open(it)
    expect([...it.host.tcp.connections()]).toEqual([])
    it.segment(third(answer))
    const socket = server.accept()
    expect(socket?.state).toBe('ESTABLISHED')
    // Timestamps, SACK, window scaling.
    expect(socket?.tcpInfo()).toMatchObject({ tcpi_options: 1 | 2 | 4, tcpi_snd_wscale: 9, tcpi_snd_mss: 1448 })
    expect(it.host.stats()).toMatchObject({ TcpExtSyncookiesSent: 1, TcpExtSyncookiesRecv: 1, TcpPassiveOpens: 1 })
  })

  it.each<[string, Partial<TcpSegment>]>([
    ['all options', OPTIONS],
    ['no window scaling', { ...OPTIONS, windowScale: -1 }],
    ['a scale of 0', { ...OPTIONS, windowScale: 0 }],
    ['a scale beyond 14', { ...OPTIONS, windowScale: 15 }],
    ['ECN', { ...OPTIONS, flags: SYN | ECE | CWR }],
    ['no SACK', { ...OPTIONS, sackPermitted: false }],
    ['timestamps alone', { mss: 1300, hasTimestamps: true, tsVal: 1 }],
  ])('answer as a half-open connection would: %s', (_name, fields) => {
    const [plain, cookie] = [{ tcp_syncookies: 0 }, ALWAYS].map((config) => {
      const it = new TapHost(config)
      const server = listen(it.host, { port: 80 })
      const answer = open(it, fields)
      it.segment(third(answer))
      return { answer: options(answer), info: server.accept()?.tcpInfo() }
    })
    expect(cookie?.answer).toEqual(plain?.answer)
    for (const name of ['tcpi_options', 'tcpi_snd_wscale', 'tcpi_rcv_wscale', 'tcpi_snd_mss', 'tcpi_advmss'] as const) {
      expect(cookie?.info?.[name]).toBe(plain?.info?.[name])
    }
  })

  it('have room for nothing but the MSS where there are no timestamps', () => {
    const it = new TapHost(ALWAYS)
    const server = listen(it.host, { port: 80 })
    const answer = open(it, { mss: 1400, windowScale: 9, sackPermitted: true })
    expect(answer).toMatchObject({ windowScale: -1, sackPermitted: false, hasTimestamps: false, mss: 1460 })
    it.segment(third(answer))
    expect(server.accept()?.tcpInfo()).toMatchObject({ tcpi_options: 0, tcpi_snd_mss: 1300 })
  })

  it('are sent over IPv6 with its own sizes', () => {
    const it = new TapHost(ALWAYS)
    const server = listen(it.host, { port: 80 })
    it.segment({ flags: SYN, seq: 99, ...OPTIONS, mss: 1430 }, '2001:db8::9', '2001:db8::2')
    const answer = it.sent()[0]?.segment
    if (answer === undefined) throw new Error('no answer')
    it.segment(third(answer), '2001:db8::9', '2001:db8::2')
    expect(server.accept()?.tcpInfo()).toMatchObject({ tcpi_snd_mss: 1420 - 12 })
  })

  it('take data with the third ACK, or in its place when that was lost; a FIN as well', () => {
    const it = new TapHost(ALWAYS)
    const server = listen(it.host, { port: 80 })
    const answer = open(it)
    it.segment(third(answer, { flags: ACK | PSH | FIN, payloadLength: 5 }))
    const socket = server.accept()
    expect([socket?.state, socket?.readable]).toEqual(['CLOSE-WAIT', 5])
  })

  it('do not take a later segment for the third ACK, which would lose the bytes before it', () => {
    for (const lost of [1, 2, 3, 100]) {
      const it = new TapHost(ALWAYS)
      const server = listen(it.host, { port: 80 })
      const answer = open(it)
      it.segment(third(answer, { seq: 100 + lost, payloadLength: 5 }))
      expect(server.accept()).toBeNull()
      expect(it.sent().map(({ segment }) => segment.flags)).toEqual([RST])
    }
  })

  it('refuse what is no cookie, of another connection, or too old', () => {
    const it = new TapHost(ALWAYS)
    const server = listen(it.host, { port: 80 })
    const answer = open(it)
    it.segment(third(answer, { ack: answer.seq + 2 }))
    it.segment(third(answer, { sourcePort: 9999 }))
    it.segment(third(answer), '192.0.2.99')
    it.turn(121 * SECOND)
    it.segment(third(answer))
    const sent = it.sent().map(({ segment }) => [segment.flags, segment.seq])
    expect(sent.map(([flags]) => flags)).toEqual([RST, RST, RST, RST])
    expect([...it.host.tcp.connections()]).toEqual([])
    expect(server.accept()).toBeNull()
    // The last one is not even looked at: cookies have not been sent for too long.
    expect(it.host.stats()).toMatchObject({ TcpExtSyncookiesFailed: 3, TcpExtSyncookiesRecv: 0 })
  })

  it('are looked for only where some were sent of late, and not when they are off', () => {
    const it = new TapHost({ tcp_syncookies: 1 })
    const server = listen(it.host, { port: 80 })
    it.segment({ flags: ACK, seq: 100, ack: 12345 })
    it.sent()
    expect(it.host.stats()).toMatchObject({ TcpExtSyncookiesFailed: 0 })
    it.host.setSysctl('tcp_syncookies', 2)
    const answer = open(it)
    it.host.setSysctl('tcp_syncookies', 0)
    it.segment(third(answer))
    expect(server.accept()).toBeNull()
  })

  it('refuse a timestamp that holds options which we would not have offered', () => {
    const it = new TapHost(ALWAYS)
    const server = listen(it.host, { port: 80 })
    const answer = open(it)
    it.host.setSysctl('tcp_sack', false)
    it.segment(third(answer))
    expect(server.accept()).toBeNull()
  })

  it('begin when the SYN queue is full, and end when there is room; the owner is warned once', () => {
    const it = new TapHost({ tcp_max_syn_backlog: 4, tcp_synack_retries: 0 })
    const warnings: string[] = []
    it.host.onwarning = ({ code, message }) => warnings.push(`${code} ${message}`)
    listen(it.host, { port: 80 })
    for (let i = 0; i < 10; i += 1) it.segment({ flags: SYN, seq: 99, sourcePort: 1000 + i, ...OPTIONS })
    expect(it.sent().length).toBe(10)
    expect(it.host.stats()).toMatchObject({
      TcpExtSyncookiesSent: 6,
      TcpExtTCPReqQFullDoCookies: 6,
      TcpExtListenDrops: 0,
    })
    it.turn(SECOND)
    for (let i = 0; i < 4; i += 1) it.segment({ flags: SYN, seq: 99, sourcePort: 2000 + i, ...OPTIONS })
    expect(it.host.stats()).toMatchObject({ TcpExtSyncookiesSent: 6 })
    expect(warnings).toEqual(['SYN_FLOOD port 80 may be flooded with SYNs: it answers with cookies'])
  })

  it('leave the ACK unanswered when the accept queue is full', () => {
    const it = new TapHost(ALWAYS)
    const server = listen(it.host, { port: 80, backlog: 0 })
    const answers = [1, 2].map((port) => open(it, { ...OPTIONS, sourcePort: port }))
    for (const answer of answers) it.segment(third(answer, { sourcePort: answer.destinationPort }))
    expect(it.sent()).toEqual([])
    expect(it.host.stats()).toMatchObject({ TcpExtListenOverflows: 1, TcpExtListenDrops: 1 })
    expect(server.accept()?.remotePort).toBe(1)
    // It comes again with the client's first data, and finds room.
    const again = answers[1]
    if (again) it.segment(third(again, { sourcePort: 2, payloadLength: 3 }))
    expect(server.accept()?.readable).toBe(3)
  })

  it('leave the ACK unanswered when memory is exhausted, which is no overflow of the accept queue', () => {
    const it = new TapHost(ALWAYS)
    const server = listen(it.host, { port: 80 })
    const answer = open(it)
    it.host.setSysctl('tcp_mem', [0, 0, 0])
    expect(it.host.tcp.memory.exhausted).toBe(true)
    it.segment(third(answer))
    expect([it.sent(), server.accept()]).toEqual([[], null])
    const { TcpExtListenOverflows: overflows, TcpExtListenDrops: drops } = it.host.stats()
    expect({ overflows, drops }).toEqual({ overflows: 0, drops: 1 })
  })

  it('carry whole connections, in both directions', () => {
    const world = new World(ALWAYS)
    const { client, server } = world.pair()
    client.write(bytes('a question'))
    server.write(bytes('an answer'))
    world.run(SECOND)
    expect([text(client), text(server)]).toEqual(['an answer', 'a question'])
    client.close()
    world.run(SECOND)
    server.close()
    world.run(61 * SECOND)
    expect([...world.client.tcp.connections(), ...world.server.tcp.connections()]).toEqual([])
  })

  it('do not disturb the SYN that follows a connection in TIME-WAIT (RFC 6191)', () => {
    const world = new World(ALWAYS)
    const { client, server } = world.pair()
    const port = client.localPort
    server.close()
    world.run(SECOND)
    client.close()
    world.run(SECOND)
    const again = connect(world.client, { address: '10.0.0.2', port: 80, localPort: port })
    world.run(SECOND)
    expect(again.state).toBe('ESTABLISHED')
  })
})
