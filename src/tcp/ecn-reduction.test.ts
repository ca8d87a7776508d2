import { describe, expect, it } from 'vitest'
import { Peer, type PeerSetup } from './peer.testkit.ts'
import { tcpInfo } from './tcp-info.ts'

const OPTIONS = 'mss 1000,sackOK,wscale 7'
const TCPI_CA_CWR = 2

interface Sent extends PeerSetup {
  /** Bytes that wait behind them. */
  waiting?: number
}

/** 10 segments of 1000 bytes have just been sent in a window of as many, to a peer that has asked for ECN; RTT 100 ms. */
function sent({ waiting = 0, ...setup }: Sent = {}): Peer {
  const options = setup.options ?? OPTIONS
  const stamp = options.includes('TS') ? ' <TS val 1 ecr 100>' : ''
  const peer = new Peer({ ...setup, config: { tcp_early_retrans: false, ...setup.config } }).run(`
    +0    listen
    +0    < SEW 0:0(0) win 32792 <${options}>
    +0    > S.E 0:0(0) ack 1
    +0.1  < . 1:1(0) ack 1 win 257${stamp}
    +0.1  quiet
  `)
  peer.perform('write 10000')
  peer.poll()
  if (waiting > 0) peer.perform(`write ${waiting}`)
  peer.run('+0 quiet')
  return peer
}

describe('the window after a mark', () => {
  it('RFC 3168, 6.1.2: is halved over a round trip, nothing is sent again, and the next new data says CWR', () => {
    const peer = sent({ waiting: 20_000 }).run(`
      +0.1  < .E 1:1(0) ack 1001 win 257
      +0    > .W 10001:11001(1000) ack 1 [ect0]
      +0    ssthresh 5
      +0    < .E 1:1(0) ack 2001 win 257
      +0    < .E 1:1(0) ack 3001 win 257
      +0    > . 11001:12001(1000) ack 1 [ect0]
    `)
    expect(tcpInfo(peer.tcb, 1500, peer.now)).toMatchObject({ tcpi_ca_state: TCPI_CA_CWR, tcpi_delivered_ce: 3 })
    peer.run(`
      +0    < . 1:1(0) ack 5001 win 257
      +0    > . 12001:13001(1000) ack 1 [ect0]
      +0    < . 1:1(0) ack 7001 win 257
      +0    > . 13001:14001(1000) ack 1 [ect0]
      +0    < . 1:1(0) ack 9001 win 257
      +0    cwnd 5
      +0    < . 1:1(0) ack 10001 win 257
      +0    > . 14001:15001(1000) ack 1 [ect0]
      +0.1  < . 1:1(0) ack 11001 win 257
      +0    > . 15001:16001(1000) ack 1 [ect0]
      +0    cwnd 5
      +0    ssthresh 5
    `)
    expect(tcpInfo(peer.tcb, 1500, peer.now)).toMatchObject({ tcpi_ca_state: 0, tcpi_delivered: 11, tcpi_retrans: 0 })
    expect(peer.counters).toMatchObject({ TcpRetransSegs: 0, TCPDelivered: 11, TCPDeliveredCE: 3 })
  })

  it('RFC 3168, 6.1.2: is halved without SACK, too', () => {
    sent({ waiting: 20_000, options: 'mss 1000,wscale 7' }).run(`
      +0.1  < .E 1:1(0) ack 1001 win 257
      +0    > .W 10001:11001(1000) ack 1 [ect0]
      +0    ssthresh 5
    `)
  })

  it('RFC 3168, 6.1.2: is not halved where there is no agreement, and on a SYN ECE is no echo', () => {
    const peer = Peer.established({ config: { tcp_early_retrans: false } })
    peer.perform('write 10000')
    peer.poll()
    peer.run(`
      +0.1  < .E 1:1(0) ack 1001 win 257
      +0    cwnd 11
    `)
    new Peer({ config: { tcp_ecn: 1 } }).run(`
      +0    connect
      +0    > SEW 0:0(0)
      +0.1  < S.E 0:0(0) ack 1 win 32792 <${OPTIONS}>
      +0    > . 1:1(0) ack 1
      +0    cwnd 10
      +0    ssthresh 2147483647
    `)
  })

  it('RFC 3168, 6.1.2: is halved once in a window of data, again for the next', () => {
    const peer = sent({ waiting: 20_000 })
    peer.advance(peer.now + 100_000)
    const said: string[] = []
    for (let ack = 1001; ack <= 10_001; ack += 1000) {
      peer.perform(`< .E 1:1(0) ack ${ack} win 257`)
      said.push(...peer.poll().filter((text) => text.startsWith('.W')))
    }
    expect(said).toHaveLength(1)
    expect(peer.tcb.congestion).toMatchObject({ cwnd: 5, ssthresh: 5 })
    peer.run(`
      +0.1  < .E 1:1(0) ack 11001 win 257
      +0    > .W 15001:16001(1000) ack 1 [ect0]
      +0    ssthresh 2
    `)
  })

  it('RFC 3168, 6.1.2: an acknowledgment older than the last says nothing of it', () => {
    sent().run(`
        +0.1  < . 1:1(0) ack 3001 win 257
        +0    < .E 1:1(0) ack 2001 win 257
        +0    ssthresh 2147483647
      `)
  })

  it('RFC 3168, 6.1.2: with nothing under way an echo changes nothing', () => {
    sent().run(`
      +0.1  < . 1:1(0) ack 10001 win 257
      +0    < .E 1:1(0) ack 10001 win 257
      +0    ssthresh 2147483647
    `)
  })
})

