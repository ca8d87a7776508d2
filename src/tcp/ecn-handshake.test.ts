import { describe, expect, it } from 'vitest'
import { Pair } from './pair.testkit.ts'
import { Peer, type PeerSetup } from './peer.testkit.ts'
import { tcpInfo } from './tcp-info.ts'

const asks: PeerSetup = { config: { tcp_ecn: 1, tcp_early_retrans: false } }
const OPTIONS = 'mss 1000,sackOK,wscale 7'
const TCPI_OPT_ECN = 8

/** A connection of ours that has asked, and got this answer. */
function answered(answer: string, setup = asks): Peer {
  return new Peer(setup).run(`
    +0    connect
    +0    > ${setup.config?.tcp_ecn === 1 ? 'SEW' : 'S'} 0:0(0)
    +0.1  < ${answer} 0:0(0) ack 1 win 32792 <${OPTIONS}>
    +0    > . 1:1(0) ack 1
  `)
}

/** A peer's SYN, what it draws, and whether data is marked then. */
function asked(syn: string, answer: string, marked: boolean, setup: PeerSetup = {}): Peer {
  const [flags = '', mark = ''] = syn.split(' ')
  return new Peer(setup).run(`
    +0    listen
    +0    < ${flags} 0:0(0) win 32792 <${OPTIONS}> ${mark}
    +0    > ${answer} 0:0(0) ack 1
    +0.1  < . 1:1(0) ack 1 win 257
    +0    write 1000
    +0    > P. 1:1001(1000) ack 1${marked ? ' [ect0]' : ''}
  `)
}

describe('agreeing on ECN', () => {
  it('SHLD-8, RFC 3168, 6.1.1: a SYN asks with ECE and CWR, a SYN,ACK with ECE agrees', () => {
    const peer = answered('S.E').run(`
      +0    write 1000
      +0    > P. 1:1001(1000) ack 1 [ect0]
    `)
    expect(tcpInfo(peer.tcb, 1500, peer.now).tcpi_options & TCPI_OPT_ECN).toBe(TCPI_OPT_ECN)
  })

  it('SHLD-8, RFC 3168, 6.1.1: a peer that asks is granted it, with ECE alone', () => {
    const peer = asked('SEW', 'S.E', true)
    expect(tcpInfo(peer.tcb, 1500, peer.now).tcpi_options & TCPI_OPT_ECN).toBe(TCPI_OPT_ECN)
  })

  it.each(['S.', 'S.W', 'S.EW'])('RFC 3168, 6.1.1: the answer %s does not agree', (flags) => {
    const peer = answered(flags).run(`
      +0    write 1000
      +0    > P. 1:1001(1000) ack 1
      +0    < . 1:1001(1000) ack 1 win 257 [ce]
      +0    > . 1001:1001(0) ack 1001
    `)
    expect(tcpInfo(peer.tcb, 1500, peer.now).tcpi_options & TCPI_OPT_ECN).toBe(0)
  })

  it.each(['S', 'SE', 'SW'])('RFC 3168, 6.1.1: the SYN %s does not ask', (flags) => {
    asked(flags, 'S.', false)
  })

  it('RFC 3168, 6.1.1: with tcp_ecn 0 it is not granted', () => {
    asked('SEW', 'S.', false, { config: { tcp_ecn: 0 } })
  })

  it('RFC 3168, 6.1.1: with tcp_ecn 2 it is not asked for, and an answer without a question means nothing', () => {
    answered('S.E', { config: { tcp_ecn: 2 } }).run(`
      +0    write 1000
      +0    > P. 1:1001(1000) ack 1
    `)
  })

  it.each(['[ect0]', '[ect1]', '[ce]'])(
    'RFC 3168, 6.1.1: a SYN must not be marked: %s shows a network that cannot be trusted with marks',
    (mark) => {
      asked(`SEW ${mark}`, 'S.', false)
    },
  )

  it('RFC 9768, 3.1.2: Accurate ECN is answered as by a host that does not know it, even where its SYN is marked', () => {
    asked('SEWe', 'S.E', true)
    asked('SEWe [ect0]', 'S.E', true)
  })

  it('RFC 3168, 6.1.1: a SYN that comes again without the question: the SYN,ACK is the same, but no data is marked', () => {
    new Peer().run(`
        +0    listen
        +0    < SEW 0:0(0) win 32792 <${OPTIONS}>
        +0    > S.E 0:0(0) ack 1
        +0.9  < S 0:0(0) win 32792 <${OPTIONS}>
        +0    > S.E 0:0(0) ack 1
        +0.1  < . 1:1(0) ack 1 win 257
        +0    write 1000
        +0    > P. 1:1001(1000) ack 1
        +0.1  < . 1:1001(1000) ack 1001 win 257 [ce]
        +0    > .E 1001:1001(0) ack 1001
      `)
  })

  it('RFC 3168, 6.1.1: both open at once, both ask', () => {
    const pair = new Pair({ config: { tcp_ecn: 1 } }, { config: { tcp_ecn: 1 } })
    pair.a.connection.connect(pair.now)
    pair.b.connection.connect(pair.now)
    pair.run(100_000)
    expect(pair.a.states).toEqual(['CLOSED', 'SYN-SENT', 'SYN-RECEIVED', 'ESTABLISHED'])
    for (const end of [pair.a, pair.b]) expect(end.connection.tcb.ecn).toMatchObject({ agreed: true, marking: true })
  })

  it('RFC 3168, 6.1.1: both open at once: the SYN,ACK has ECE where both have asked', () => {
    const open = (syn: string, answer: string, second: string, data: string) =>
      new Peer(asks).run(`
        +0    connect
        +0    > SEW 0:0(0)
        +0.1  < ${syn} 0:0(0) win 32792 <${OPTIONS}>
        +0    > ${answer} 0:0(0) ack 1
        +0.1  < ${second} 0:0(0) ack 1 win 32792 <${OPTIONS}>
        +0    > . 1:1(0) ack 1
        +0    write 1000
        +0    > ${data}
      `)
    open('SEW', 'S.E', 'S.E', 'P. 1:1001(1000) ack 1 [ect0]')
    open('SEW', 'S.E', 'S.', 'P. 1:1001(1000) ack 1')
    open('S', 'S.', 'S.', 'P. 1:1001(1000) ack 1')
  })
})

