import { describe, expect, it } from 'vitest'
import { Peer } from './peer.testkit.ts'
import { CONNECTED, WRITABLE } from './tcb.ts'

describe('active open', () => {
  it('MUST-14, RFC 9293 3.5: SYN, SYN,ACK, ACK', () => {
    const peer = new Peer().run(`
      +0   connect
      +0   > S 0:0(0) win 64240 <mss 1460,sackOK,TS val 100 ecr 0,wscale 7>
      +0.1 < S. 0:0(0) ack 1 win 5792 <mss 1000,sackOK,TS val 700 ecr 100,wscale 7>
      +0   > . 1:1(0) ack 1 win 502 <TS val 200 ecr 700>
      +0   state ESTABLISHED
      +0   srtt 100000
    `)
    expect(peer.connection.takeEvents()).toBe(CONNECTED | WRITABLE)
    expect(peer.counters.TcpActiveOpens).toBe(1)
  })

  it('text and FIN of a SYN,ACK are not taken (as Linux): they come again', () => {
    new Peer().run(`
      +0   connect
      +0   > S 0:0(0)
      +0.1 < SF. 0:100(100) ack 1 win 5792 <mss 1000,sackOK,wscale 7>
      +0   > . 1:1(0) ack 1
      +0   state ESTABLISHED
      +0   readable 0
    `)
  })

  it('RFC 9293 3.10.2: what was written before goes with the third ACK', () => {
    new Peer().run(`
      +0   connect
      +0   > S 0:0(0)
      +0   write 100
      +0.1 < S. 0:0(0) ack 1 win 5792 <mss 1000>
      +0   > P. 1:101(100) ack 1
    `)
  })

  it('RFC 9293 3.10.7.4: the SYN,ACK again, its ACK having been lost, is acknowledged again', () => {
    new Peer().run(`
      +0   connect
      +0   > S 0:0(0)
      +0.1 < S. 0:0(0) ack 1 win 5792 <mss 1000,sackOK>
      +0   > . 1:1(0) ack 1
      +1   < S. 0:0(0) ack 1 win 5792 <mss 1000,sackOK>
      +0   > . 1:1(0) ack 1
    `)
  })

  it('RFC 7323, 3.2: an answer that echoes a timestamp of another time is refused', () => {
    const peer = new Peer().run(`
      +0     connect
      +0     > S 0:0(0)
      +0.1   < S. 0:0(0) ack 1 win 5792 <mss 1000,TS val 700 ecr 99>
      +0     > R 1:1(0)
      +0.008 > S 0:0(0)
      +0.1   < S. 0:0(0) ack 1 win 5792 <mss 1000,TS val 700 ecr 309>
      +0     > R 1:1(0)
      +0     < S. 0:0(0) ack 1 win 5792 <mss 1000,TS val 700 ecr 208>
      +0     > . 1:1(0) ack 1
    `)
    expect(peer.counters.PAWSActive).toBe(2)
  })
})

describe('passive open', () => {
  it('RFC 9293 3.5: LISTEN, SYN-RECEIVED, ESTABLISHED', () => {
    const peer = Peer.established()
    expect(peer.states).toEqual(['CLOSED', 'LISTEN', 'SYN-RECEIVED', 'ESTABLISHED'])
    expect(peer.tcb.rtt.srtt).toBe(100_000)
  })

  it('text of a SYN is not kept (as Linux): it comes again', () => {
    new Peer().run(`
      +0    listen
      +0    < S 0:100(100) win 32792 <mss 1000>
      +0    > S. 0:0(0) ack 1
      +0.1  < P. 1:101(100) ack 1 win 32792
      +0    > . 1:1(0) ack 101
      +0    read 100
    `)
  })

  it('RFC 9293 3.10.7.4: text and FIN come with the third ACK', () => {
    Peer.reach('SYN-RECEIVED').run(`
      +0.1  < FP. 1:101(100) ack 1 win 257
      +0    state CLOSE-WAIT
      +0    readable 100
      +0.04 > . 1:1(0) ack 102
    `)
  })

  it('text without ACK in SYN-RECEIVED is dropped', () => {
    Peer.reach('SYN-RECEIVED').run(`
      +0.1 < P 1:101(100) win 257
      +0   state SYN-RECEIVED
      +0   readable 0
    `)
  })

  it('the third ACK lost: the first text stands for it', () => {
    Peer.reach('SYN-RECEIVED').run(`
      +0.2 < P. 1:11(10) ack 1 win 257
      +0   > . 1:1(0) ack 11
      +0   state ESTABLISHED
    `)
  })

  it('RFC 9293 3.10.1: OPEN, active, from LISTEN', () => {
    new Peer().run(`
      +0   listen
      +0   connect
      +0   > S 0:0(0)
      +0.1 < S. 0:0(0) ack 1 win 5792
      +0   > . 1:1(0) ack 1
    `)
  })

  it('CLOSE in SYN-RECEIVED: FIN once the SYN is acknowledged (RFC 9293 3.10.4)', () => {
    Peer.reach('SYN-RECEIVED').run(`
      +0   write 10
      +0   shutdown
      +0.1 < . 1:1(0) ack 1 win 257
      +0   > FP. 1:11(10) ack 1
      +0   state FIN-WAIT-1
    `)
  })
})

