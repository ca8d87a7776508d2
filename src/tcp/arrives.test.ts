import { describe, expect, it } from 'vitest'
import { Peer } from './peer.testkit.ts'
import type { State } from './states.ts'

interface Place {
  state: State
  /** The octet that the peer sends next, and what it may acknowledge at most. */
  next: number
  ack: number
  /** Ours. */
  seq: number
}

/** The synchronized states (RFC 9293, 3.4.1), and where sequence numbers stand when reached by `Peer.reach`. */
const SYNCHRONIZED: readonly Place[] = [
  { state: 'ESTABLISHED', next: 1, ack: 1, seq: 1 },
  { state: 'FIN-WAIT-1', next: 1, ack: 2, seq: 2 },
  { state: 'FIN-WAIT-2', next: 1, ack: 2, seq: 2 },
  { state: 'CLOSE-WAIT', next: 2, ack: 1, seq: 1 },
  { state: 'CLOSING', next: 2, ack: 2, seq: 2 },
  { state: 'LAST-ACK', next: 2, ack: 2, seq: 2 },
  { state: 'TIME-WAIT', next: 2, ack: 2, seq: 2 },
]
const OPEN = SYNCHRONIZED.filter((place) => place.state !== 'TIME-WAIT')
const RECEIVING = SYNCHRONIZED.filter(({ state }) => ['ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2'].includes(state))

/** Sends `segment` to a connection in `state` and says what it answers and where it is then. */
function answer(state: State, segment: string): { sent: string[]; state: State; error: string } {
  const peer = Peer.reach(state)
  peer.inject(segment)
  const sent = peer.poll().map((text) => text.replace(/ win \d+/, ''))
  return { sent, state: peer.state, error: peer.tcb.error }
}

describe('RFC 9293 3.10.7.1, 3.10.7.2: segments in CLOSED and LISTEN', () => {
  it.each([
    ['CLOSED', 'S 0:0(0)', []],
    ['LISTEN', 'R 0:0(0)', []],
    ['LISTEN', 'R. 0:0(0) ack 7', []],
    ['LISTEN', '. 0:0(0) ack 7', ['R 7:7(0)']],
    ['LISTEN', 'S. 0:0(0) ack 7', ['R 7:7(0)']],
    ['LISTEN', 'F 0:0(0)', []],
    ['LISTEN', 'P 0:10(10)', []],
    ['LISTEN', 'SF 0:0(0)', []],
    ['LISTEN', 'SR 0:0(0)', []],
  ] as const)('%s: %s', (state, segment, sent) => {
    expect(answer(state, segment)).toEqual({ sent: [...sent], state, error: '' })
  })
})

describe('RFC 9293 3.10.7.3: segments in SYN-SENT', () => {
  it.each([
    ['an ACK of something else is answered by RST', 'S. 0:0(0) ack 0', ['R 0:0(0)'], 'SYN-SENT', ''],
    ['an ACK of what was never sent', 'S. 0:0(0) ack 2', ['R 2:2(0)'], 'SYN-SENT', ''],
    ['the same with RST is dropped', 'R. 0:0(0) ack 2', [], 'SYN-SENT', ''],
    ['RST with the right ACK refuses', 'R. 0:0(0) ack 1', [], 'CLOSED', 'ECONNREFUSED'],
    ['RFC 5961, 3.2: RST without ACK is dropped', 'R 0:0(0)', [], 'SYN-SENT', ''],
    ['neither SYN nor RST is dropped', '. 0:0(0) ack 1', [], 'SYN-SENT', ''],
    ['FIN is dropped', 'F 0:0(0)', [], 'SYN-SENT', ''],
    ['SYN and RST with the right ACK refuse', 'SR. 0:0(0) ack 1', [], 'CLOSED', 'ECONNREFUSED'],
  ] as const)('%s', (_name, segment, sent, state, error) => {
    expect(answer('SYN-SENT', segment)).toEqual({ sent: [...sent], state, error })
  })

  it('RFC 9293 3.5.1: after a RST to an older connection the SYN goes again at once', () => {
    new Peer().run(`
      +0     connect
      +0     > S 0:0(0)
      +0.1   < . 300:300(0) ack 777
      +0     > R 777:777(0)
      +0.008 > S 0:0(0)
    `)
  })
})

