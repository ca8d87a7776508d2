import { describe, expect, it } from 'vitest'
import { Peer } from './peer.testkit.ts'
import { CLOSED, ENDED, READABLE } from './tcb.ts'

describe('RFC 9293 3.6: closing', () => {
  it('MUST-13: we close first: FIN-WAIT-1, FIN-WAIT-2, TIME-WAIT, and 2 MSL later CLOSED', () => {
    const peer = Peer.established().run(`
      +0.1 shutdown
      +0   > F. 1:1(0) ack 1
      +0   state FIN-WAIT-1
      +0.1 < . 1:1(0) ack 2 win 257
      +0   state FIN-WAIT-2
      +0.1 < F. 1:1(0) ack 2 win 257
      +0   > . 2:2(0) ack 2
      +0   state TIME-WAIT
      +59.999999 state TIME-WAIT
      +0.000001  state CLOSED
      +0         error none
    `)
    expect(peer.connection.takeEvents() & (ENDED | CLOSED)).toBe(ENDED | CLOSED)
  })

  it('half-close: we go on receiving (RFC 9293 3.6)', () => {
    Peer.established().run(`
      +0.1 write 100
      +0   > P. 1:101(100) ack 1
      +0   shutdown
      +0   > F. 101:101(0) ack 1
      +0.1 < . 1:1(0) ack 102 win 257
      +1   < P. 1:1001(1000) ack 102 win 257
      +0   > . 102:102(0) ack 1001
      +0   read 1000
      +100 state FIN-WAIT-2
      +0   < F. 1001:1001(0) ack 102 win 257
      +0   > . 102:102(0) ack 1002
      +0   state TIME-WAIT
    `)
  })

  it('half-close: we go on sending', () => {
    Peer.established().run(`
      +0.1 < F. 1:1(0) ack 1 win 257
      +0   > . 1:1(0) ack 2
      +0   ended true
      +1   write 1500
      +0   > . 1:1001(1000) ack 2
      +0   > P. 1001:1501(500) ack 2
      +0.1 < . 2:2(0) ack 1501 win 257
      +0   close
      +0   > F. 1501:1501(0) ack 2
      +0.1 < . 2:2(0) ack 1502 win 257
      +0   state CLOSED
      +0   error none
    `)
  })

  it('the FIN rides on the last data that was not sent', () => {
    Peer.established().run(`
      +0.1 < . 1:1(0) ack 1 win 4
      +0.1 < . 1:1(0) ack 1 win 0
      +0   write 100
      +0   shutdown
      +0.1 < . 1:1(0) ack 1 win 257
      +0   > FP. 1:101(100) ack 1
    `)
  })

  it('simultaneous close (figure 13): CLOSING, TIME-WAIT', () => {
    Peer.established().run(`
      +0.1  shutdown
      +0    > F. 1:1(0) ack 1
      +0.05 < F. 1:1(0) ack 1 win 257
      +0    > . 2:2(0) ack 2
      +0    state CLOSING
      +0.05 < . 2:2(0) ack 2 win 257
      +0    state TIME-WAIT
      +60   state CLOSED
    `)
  })

  it('FIN with the ACK of ours: straight to TIME-WAIT', () => {
    Peer.established().run(`
      +0.1 shutdown
      +0   > F. 1:1(0) ack 1
      +0.1 < F. 1:1(0) ack 2 win 257
      +0   > . 2:2(0) ack 2
      +0   state TIME-WAIT
    `)
  })

  it('a FIN out of order waits, and is in the SACK block (RFC 2018 4)', () => {
    Peer.established().run(`
      +0.1 < FP. 1001:2001(1000) ack 1 win 257
      +0   > . 1:1(0) ack 1 <sack 1001:2002>
      +0   state ESTABLISHED
      +0.1 < . 1:1001(1000) ack 1 win 257
      +0   state CLOSE-WAIT
      +0   > . 1:1(0) ack 2002
      +0   readable 2000
    `)
  })

  it('a bare FIN out of order, too', () => {
    Peer.established().run(`
      +0.1 < F. 1001:1001(0) ack 1 win 257
      +0   > . 1:1(0) ack 1 <sack 1001:1002>
      +0.1 < F. 1001:1001(0) ack 1 win 257
      +0   > . 1:1(0) ack 1 <sack 1001:1002>
      +0.1 < . 1:1001(1000) ack 1 win 257
      +0   state CLOSE-WAIT
      +0   > . 1:1(0) ack 1002 <>
      +0   read 1000
    `)
  })

  it('text past the FIN is dropped with it', () => {
    Peer.established().run(`
      +0.1 < F. 1001:1001(0) ack 1 win 257
      +0   > . 1:1(0) ack 1 <sack 1001:1002>
      +0.1 < . 501:2001(1500) ack 1 win 257
      +0   > . 1:1(0) ack 1 <sack 1001:1002 501:2001>
      +0.1 < . 1:501(500) ack 1 win 257
      +0   > . 1:1(0) ack 1002
      +0   state CLOSE-WAIT
      +0   read 1000
      +0   readable 0
    `)
  })

  it('a FIN out of order in FIN-WAIT-1, then the hole', () => {
    Peer.reach('FIN-WAIT-1').run(`
      +0.1 < FP. 1001:2001(1000) ack 2 win 257
      +0   > . 2:2(0) ack 1 <sack 1001:2002>
      +0   state FIN-WAIT-2
      +0.1 < . 1:1001(1000) ack 2 win 257
      +0   > . 2:2(0) ack 2002
      +0   state TIME-WAIT
    `)
  })

  it('the ACK of our FIN overtaken by an older FIN (figure 12 with reordering)', () => {
    Peer.reach('FIN-WAIT-1').run(`
      +0.1 < . 2:2(0) ack 2 win 257
      +0   state FIN-WAIT-2
      +0   < F. 1:1(0) ack 1 win 257
      +0   > . 2:2(0) ack 2
      +0   state TIME-WAIT
    `)
  })
})

