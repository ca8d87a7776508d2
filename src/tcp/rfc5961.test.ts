import { describe, expect, it } from 'vitest'
import { Peer } from './peer.testkit.ts'

/** What a connection in ESTABLISHED, window `options`, says to `segment`: what it sends, its state, what it has taken. */
function answer(segment: string, options = 'mss 1000'): { sent: string[]; state: string; readable: number } {
  const peer = Peer.established({}, options)
  peer.inject(segment)
  const sent = peer.poll().map((text) => text.replace(/ win \d+/, ''))
  return { sent, state: peer.state, readable: peer.connection.readable }
}

const challenge = { sent: ['. 1:1(0) ack 1'], state: 'ESTABLISHED', readable: 0 }
const silence = { sent: [], state: 'ESTABLISHED', readable: 0 }

describe('RFC 5961, 3: blind reset by RST', () => {
  it('RFC 5961, 3.2: the window is the border of what is challenged', () => {
    const window = Peer.established({}, 'mss 1000').tcb.rcvWnd
    expect(answer('R 2:2(0)')).toEqual(challenge)
    expect(answer(`R ${window}:${window}(0)`)).toEqual(challenge)
    expect(answer(`R ${window + 2}:${window + 2}(0)`)).toEqual(silence)
    expect(answer('R 4294967295:4294967295(0)')).toEqual(silence)
    expect(answer('R 1:1(0)')).toEqual({ sent: [], state: 'CLOSED', readable: 0 })
  })

  it('RFC 5961, 3.2: a peer that is gone answers the challenge with the RST that fits', () => {
    Peer.established().run(`
      +0.1 < R 100:100(0)
      +0   > . 1:1(0) ack 1
      +0.1 < R 1:1(0) win 0
      +0   error ECONNRESET
    `)
  })

  it('RFC 5961, 3.2: of all numbers in the window only one resets', () => {
    const peer = Peer.established({}, 'mss 1000')
    const window = peer.tcb.rcvWnd
    for (let seq = 2; seq <= window; seq += 37) peer.inject(`R ${seq}:${seq}(0)`)
    expect(peer.state).toBe('ESTABLISHED')
  })
})

describe('RFC 5961, 4: blind reset by SYN', () => {
  it('RFC 5961, 4.2: a peer that has restarted answers the challenge with the RST that fits', () => {
    Peer.established().run(`
      +0.1 < S 1000:1000(0) win 32792 <mss 1000>
      +0   > . 1:1(0) ack 1
      +0.1 < R 1:1(0) win 0
      +0   error ECONNRESET
    `)
  })

  it('RFC 5961, 4.2: its text and its options are not looked at', () => {
    const peer = Peer.established()
    peer.inject('SP 1:101(100) win 1 <mss 100,wscale 0>')
    expect([peer.connection.readable, peer.tcb.snd.mss, peer.tcb.snd.scale]).toEqual([0, 1000, 7])
  })
})

describe('RFC 5961, 5: blind injection', () => {
  /** 3000 octets were acknowledged, the largest window was 2000. */
  const sender = () => {
    const peer = Peer.established({ config: { tcp_early_retrans: false } }, 'mss 500')
    peer.tcb.snd.maxWnd = 2000
    for (let i = 0; i < 6; i += 1) {
      peer.perform('write 500')
      peer.poll()
      peer.inject(`. 1:1(0) ack ${500 * i + 501} win 2000`)
    }
    peer.tcb.snd.maxWnd = 2000
    return peer
  }

  it.each([
    [1000, false],
    [1001, true],
    [3001, true],
    [3002, false],
  ])('RFC 5961, 5.2: with SND.UNA 3001, MAX.SND.WND 2000 text that acknowledges %d is taken: %s', (ack, taken) => {
    const peer = sender()
    peer.inject(`P. 1:11(10) ack ${ack} win 2000`)
    expect(peer.connection.readable).toBe(taken ? 10 : 0)
    expect(peer.poll().length).toBe(1)
  })

  it('RFC 5961, 5.2: MAX.SND.WND is the largest window ever, scaled', () => {
    const peer = Peer.established({}, 'mss 1000,wscale 7')
    expect(peer.tcb.snd.maxWnd).toBe(257 << 7)
    peer.inject('P. 1:2(1) ack 1 win 2000')
    peer.inject('P. 2:3(1) ack 1 win 10')
    peer.inject('. 3:3(0) ack 1 win 10')
    expect([peer.tcb.snd.wnd, peer.tcb.snd.maxWnd]).toEqual([1280, 256_000])
  })
})

describe('RFC 5961, 7: challenges are limited', () => {
  it('RFC 5961, 7: by a time that can be set', () => {
    const count = (config: object) => {
      const peer = Peer.established({ config })
      for (let i = 0; i < 100; i += 1) {
        peer.inject('R 50:50(0)')
        peer.poll()
        peer.advance(peer.now + 10_000)
      }
      return peer.counters.TCPChallengeACK
    }
    expect(count({})).toBe(2)
    expect(count({ tcp_invalid_ratelimit_us: 100_000 })).toBe(10)
    expect(count({ tcp_invalid_ratelimit_us: 0 })).toBe(100)
  })

  it('RFC 5961, 7: by a number a second for all connections of the host', () => {
    const peer = Peer.established({ config: { tcp_challenge_ack_limit: 10, tcp_invalid_ratelimit_us: 0 } })
    const before = peer.counters.TCPChallengeACK
    for (let i = 0; i < 1000; i += 1) peer.inject('R 50:50(0)')
    const inOneSecond = peer.counters.TCPChallengeACK - before
    expect(inOneSecond).toBeGreaterThanOrEqual(5)
    expect(inOneSecond).toBeLessThanOrEqual(15)
  })
})