describe('RFC 9293 3.10.7.4: segments in SYN-RECEIVED', () => {
  it.each([
    [
      'the SYN once more draws the SYN,ACK once more',
      'S 0:0(0)',
      ['S. 0:0(0) ack 1 <mss 1460,sackOK,wscale 7>'],
      'SYN-RECEIVED',
    ],
    ['an ACK of what was never sent', '. 1:1(0) ack 5', ['R 5:5(0)'], 'SYN-RECEIVED'],
    ['an ACK of nothing new', '. 1:1(0) ack 0', ['R 0:0(0)'], 'SYN-RECEIVED'],
    ['no ACK is dropped', 'P 1:11(10)', [], 'SYN-RECEIVED'],
    ['outside the window', '. 90000:90000(0) ack 1', ['. 1:1(0) ack 1'], 'SYN-RECEIVED'],
    ['text outside the window', 'P. 90000:90100(100) ack 1', ['. 1:1(0) ack 1'], 'SYN-RECEIVED'],
    ['RFC 5961, 3.2: RST in the window', 'R 100:100(0)', ['. 1:1(0) ack 1'], 'SYN-RECEIVED'],
    ['RFC 5961, 3.2: RST outside the window', 'R 90000:90000(0)', [], 'SYN-RECEIVED'],
    ['RST at RCV.NXT', 'R 1:1(0)', [], 'LISTEN'],
    ['another SYN in the window', 'S 100:100(0)', ['R. 4294962296:4294962296(0) ack 101'], 'LISTEN'],
    ['FIN with the ACK', 'F. 1:1(0) ack 1', ['. 1:1(0) ack 2'], 'CLOSE-WAIT'],
  ] as const)('%s', (_name, segment, sent, state) => {
    expect(answer('SYN-RECEIVED', segment)).toMatchObject({ sent: [...sent], state })
  })

  it('RFC 5961, 7: SYNs in quick succession draw one SYN,ACK', () => {
    Peer.reach('SYN-RECEIVED').run(`
      +0.1 < S 0:0(0) win 32792 <mss 1000,sackOK,wscale 7>
      +0   > S. 0:0(0) ack 1
      +0.1 < S 0:0(0) win 32792 <mss 1000,sackOK,wscale 7>
      +0.6 < S 0:0(0) win 32792 <mss 1000,sackOK,wscale 7>
      +0   > S. 0:0(0) ack 1
    `)
  })
})

describe.each(SYNCHRONIZED)('RFC 9293 3.10.7.4 in $state', ({ state, next, ack, seq }) => {
  const here = `. ${seq}:${seq}(0) ack ${next}`

  it('RFC 5961, 3.2: RST at RCV.NXT resets', () => {
    expect(answer(state, `R ${next}:${next}(0)`)).toMatchObject({ sent: [], state: 'CLOSED' })
    expect(answer(state, `R. ${next}:${next}(0) ack 1`)).toMatchObject({ sent: [], state: 'CLOSED' })
  })

  it('RFC 5961, 3.2: RST elsewhere in the window is challenged', () => {
    const sent = state === 'TIME-WAIT' ? [] : [here]
    expect(answer(state, `R ${next + 50}:${next + 50}(0)`)).toEqual({ sent, state, error: '' })
  })

  it('RFC 5961, 3.2: RST outside the window is dropped', () => {
    expect(answer(state, `R ${next + 90_000}:${next + 90_000}(0)`)).toEqual({ sent: [], state, error: '' })
    expect(answer(state, 'R 4294900000:4294900000(0)')).toEqual({ sent: [], state, error: '' })
  })

  it('RFC 5961, 4.2: a SYN, wherever it lies, is challenged', () => {
    for (const at of [0, next, next + 50, next + 90_000]) {
      expect(answer(state, `S ${at}:${at}(0)`)).toEqual({ sent: [here], state, error: '' })
    }
  })

  it('no ACK bit: dropped', () => {
    for (const segment of [`- ${next}:${next}(0)`, `P ${next}:${next + 10}(10)`, `F ${next}:${next}(0)`]) {
      expect(answer(state, segment)).toEqual({ sent: [], state, error: '' })
    }
  })

  it('text or FIN outside the window draws an acknowledgment', () => {
    for (const segment of [`P. 90000:90100(100) ack ${ack}`, `F. 90000:90000(0) ack ${ack}`]) {
      expect(answer(state, segment)).toEqual({ sent: [here], state, error: '' })
    }
  })

  it('a bare ACK outside the window draws one within the rate limit', () => {
    expect(answer(state, `. 90000:90000(0) ack ${ack}`)).toEqual({ sent: [here], state, error: '' })
  })

  it('text that was received before is acknowledged again, and reported (RFC 2883 4.1)', () => {
    const sack = state === 'TIME-WAIT' ? '' : ' <sack 0:1>'
    expect(answer(state, `. 0:1(1) ack ${ack === 2 ? 1 : ack}`)).toMatchObject({ sent: [here + sack], state })
  })
})

