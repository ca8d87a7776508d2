import { describe, expect, it } from 'vitest'
import { Peer } from './peer.testkit.ts'
import { READABLE, URGENT } from './tcb.ts'

const small = { config: { tcp_rmem: [4096, 20_000, 20_000] as [number, number, number] } }

/** A connection whose user reads nothing, so that its window is closed; `at`: the peer's next octet. */
function closed(): { peer: Peer; at: number } {
  const peer = Peer.established(small, 'mss 1000')
  let at = 1
  while (peer.tcb.rcvWnd > 0) {
    const length = Math.min(1000, peer.tcb.rcvWnd)
    peer.inject(`. ${at}:${at + length}(${length}) ack 1 win 257`)
    peer.poll()
    at += length
  }
  peer.skip(1_000_000)
  peer.connection.takeEvents()
  return { peer, at }
}

describe('RFC 9293 3.4: in a zero window', () => {
  it('MUST-66: a RST resets', () => {
    const { peer, at } = closed()
    expect(peer.tcb.rcvWnd).toBe(0)
    peer.run(`+0.1 < R ${at}:${at}(0) win 0\n+0 error ECONNRESET`)
  })

  it('MUST-66: the urgent pointer is heeded, though the text is not taken', () => {
    const { peer, at } = closed()
    const { readable } = peer.connection
    peer.inject(`PU. ${at}:${at + 10}(10) ack 1 win 257 urg 10`)
    expect(peer.connection.takeEvents() & URGENT).toBe(URGENT)
    expect(peer.connection.readable).toBe(readable)
    expect(peer.connection.urgentAhead).toBe(readable + 10)
  })

  it('RFC 9293 3.10.7.4: the acknowledgment in what is not acceptable for its text is heeded', () => {
    const { peer, at } = closed()
    peer.perform('write 10')
    peer.poll()
    peer.inject(`P. ${at}:${at + 10}(10) ack 11 win 257`)
    expect(peer.tcb.flight.count).toBe(0)
  })

  it('MAY-8: it stays closed for as long as the user does not read', () => {
    const { peer, at } = closed()
    for (let hour = 0; hour < 100; hour += 1) {
      peer.run(`+3600 < . ${at - 1}:${at - 1}(0) ack 1 win 257\n+0 > . 1:1(0) ack ${at} win 0`)
    }
    expect(peer.state).toBe('ESTABLISHED')
  })
})

describe('RFC 9293 3.10.7.4: acknowledgments', () => {
  it('MUST-58: one stands for all that came before it is sent', () => {
    const peer = Peer.established({}, 'mss 1000')
    for (let i = 0; i < 10; i += 1) peer.inject(`. ${1000 * i + 1}:${1000 * i + 1001}(1000) ack 1 win 32792`)
    expect(peer.poll().map((text) => text.replace(/ win.*/, ''))).toEqual(['. 1:1(0) ack 10001'])
    expect(peer.poll()).toEqual([])
  })

  it('MUST-58: one rides on the data that goes anyway', () => {
    const peer = Peer.established({}, 'mss 1000')
    peer.inject('P. 1:101(100) ack 1 win 32792')
    peer.perform('write 50')
    expect(peer.poll().map((text) => text.replace(/ win.*/, ''))).toEqual(['P. 1:51(50) ack 101'])
    expect(peer.poll()).toEqual([])
  })

  it('SHLD-18: one is put off for text that comes alone, but not for more than 200 ms', () => {
    const peer = Peer.established({}, 'mss 1000')
    let at = 1
    let longest = 0
    for (let i = 0; i < 60; i += 1) {
      peer.skip(150_000)
      const sent = peer.segments.length
      peer.inject(`P. ${at}:${at + 100}(100) ack 1 win 32792`)
      at += 100
      const begun = peer.now
      peer.poll()
      while (peer.segments.length === sent) {
        peer.advance(peer.connection.deadline())
        longest = Math.max(longest, peer.now - begun)
      }
      peer.perform('read 100')
      peer.poll()
    }
    expect(longest).toBeGreaterThanOrEqual(40_000)
    expect(longest).toBeLessThanOrEqual(200_000)
  })

  it('MAY-17: PSH says nothing to the user, who is told of all text', () => {
    for (const flags of ['.', 'P.']) {
      const peer = Peer.established()
      peer.connection.takeEvents()
      peer.inject(`${flags} 1:101(100) ack 1 win 257`)
      expect([peer.connection.takeEvents(), peer.connection.readable]).toEqual([READABLE, 100])
    }
  })
})

describe('RFC 9293 3.10.7.4, seventh: text out of order', () => {
  it.each(['mss 1000', 'mss 1000,sackOK'])('SHLD-31: is kept, and is there once the hole is filled (%s)', (options) => {
    const peer = Peer.established({}, options)
    for (const left of [3001, 2001, 1001]) peer.inject(`. ${left}:${left + 1000}(1000) ack 1 win 32792`)
    expect(peer.connection.readable).toBe(0)
    peer.poll()
    peer.inject('. 1:1001(1000) ack 1 win 32792')
    expect(peer.poll().map((text) => text.replace(/ win.*/, ''))).toEqual(['. 1:1(0) ack 4001'])
    peer.run('+0 read 4000')
  })
})

describe('RFC 6093: urgent data received', () => {
  it('RFC 6093, 6: stays in the stream, in its order; the user reads it where it lies', () => {
    const peer = Peer.established().run('+0.1 < PU. 1:11(10) ack 1 win 257 urg 5\n+0 > . 1:1(0) ack 11')
    expect(peer.connection.takeEvents() & URGENT).toBe(URGENT)
    // `read` compares each byte with the pattern of the stream.
    peer.run('+0 readable 10\n+0 urgentAhead 5\n+0 read 4\n+0 urgentAhead 1\n+0 read 6\n+0 urgentAhead 0')
  })

  it('RFC 6093, 4: the octet that the pointer names is urgent no more', () => {
    Peer.established().run(`
      +0.1 < PU. 1:11(10) ack 1 win 257 urg 10
      +0   > . 1:1(0) ack 11
      +0   urgentAhead 10
      +0   read 10
      +0   urgentAhead 0
    `)
  })
})

describe('RFC 9293 3.5.3: a RST with data', () => {
  it.each([
    ['ESTABLISHED', 'R 1:101(100)', 'ECONNRESET'],
    ['ESTABLISHED', 'RP. 1:101(100) ack 1', 'ECONNRESET'],
    ['CLOSE-WAIT', 'R 2:102(100)', 'EPIPE'],
    ['SYN-SENT', 'R. 0:100(100) ack 1', 'ECONNREFUSED'],
  ] as const)('SHLD-2: in %s %s resets, and the data is not read', (state, segment, error) => {
    const peer = Peer.reach(state)
    peer.inject(segment)
    expect([peer.state, peer.tcb.error, peer.connection.readable]).toEqual(['CLOSED', error, 0])
    expect(peer.poll()).toEqual([])
  })
})