describe('simultaneous open (RFC 9293 3.5, figure 8)', () => {
  const crossed = `
    +0    connect
    +0    > S 0:0(0)
    +0.05 < S 0:0(0) win 5792 <mss 1000,sackOK,wscale 7>
    +0    > S. 0:0(0) ack 1 win 64240 <mss 1460,sackOK,wscale 7>
    +0    state SYN-RECEIVED
  `
  it('MUST-10: SYN, then SYN,ACK', () => {
    new Peer().run(crossed).run(`
      +0.1 < S. 0:0(0) ack 1 win 5792 <mss 1000,sackOK,wscale 7>
      +0   > . 1:1(0) ack 1 win 502 <sack 0:1>
      +0   state ESTABLISHED
      +0   srtt 100000
      +0   write 100
      +0   > P. 1:101(100) ack 1
    `)
  })

  it('MUST-10: SYN, then an ACK', () => {
    new Peer().run(crossed).run(`
      +0.1 < . 1:1(0) ack 1 win 45
      +0   state ESTABLISHED
      +0.1 < S. 0:0(0) ack 1 win 5792 <mss 1000,sackOK,wscale 7>
      +0   > . 1:1(0) ack 1
    `)
  })

  it("our SYN,ACK lost: the peer's SYN again draws it again", () => {
    new Peer().run(crossed).run(`
      +0.6 < S 0:0(0) win 5792 <mss 1000,sackOK,wscale 7>
      +0   > S. 0:0(0) ack 1
      +0.1 < . 1:1(0) ack 1 win 45
      +0   state ESTABLISHED
    `)
  })

  it('MUST-11: RST in an active SYN-RECEIVED refuses', () => {
    new Peer().run(crossed).run(`
      +0.1 < R 1:1(0)
      +0   state CLOSED
      +0   error ECONNREFUSED
    `)
  })
})

describe('retransmission of SYNs', () => {
  it('MUST-22: Linux: SYN at 1, 3, 7, 15, 31, 63 s, ETIMEDOUT at 127 s', () => {
    const peer = new Peer().run(`
      +0  connect
      +0  > S 0:0(0)
      +1  > S 0:0(0) win 64240 <mss 1460,sackOK,TS val 1100 ecr 0,wscale 7>
      +2  > S 0:0(0)
      +4  > S 0:0(0)
      +8  > S 0:0(0)
      +16 > S 0:0(0)
      +32 > S 0:0(0)
      +63.999999 state SYN-SENT
      +0.000001  state CLOSED
      +0         error ETIMEDOUT
    `)
    expect(peer.counters).toMatchObject({ TcpAttemptFails: 1, TcpRetransSegs: 6 })
  })

  it('RFC 4987, 3.3: tcp_synack_retries: SYN,ACK five times more, then nothing', () => {
    Peer.reach('SYN-RECEIVED').run(`
      +1  > S. 0:0(0) ack 1 win 64240 <mss 1460,sackOK,wscale 7>
      +2  > S. 0:0(0) ack 1
      +4  > S. 0:0(0) ack 1
      +8  > S. 0:0(0) ack 1
      +16 > S. 0:0(0) ack 1
      +31 state SYN-RECEIVED
      +1  state CLOSED
    `)
  })

  it('TCP_SYNCNT and TCP_USER_TIMEOUT bound it', () => {
    new Peer().run('+0 set synRetries 1\n+0 connect\n+0 > S 0:0(0)\n+1 > S 0:0(0)\n+2 state CLOSED')
    new Peer().run('+0 set userTimeout 2500\n+0 connect\n+0 > S 0:0(0)\n+1 > S 0:0(0)\n+1.5 error ETIMEDOUT')
  })

  it('RFC 6298 5.7: without a sample after a lost SYN the RTO falls back to 3 s', () => {
    new Peer({ config: { tcp_timestamps: false } }).run(`
      +0   connect
      +0   > S 0:0(0)
      +1   > S 0:0(0)
      +0.1 < S. 0:0(0) ack 1 win 5792 <mss 1000>
      +0   > . 1:1(0) ack 1
      +0   rto 3000000
      +0   cwnd 10
    `)
  })

  it('RFC 6928 2: a window of one segment after more than one lost SYN', () => {
    new Peer({ config: { tcp_timestamps: false } }).run(`
      +0   connect
      +0   > S 0:0(0)
      +1   > S 0:0(0)
      +2   > S 0:0(0)
      +0.1 < S. 0:0(0) ack 1 win 5792 <mss 1000>
      +0   > . 1:1(0) ack 1
      +0   cwnd 1
    `)
  })

  it('CLOSE and ABORT in SYN-SENT leave without a word (RFC 9293 3.10.4, 3.10.5)', () => {
    Peer.reach('SYN-SENT').run('+0.1 shutdown\n+0 state CLOSED\n+0 error none\n+10 quiet')
    Peer.reach('SYN-SENT').run('+0.1 abort\n+0 state CLOSED\n+10 quiet')
  })
})