describe.each(OPEN)('the ACK field in $state', ({ state, next, seq }) => {
  const here = `. ${seq}:${seq}(0) ack ${next}`

  it('MAY-12, RFC 5961, 5.2: an ACK of what was never sent is challenged, and its text not taken', () => {
    expect(answer(state, `. ${next}:${next}(0) ack 100`)).toEqual({ sent: [here], state, error: '' })
    expect(answer(state, `P. ${next}:${next + 10}(10) ack 100`)).toEqual({ sent: [here], state, error: '' })
  })

  it('MAY-12, RFC 5961, 5.2: an ACK older than anything sent is challenged', () => {
    expect(answer(state, `. ${next}:${next}(0) ack 4294900000`)).toEqual({ sent: [here], state, error: '' })
    expect(answer(state, `. ${next}:${next}(0) ack 0`)).toEqual({ sent: [here], state, error: '' })
  })
})

describe.each(RECEIVING)('RFC 9293 3.10.7.4, seventh and eighth, in $state', ({ state, next, ack, seq }) => {
  it('text is taken', () => {
    const peer = Peer.reach(state)
    peer.run(`
      +0.1 < P. ${next}:${next + 100}(100) ack ${ack} win 257
      +0   > . ${seq}:${seq}(0) ack ${next + 100}
      +0   readable 100
      +0   read all
    `)
  })

  it('FIN is taken, with text before it', () => {
    const after = { ESTABLISHED: 'CLOSE-WAIT', 'FIN-WAIT-1': 'TIME-WAIT', 'FIN-WAIT-2': 'TIME-WAIT' }[String(state)]
    const peer = Peer.reach(state)
    peer.inject(`FP. ${next}:${next + 100}(100) ack ${ack} win 257`)
    expect(peer.state).toBe(after)
    expect(peer.connection.readable).toBe(100)
    expect(peer.connection.ended).toBe(false)
    peer.perform('read all')
    expect(peer.connection.ended).toBe(true)
  })
})

describe("behind the peer's FIN", () => {
  it.each(['CLOSE-WAIT', 'CLOSING', 'LAST-ACK'] as const)('RFC 9293 3.10.7.4: text in %s is ignored', (state) => {
    expect(answer(state, 'P. 2:102(100) ack 1')).toEqual({ sent: [], state, error: '' })
  })

  it('text that passes over the FIN resets (as Linux)', () => {
    expect(answer('CLOSE-WAIT', 'P. 1:101(100) ack 1')).toEqual({
      sent: ['R 1:1(0)'],
      state: 'CLOSED',
      error: 'ECONNRESET',
    })
  })

  it.each(['CLOSE-WAIT', 'CLOSING', 'LAST-ACK'] as const)('the FIN again in %s is acknowledged again', (state) => {
    const seq = state === 'CLOSE-WAIT' ? 1 : 2
    expect(answer(state, 'F. 1:1(0) ack 1').sent).toEqual([`. ${seq}:${seq}(0) ack 2 <sack 1:2>`])
  })

  it.each([
    ['CLOSE-WAIT', 'EPIPE'],
    ['CLOSING', ''],
    ['LAST-ACK', ''],
  ] as const)('a RST in %s one octet early, by a host that forgot its FIN, resets', (state, error) => {
    expect(answer(state, 'R 1:1(0)')).toEqual({ sent: [], state: 'CLOSED', error })
  })
})

describe('RFC 5961', () => {
  it('RFC 5961, 3.2: RST at the end of the furthest SACK block resets', () => {
    const peer = Peer.established().run(`
      +0.1 < . 1001:2001(1000) ack 1 win 257
      +0   > . 1:1(0) ack 1 <sack 1001:2001>
      +0.1 < R 1500:1500(0) win 0
      +0   > . 1:1(0) ack 1 <sack 1001:2001>
      +0.1 < R 2001:2001(0) win 0
      +0   error ECONNRESET
    `)
    expect(peer.counters.TcpEstabResets).toBe(1)
  })

  it('RFC 5961, 7: challenges are limited to one in half a second, text outside the window is not', () => {
    const peer = Peer.established().run(`
      +0.1 < R 50:50(0)
      +0   > . 1:1(0) ack 1
      +0.1 < S 50:50(0)
      +0.1 < . 1:1(0) ack 9
      +0.1 < . 90000:90000(0) ack 1
      +0   < P. 90000:90010(10) ack 1
      +0   > . 1:1(0) ack 1
      +0.1 < P. 90000:90010(10) ack 1
      +0   > . 1:1(0) ack 1
      +0.2 < S 50:50(0)
      +0   > . 1:1(0) ack 1
    `)
    expect(peer.counters).toMatchObject({ TCPChallengeACK: 2, TCPACKSkippedChallenge: 2, TCPACKSkippedSeq: 1 })
  })

  it('RFC 5961, 5.2: an old ACK within what was acknowledged is taken with its text', () => {
    Peer.established().run(`
      +0.1 write 1000
      +0   > P. 1:1001(1000) ack 1
      +0.1 < . 1:1(0) ack 1001 win 257
      +0.1 < P. 1:11(10) ack 500 win 257
      +0   > . 1001:1001(0) ack 11
    `)
  })
})