describe('the FIN is delayed or lost', () => {
  it('Linux: the ACK of a FIN waits for the user as that of data does', () => {
    Peer.established().run(`
      +0.1  < P. 1:101(100) ack 1 win 257
      +0    > . 1:1(0) ack 101
      +0.1  < F. 101:101(0) ack 1 win 257
      +0    state CLOSE-WAIT
      +0.04 > . 1:1(0) ack 102
    `)
    Peer.established().run(`
      +0.1  < P. 1:101(100) ack 1 win 257
      +0    > . 1:1(0) ack 101
      +0    read all
      +0.1  < F. 101:101(0) ack 1 win 257
      +0.01 close
      +0    > F. 1:1(0) ack 102
    `)
  })

  it('our FIN lost: it goes again', () => {
    Peer.reach('LAST-ACK').run(`
      +0.3 > F. 1:1(0) ack 2
      +0.3 > F. 1:1(0) ack 2
      +0.6 > F. 1:1(0) ack 2
      +0.1 < . 2:2(0) ack 2 win 257
      +0   state CLOSED
    `)
  })

  it('the last ACK lost: TIME-WAIT acknowledges again, and waits 2 MSL anew (RFC 9293 3.10.7.4)', () => {
    Peer.reach('TIME-WAIT').run(`
      +30  < F. 1:1(0) ack 2 win 257
      +0   > . 2:2(0) ack 2
      +59  state TIME-WAIT
      +0   < F. 1:1(0) ack 2 win 257
      +0   > . 2:2(0) ack 2
      +59  state TIME-WAIT
      +1   state CLOSED
    `)
  })

  it('old text in TIME-WAIT is acknowledged, a bare ACK is not', () => {
    Peer.reach('TIME-WAIT').run(`
      +1 < P. 0:1(1) ack 2 win 257
      +0 > . 2:2(0) ack 2
      +1 < . 2:2(0) ack 2 win 257
    `)
  })
})

describe('CLOSE of both sides', () => {
  it('SHLD-3: with unread data a RST (RFC 2525, 2.17)', () => {
    const peer = Peer.established().run(`
      +0.1 < P. 1:101(100) ack 1 win 257
      +0   > . 1:1(0) ack 101
      +0   close
      +0   > R. 1:1(0) ack 101
      +0   state CLOSED
    `)
    expect(peer.counters.TCPAbortOnClose).toBe(1)
  })

  it.each(['FIN-WAIT-1', 'FIN-WAIT-2'] as const)('SHLD-3: data for an orphan in %s draws a RST', (state) => {
    const peer = Peer.reach(state).run(`
      +0   close
      +0.1 < P. 1:101(100) ack 2 win 257
      +0   > R 2:2(0) win 0
      +0   state CLOSED
    `)
    expect(peer.counters.TCPAbortOnData).toBe(1)
  })

  it('a FIN for an orphan is taken', () => {
    Peer.reach('FIN-WAIT-2').run('+0 close\n+0.1 < F. 1:1(0) ack 2 win 257\n+0 > . 2:2(0) ack 2\n+0 state TIME-WAIT')
  })

  it('tcp_fin_timeout: an orphan leaves FIN-WAIT-2 after 60 s', () => {
    Peer.reach('FIN-WAIT-2').run('+1 close\n+59.999999 state FIN-WAIT-2\n+0.000001 state CLOSED')
    Peer.established().run(`
      +0   close
      +0   > F. 1:1(0) ack 1
      +0.1 < . 1:1(0) ack 2 win 257
      +60  state CLOSED
    `)
  })

  it('TCP_LINGER2 sets that time', () => {
    Peer.established().run(`
      +0   set finTimeout 5
      +0   close
      +0   > F. 1:1(0) ack 1
      +0.1 < . 1:1(0) ack 2 win 257
      +5   state CLOSED
    `)
  })

  it('with data unsent: it is sent, then the FIN', () => {
    Peer.established().run(`
      +0.1 < . 1:1(0) ack 1 win 0
      +0   write 100
      +0   close
      +0.1 < . 1:1(0) ack 1 win 257
      +0   > FP. 1:101(100) ack 1
      +0.1 < . 1:1(0) ack 102 win 257
      +0   state FIN-WAIT-2
    `)
  })

  it('CLOSE again and ABORT after CLOSE do no harm', () => {
    Peer.reach('TIME-WAIT').run('+0 close\n+0 close\n+0 shutdown\n+0 abort\n+0 abort\n+0 close\n+0 state CLOSED')
  })
})