describe('marks and losses in one window', () => {
  it('RFC 3168, 6.1.2: a loss after the mark is repaired, but reduces nothing again', () => {
    const peer = sent({ waiting: 20_000 }).run(`
      +0.1  < .E 1:1(0) ack 1001 win 257
      +0    > .W 10001:11001(1000) ack 1 [ect0]
      +0    < .E 1:1(0) ack 1001 win 257 <sack 2001:5001>
      +0    > . 1001:2001(1000) ack 1
      +0    ssthresh 5
      +0    < . 1:1(0) ack 1001 win 257 <sack 2001:8001>
      +0    > . 11001:12001(1000) ack 1 [ect0]
    `)
    expect(peer.tcb.recovery.phase).toBe('Recovery')
    peer.run(`
      +0.1  < . 1:1(0) ack 10001 win 257
      +0    > . 12001:13001(1000) ack 1 [ect0]
      +0    > . 13001:14001(1000) ack 1 [ect0]
      +0    > . 14001:15001(1000) ack 1 [ect0]
      +0    cwnd 5
      +0    ssthresh 5
    `)
  })

  it('RFC 3168, 6.1.2: a mark after the loss reduces nothing again, until the peer knows of the reduction', () => {
    const peer = sent({ waiting: 20_000 }).run(`
      +0.1  < . 1:1(0) ack 1 win 257 <sack 1001:4001>
      +0    > . 1:1001(1000) ack 1
      +0    > .W 10001:11001(1000) ack 1 [ect0]
      +0    < .E 1:1(0) ack 1 win 257 <sack 1001:8001>
      +0    > . 11001:12001(1000) ack 1 [ect0]
      +0    < .E 1:1(0) ack 10001 win 257
      +0    > . 12001:13001(1000) ack 1 [ect0]
      +0    > . 13001:14001(1000) ack 1 [ect0]
      +0    > . 14001:15001(1000) ack 1 [ect0]
      +0    ssthresh 5
    `)
    // Its CWR has arrived: now ECE means a new mark.
    peer.run(`
      +0.1  < .E 1:1(0) ack 11001 win 257
      +0    > .W 15001:16001(1000) ack 1 [ect0]
      +0    ssthresh 2
    `)
  })

  it('RFC 3168, 6.1.2: while there is no new data to say CWR, the echo goes on in vain', () => {
    sent().run(`
      +0.1  < .E 1:1(0) ack 1 win 257 <sack 1001:4001>
      +0    > . 1:1001(1000) ack 1
      +0.1  < .E 1:1(0) ack 10001 win 257
      +0    ssthresh 5
      +0    write 2000
      +0    > .W 10001:11001(1000) ack 1 [ect0]
      +0    > P. 11001:12001(1000) ack 1 [ect0]
    `)
  })

  it('RFC 3168, 6.1.2: after a timeout the first new data says CWR, the retransmission does not', () => {
    sent({ config: { tcp_frto: false } }).run(`
      +0.3  > . 1:1001(1000) ack 1
      +0.1  < . 1:1(0) ack 10001 win 257
      +0    write 2000
      +0    > .W 10001:11001(1000) ack 1 [ect0]
      +0    > P. 11001:12001(1000) ack 1 [ect0]
    `)
  })

  it('RFC 3168, 6.1.2: a timeout after the mark lowers the window to one segment, but not the threshold again', () => {
    sent().run(`
      +0.1  < .E 1:1(0) ack 1001 win 257
      +0    ssthresh 5
      +0.3  > . 1001:2001(1000) ack 1
      +0    cwnd 1
      +0    ssthresh 5
    `)
  })

  it('RFC 3168, 6.1.2: a loss that a probe has mended is told, too', () => {
    const peer = sent({ config: { tcp_early_retrans: true } })
    peer.run(`
      +0.1  < . 1:1(0) ack 9001 win 257
      +0.3  > P. 9001:10001(1000) ack 1
      +0.1  < . 1:1(0) ack 10001 win 257
      +0    write 2000
      +0    > . 10001:11001(1000) ack 1 [ect0]
      +0    > P. 11001:12001(1000) ack 1 [ect0]
      +0.1  < . 1:1(0) ack 12001 win 257
      +0    write 1000
      +0    > P.W 12001:13001(1000) ack 1 [ect0]
    `)
    expect(peer.counters.TCPLossProbeRecovery).toBe(1)
  })
})