describe('a SYN that asks and gets no answer', () => {
  it('RFC 3168, 6.1.1.1: goes again without the question', () => {
    new Peer(asks).run(`
      +0    connect
      +0    > SEW 0:0(0)
      +1    > S 0:0(0)
      +0.1  < S. 0:0(0) ack 1 win 32792 <${OPTIONS}>
      +0    > . 1:1(0) ack 1
      +0    write 1000
      +0    > P. 1:1001(1000) ack 1
    `)
  })

  it('RFC 3168, 6.1.1: if the first is answered after all, marks are echoed, but no data is marked', () => {
    new Peer(asks).run(`
      +0    connect
      +0    > SEW 0:0(0)
      +1    > S 0:0(0)
      +0.1  < S.E 0:0(0) ack 1 win 32792 <${OPTIONS}>
      +0    > . 1:1(0) ack 1
      +0    write 1000
      +0    > P. 1:1001(1000) ack 1
      +0.1  < . 1:1001(1000) ack 1001 win 257 [ce]
      +0    > .E 1001:1001(0) ack 1001
    `)
  })

  it('RFC 3168, 6.1.1.1: without tcp_ecn_fallback it asks again', () => {
    new Peer({ config: { ...asks.config, tcp_ecn_fallback: false } }).run(`
      +0    connect
      +0    > SEW 0:0(0)
      +1    > SEW 0:0(0)
      +0.1  < S.E 0:0(0) ack 1 win 32792 <${OPTIONS}>
      +0    > . 1:1(0) ack 1
      +0    write 1000
      +0    > P. 1:1001(1000) ack 1 [ect0]
    `)
  })

  it('RFC 3168, 6.1.1: the SYN of the peer crosses it then: our SYN,ACK does not agree', () => {
    new Peer(asks).run(`
      +0    connect
      +0    > SEW 0:0(0)
      +1    > S 0:0(0)
      +0.1  < SEW 0:0(0) win 32792 <${OPTIONS}>
      +0    > S. 0:0(0) ack 1
    `)
  })
})