describe('RFC 9293 3.10.5: ABORT', () => {
  it.each([
    ['SYN-RECEIVED', 'R. 1:1(0) ack 1'],
    ['ESTABLISHED', 'R. 1:1(0) ack 1'],
    ['FIN-WAIT-1', 'R. 2:2(0) ack 1'],
    ['FIN-WAIT-2', 'R. 2:2(0) ack 1'],
    ['CLOSE-WAIT', 'R. 1:1(0) ack 2'],
    ['CLOSING', 'R. 2:2(0) ack 2'],
    ['LAST-ACK', 'R. 2:2(0) ack 2'],
  ] as const)('in %s sends a RST', (state, reset) => {
    Peer.reach(state).run(`+0 abort\n+0 > ${reset}\n+0 state CLOSED\n+100 quiet`)
  })

  it.each(['CLOSED', 'LISTEN', 'SYN-SENT', 'TIME-WAIT'] as const)('in %s says nothing', (state) => {
    Peer.reach(state).run('+0 abort\n+0 state CLOSED\n+100 quiet')
  })

  it('with data in flight and unread: both are dropped', () => {
    const peer = Peer.established().run(`
      +0.1 write 100
      +0   > P. 1:101(100) ack 1
      +0.1 < P. 1:101(100) ack 1 win 257
      +0   > . 101:101(0) ack 101
      +0   abort
      +0   > R. 101:101(0) ack 101
      +0   readable 0
    `)
    expect(peer.connection.ended).toBe(true)
  })
})

describe('after a RST', () => {
  it('RFC 9293 3.10.7.4: what was received stays readable', () => {
    const peer = Peer.established().run(`
      +0.1 < P. 1:101(100) ack 1 win 257
      +0   > . 1:1(0) ack 101
      +0.1 < R. 101:101(0) ack 1 win 0
      +0   error ECONNRESET
      +0   read 100
      +0   ended true
    `)
    expect(peer.connection.takeEvents() & (CLOSED | READABLE)).toBe(CLOSED | READABLE)
    expect(peer.connection.write(new Uint8Array(1), 0, 1)).toBe(0)
  })
})

describe('TIME-WAIT gives way', () => {
  it.each([
    ['S 3:3(0)', true],
    ['S 2:2(0)', false],
    ['S 1:1(0)', false],
    ['S. 90000:90000(0) ack 5', false],
    ['SR 3:3(0)', false],
    ['. 3:3(0) ack 2', false],
  ])('MAY-2: to %s: %s', (text, yields) => {
    const peer = Peer.reach('TIME-WAIT')
    expect(peer.connection.yieldsTo(peer.parse(text))).toBe(yields)
  })

  it('SHLD-4, RFC 6191, 2: to a SYN with a newer timestamp, whatever its sequence number', () => {
    const peer = Peer.established({}, 'mss 1000,TS val 1 ecr 0').run(`
      +0.1 shutdown
      +0   > F. 1:1(0) ack 1
      +0.1 < F. 1:1(0) ack 2 win 257 <TS val 50 ecr 100>
      +0   > . 2:2(0) ack 2
    `)
    expect(peer.connection.yieldsTo(peer.parse('S 0:0(0) win 1 <TS val 50 ecr 0>'))).toBe(false)
    expect(peer.connection.yieldsTo(peer.parse('S 0:0(0) win 1 <TS val 51 ecr 0>'))).toBe(true)
  })
})