describe('a reduction that proves needless', () => {
  const stamped = 'mss 1012,sackOK,TS val 1 ecr 0,wscale 7'

  it('RFC 3168, 6.1.2: is taken back after a DSACK, and the CWR with it; not where a mark was echoed, too', () => {
    const needless = (first: string, second: string, cwnd: number, cwr: string) =>
      sent().run(`
        +0.1  < .${first} 1:1(0) ack 1 win 257 <sack 1001:4001>
        +0    > . 1:1001(1000) ack 1
        +0.01 < .${second} 1:1(0) ack 10001 win 257 <sack 1:1001>
        +0    ssthresh ${second === '' ? 2_147_483_647 : 5}
        +0    cwnd ${cwnd}
        +0    write 1000
        +0    > P.${cwr} 10001:11001(1000) ack 1 [ect0]
      `)
    // In slow start again it has grown by the seven segments of that acknowledgment.
    needless('', '', 17, '')
    needless('E', 'E', 5, 'W')
    needless('', 'E', 5, 'W')
  })

  it('RFC 3168, 6.1.2: is not taken back by the acknowledgment that is the first to echo a mark', () => {
    const threshold = (echo: string) =>
      sent({ waiting: 3000 }).run(`
        +0.1  < . 1:1(0) ack 1 win 257 <sack 1001:4001>
        +0    > . 1:1001(1000) ack 1
        +0    > .W 10001:11001(1000) ack 1 [ect0]
        +0.01 < .${echo} 1:1(0) ack 10001 win 257 <sack 1:1001>
        +0    > . 11001:12001(1000) ack 1 [ect0]
        +0    > P. 12001:13001(1000) ack 1 [ect0]
      `).tcb.congestion.ssthresh
    expect(threshold('')).toBe(2_147_483_647)
    expect(threshold('E')).toBe(5)
  })

  it('RFC 3168, 6.1.2: a mark that is echoed before a spurious timeout keeps the window down', () => {
    const spurious = (echo: string) => {
      const peer = sent({ options: stamped }).run(`
        +0.1  < .${echo} 1:1(0) ack 1001 win 257 <TS val 2 ecr 300>
        +0.3  > . 1001:2001(1000) ack 1
        +0.01 < . 1:1(0) ack 10001 win 257 <TS val 3 ecr 300>
      `)
      expect(peer.tcb.recovery.phase).toBe('Open')
      return peer.tcb.congestion.ssthresh
    }
    expect(spurious('')).toBe(2_147_483_647)
    expect(spurious('E')).toBe(5)
  })
})

describe('super-packets', () => {
  it('RFC 3168, 6.1.2: CWR is said by one segment alone, which is no super-packet', () => {
    const peer = sent({ waiting: 26_000, segmentationLimit: 64_000 }).run(`
      +0.1  < .E 1:1(0) ack 9001 win 257
      +0    > .W 10001:11001(1000) ack 1 [ect0]
      +0    > P. 11001:14001(3000) ack 1 [ect0]
    `)
    expect(peer.segments.slice(-2).map((segment) => segment.segmentSize)).toEqual([0, 1000])
  })

  it('RFC 6937, 3.1: what a super-packet holds counts by segments', () => {
    const peer = sent({ waiting: 26_000, segmentationLimit: 64_000 }).run(`
      +0.1  < .E 1:1(0) ack 9001 win 257
      +0    > .W 10001:11001(1000) ack 1 [ect0]
      +0    > P. 11001:14001(3000) ack 1 [ect0]
      +0    < . 1:1(0) ack 10001 win 257
      +0    > . 14001:15001(1000) ack 1 [ect0]
      +0    cwnd 5
    `)
    expect(peer.tcb.flight.pipe).toBe(5)
  })
})
