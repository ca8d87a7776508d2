import { describe, expect, it } from 'vitest'
import { Bottleneck } from '../sim/bottleneck.ts'
import { Link } from '../sim/link.ts'
import { CoDel } from '../sim/queue.ts'
import { SeededRandom } from '../sim/seeded-random.ts'
import { CE, ECN_BITS, ECT0, ECT1, NOT_ECT } from '../wire/packet.ts'
import { add } from '../wire/seq.ts'
import { ACK, CWR, ECE, PSH, RST, SYN } from '../wire/tcp.ts'
import { listen } from './server-socket.ts'
import type { StreamSocket } from './stream-socket.ts'
import { OURS_V4, OURS_V6, PEER_V4, PEER_V6, TapHost } from './tap-host.testkit.ts'
import { bytes, World } from './world.testkit.ts'

const FAMILIES = [
  ['IPv4', PEER_V4, OURS_V4],
  ['IPv6', PEER_V6, OURS_V6],
] as const

describe.each(FAMILIES)('the IP header over %s', (_family, peer, ours) => {
  /** A peer that asks for ECN and gets it; the socket is ours, and `next` its next sequence number. */
  function accepted(): { tap: TapHost; socket: StreamSocket; next: number } {
    const tap = new TapHost()
    const listener = listen(tap.host, { port: 80 })
    tap.segment({ flags: SYN | ECE | CWR, seq: 1000, mss: 1000 }, peer, ours)
    const [answer] = tap.sent()
    expect(answer?.segment.flags).toBe(SYN | ACK | ECE)
    expect(answer?.ip.trafficClass).toBe(NOT_ECT)
    const next = add(answer?.segment.seq ?? 0, 1)
    tap.segment({ flags: ACK, seq: 1001, ack: next }, peer, ours)
    const socket = listener.accept()
    if (socket === null) throw new Error('nothing to accept')
    return { tap, socket, next }
  }

  it('RFC 3168, 5: has ECT(0) on data beside the DSCP of IP_TOS, and neither on a SYN nor on an acknowledgment', () => {
    const { tap, socket, next } = accepted()
    socket.setOption('IP_TOS', 0xb8)
    socket.write(bytes('hello'))
    tap.turn()
    const [data] = tap.sent()
    expect(data?.segment.payloadLength).toBe(5)
    expect(data?.ip.trafficClass).toBe(0xb8 | ECT0)
    tap.segment({ flags: ACK | PSH, seq: 1001, ack: add(next, 5), payloadLength: 100 }, peer, ours)
    const [ack] = tap.sent()
    expect(ack?.segment).toMatchObject({ flags: ACK, payloadLength: 0 })
    expect(ack?.ip.trafficClass).toBe(0xb8)
  })

  it('RFC 3168, 6.1.3: CE in it draws ECE', () => {
    const { tap, next } = accepted()
    tap.segment({ flags: ACK | PSH, seq: 1001, ack: next, payloadLength: 100, ecn: CE }, peer, ours)
    expect(tap.sent().map(({ segment }) => segment.flags)).toEqual([ACK | ECE])
  })

  it('RFC 3168, 6.1.4: has no mark around a RST, whatever it answers', () => {
    const tap = new TapHost()
    tap.segment({ flags: ACK, seq: 1, ack: 1, payloadLength: 10, ecn: CE }, peer, ours)
    const [answer] = tap.sent()
    expect(answer?.segment.flags).toBe(RST)
    expect((answer?.ip.trafficClass ?? CE) & ECN_BITS).toBe(NOT_ECT)
  })

  it('has its codepoint counted', () => {
    const tap = new TapHost()
    for (const ecn of [NOT_ECT, ECT1, ECT1, ECT0, ECT0, ECT0, CE, CE, CE, CE]) {
      tap.segment({ flags: RST, seq: 1, ecn }, peer, ours)
    }
    expect(tap.host.stats()).toMatchObject({
      IpExtInNoECTPkts: 1,
      IpExtInECT1Pkts: 2,
      IpExtInECT0Pkts: 3,
      IpExtInCEPkts: 4,
    })
  })
})

/** Bits a second. With a round trip of 20 ms 25,000 bytes are on the way, and as many may wait. */
const RATE = 10_000_000
const DELAY = 10_000
const SIZE = 5_000_000

/** What became of SIZE bytes from the client to the server. */
function transfer(tcp_ecn: number, address: string) {
  const bottleneck = new Bottleneck(RATE, new CoDel({ kind: 'codel', target: 2 * DELAY, ecn: true }))
  const world = new World({ tcp_ecn }, 1500, (clock) => {
    const { forth, ports } = new Link(['client', 'server'], clock, { delay: DELAY }, new SeededRandom(0))
    forth.prepend(bottleneck)
    return [...ports]
  })
  const { client, server } = world.pair(address)
  const chunk = new Uint8Array(65_536)
  const begun = world.clock.now()
  let written = 0
  let read = 0
  while (read < SIZE && world.clock.now() - begun < 60_000_000) {
    while (written < SIZE) {
      const count = client.write(chunk.subarray(0, Math.min(chunk.length, SIZE - written)))
      if (count === 0) break
      written += count
    }
    world.run(1000)
    while (server.readable > 0) read += server.read(chunk)
  }
  expect(read).toBe(SIZE)
  const { marked, dropped } = bottleneck
  const share = (8 * SIZE) / RATE / ((world.clock.now() - begun) / 1_000_000)
  return { marked, dropped, share, client: world.client.stats(), server: world.server.stats(), info: client.tcpInfo() }
}

describe('a queue that marks', () => {
  it.each(['10.0.0.2', 'fd00::2'])(
    'SHLD-8, RFC 3168, 6.1.2: keeps %s at full speed, and nothing is sent twice',
    (to) => {
      const { marked, dropped, share, client, server, info } = transfer(1, to)
      expect(dropped).toBe(0)
      expect(marked).toBeGreaterThan(5)
      expect(server.IpExtInCEPkts).toBe(marked)
      expect(client).toMatchObject({ TcpRetransSegs: 0, TcpExtTCPTimeouts: 0 })
      expect(info.tcpi_delivered_ce).toBeGreaterThan(marked)
      expect(client.TcpExtTCPDeliveredCE).toBe(info.tcpi_delivered_ce)
      // Headers take 52 to 72 of 1500 bytes.
      expect(share).toBeGreaterThan(0.9)
    },
  )

  it('drops what does not know of ECN, so that it must go again', () => {
    const { marked, dropped, client } = transfer(0, '10.0.0.2')
    expect(marked).toBe(0)
    expect(dropped).toBeGreaterThan(5)
    expect(client.TcpRetransSegs).toBeGreaterThanOrEqual(dropped)
  })
})