describe('options', () => {
  const cases = [
    ['mss 1000,sackOK,TS val 7 ecr 0,wscale 7', 'mss 1460,sackOK,TS val 100 ecr 7,wscale 7', {}],
    ['mss 1000,TS val 7 ecr 0,wscale 7', 'mss 1460,TS val 100 ecr 7,wscale 7', {}],
    ['mss 1000,sackOK,TS val 7 ecr 0', 'mss 1460,sackOK,TS val 100 ecr 7', {}],
    ['mss 1000,sackOK,wscale 0', 'mss 1460,sackOK,wscale 7', {}],
    ['mss 1000,sackOK', 'mss 1460,sackOK', {}],
    ['mss 1000,wscale 7', 'mss 1460,wscale 7', {}],
    ['mss 1000', 'mss 1460', {}],
    ['', 'mss 1460', {}],
    ['mss 1000,sackOK,TS val 7 ecr 0,wscale 7', 'mss 1460,sackOK,wscale 7', { tcp_timestamps: false }],
    ['mss 1000,sackOK,TS val 7 ecr 0,wscale 7', 'mss 1460,TS val 100 ecr 7,wscale 7', { tcp_sack: false }],
    ['mss 1000,sackOK,TS val 7 ecr 0,wscale 7', 'mss 1460,sackOK,TS val 100 ecr 7', { tcp_window_scaling: false }],
  ] as const

  it.each(cases)('RFC 7323, 2.2, RFC 2018, 2: <%s> is answered by <%s>', (offered, answered, config) => {
    const list = offered === '' ? '' : ` <${offered}>`
    new Peer({ config }).run(`
      +0 listen
      +0 < S 0:0(0) win 32792${list}
      +0 > S. 0:0(0) ack 1 <${answered}>
    `)
  })

  it('RFC 7323, 2.2, RFC 7323, 3.2 a: only what was offered is used, though the answer has more', () => {
    const config = { tcp_timestamps: false, tcp_sack: false, tcp_window_scaling: false }
    const peer = new Peer({ config }).run(`
      +0   connect
      +0   > S 0:0(0) win 64240 <mss 1460>
      +0.1 < S. 0:0(0) ack 1 win 5792 <mss 1000,sackOK,TS val 7 ecr 0,wscale 7>
      +0   > . 1:1(0) ack 1 win 64240 <>
      +0.1 < . 1001:2001(1000) ack 1 win 5792
      +0   > . 1:1(0) ack 1 win 64240 <>
    `)
    expect(peer.tcb).toMatchObject({ useSack: false, useTimestamps: false, useScaling: false })
  })

  it.each([
    ['mss 1460', 1460],
    ['', 536],
    ['mss 1', 48],
    ['mss 9000', 1460],
    ['mss 1460,TS val 7 ecr 0', 1448],
  ])('MUST-14, MUST-15, MUST-16: <%s> means segments of %d bytes', (offered, size) => {
    const ts = offered.includes('TS') ? ' <TS val 8 ecr 100>' : ''
    const peer = new Peer().run(`
      +0 listen
      +0 < S 0:0(0) win 32792 ${offered === '' ? '' : `<${offered}>`}
      +0 > S. 0:0(0) ack 1
      +0.1 < . 1:1(0) ack 1 win 32792${ts}
    `)
    peer.perform('write 3000')
    expect(peer.poll()[0]).toContain(`1:${1 + size}(${size})`)
  })

  it('TCP_MAXSEG bounds what is announced and what is sent', () => {
    const peer = new Peer()
    peer.run(`
      +0 set maxSegment 500
      +0 connect
      +0 > S 0:0(0) win 64240 <mss 500,sackOK,TS val 100 ecr 0,wscale 7>
      +0.1 < S. 0:0(0) ack 1 win 5792 <mss 1000>
      +0   > . 1:1(0) ack 1
      +0   write 500
      +0   > P. 1:501(500) ack 1
    `)
  })

  it.each([0, 1, 7, 13, 14, 15, 255])('RFC 7323, 2.3: a window scale of %d', (scale) => {
    const peer = new Peer().run(`
      +0   listen
      +0   < S 0:0(0) win 32792 <mss 1000,wscale ${scale}>
      +0   > S. 0:0(0) ack 1
      +0.1 < . 1:1(0) ack 1 win 3
    `)
    expect(peer.tcb.snd.wnd).toBe(3 * 2 ** Math.min(scale, 14))
  })

  it.each([
    [65_535, 0],
    [131_070, 1],
    [6_291_456, 7],
    [33_554_432, 10],
    [2 ** 31, 14],
  ])('our scale suits a buffer of %d bytes: %d', (most, scale) => {
    const peer = new Peer({ config: { tcp_rmem: [4096, 65_535, most] } })
    peer.perform('connect')
    expect(peer.poll()[0]).toContain(`wscale ${scale}`)
  })
})
