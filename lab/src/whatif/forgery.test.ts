import { ACK, FIN, PSH, RST, SYN, seq } from 'estab/wire'
import { describe, expect, it } from 'vitest'
import { MARKS, Packets } from '../run/packets.ts'
import { play } from '../run/play.ts'
import type { Act, ForgedSegment, Timeline } from '../run/timeline.ts'
import { segmentLike, type Verdict, verdictOn } from './forgery.ts'

const PAIR: Timeline['play'] = {
  kind: 'sandbox',
  topology: {
    nodes: ['left', 'right'].map((name, x) => ({ name, kind: 'host' as const, x, y: 0, sysctl: {} })),
    links: [
      { left: 'left', right: 'right', delay: 5000, rate: 0, loss: 0, duplicate: 0, reorder: 0, corrupt: 0, mtu: 1500 },
    ],
  },
}
const LISTEN: Act = { kind: 'listen', at: 0, host: 'right', port: 7, service: 'discard' }
const CONNECT: Act = { kind: 'connect', at: 0, host: 'left', to: 'right', port: 7 }
const AT = 100_000

const open = play({ play: PAIR, seed: 1, acts: [LISTEN, CONNECT] })
const right = open.recorder.momentsOf(1)?.at(AT) ?? null
const [known] = right?.connections ?? []
if (known === undefined) throw new Error('there is no connection')

function segment(fields: Partial<ForgedSegment>): ForgedSegment {
  const { localAddress: to, localPort: destinationPort, remoteAddress: from, remotePort: sourcePort } = known
  const { rcv, snd } = known
  return {
    from,
    to,
    sourcePort,
    destinationPort,
    seq: rcv.nxt,
    ack: snd.nxt,
    flags: ACK,
    window: 500,
    payload: '',
    ...fields,
  }
}

/** The reason of what the receiver answered at once, '' = nothing; and the state in which it was left. */
function outcome(forged: ForgedSegment) {
  const { data } = play({ play: PAIR, seed: 1, acts: [LISTEN, CONNECT, { kind: 'forge', at: AT, segment: forged }] })
  const packets = new Packets(data.packets)
  let answer = ''
  for (let i = packets.firstFrom(AT); i < packets.count; i += 1) {
    const { from, reason, answers } = packets.at(i)
    if (from === 1 && answers >= 0 && packets.at(answers).marks & MARKS.forged && answer === '') answer = reason
  }
  return { answer, state: data.moves.findLast(({ lane }) => lane === 1)?.to }
}

const { rcv, snd } = known
const ESTABLISHED = 'ESTABLISHED'
const CASES: [string, Partial<ForgedSegment>, Verdict, RegExp, string][] = [
  ['RFC 5961, 3.2: a RST with the exact number', { flags: RST }, 'resetTaken', /^$/, 'CLOSED'],
  [
    'RFC 5961, 3.2: a RST in the window',
    { flags: RST, seq: rcv.nxt + 1000 },
    'resetChallenged',
    /^challenge-rst$/,
    ESTABLISHED,
  ],
  ['a RST outside', { flags: RST, seq: seq.add(rcv.nxt, rcv.wnd + 1) }, 'resetSilent', /^$/, ESTABLISHED],
  ['a RST of the past', { flags: RST, seq: seq.add(rcv.nxt, -1) }, 'resetSilent', /^$/, ESTABLISHED],
  ['RFC 5961, 4.2: a SYN with any number', { flags: SYN, seq: 1 }, 'synChallenged', /^challenge-syn$/, ESTABLISHED],
  ['data outside', { seq: seq.add(rcv.nxt, rcv.wnd + 1), payload: 'x' }, 'outside', /^ack-unacceptable$/, ESTABLISHED],
  ['data without ACK', { flags: PSH, payload: 'x' }, 'noAck', /^$/, ESTABLISHED],
  [
    'RFC 5961, 5.2: an ACK of the future',
    { ack: snd.nxt + 1, payload: 'x' },
    'ackChallenged',
    /^challenge-ack$/,
    ESTABLISHED,
  ],
  [
    'RFC 5961, 5.2: an ACK long past',
    { ack: seq.add(snd.nxt, -snd.wnd - 2), payload: 'x' },
    'ackChallenged',
    /^challenge-ack$/,
    ESTABLISHED,
  ],
  ['data that fits', { payload: 'x' }, 'dataTaken', /./, ESTABLISHED],
  ['data behind a hole', { seq: rcv.nxt + 10, payload: 'x' }, 'dataKept', /./, ESTABLISHED],
  ['a FIN that fits', { flags: FIN | ACK }, 'finTaken', /./, 'CLOSED'],
  ['nothing new', {}, 'nothing', /^$/, ESTABLISHED],
  ['a RST for no connection', { flags: RST, destinationPort: 9 }, 'closedIgnores', /^$/, ESTABLISHED],
  ['an ACK for no connection', { destinationPort: 9 }, 'closedResets', /^refusal$/, ESTABLISHED],
  ['a SYN to a listener', { flags: SYN, sourcePort: 5 }, 'listenOpens', /^answer-syn/, 'LISTEN'],
  ['an ACK to a listener', { sourcePort: 5 }, 'listenResets', /^refusal$/, ESTABLISHED],
]

describe('what a receiver does with a forged segment', () => {
  it.each(CASES)('%s is foretold, and so it is', (_, fields, verdict, answer, state) => {
    const forged = segment(fields)
    expect(verdictOn(forged, right)).toBe(verdict)
    const found = outcome(forged)
    expect(found.answer).toMatch(answer)
    if (state !== 'LISTEN') expect(found.state).toBe(state)
  })
})

it('the segment of a packet is taken as it is', () => {
  const packets = new Packets(open.data.packets)
  expect(segmentLike(packets.at(0))).toMatchObject({
    from: '10.0.1.1',
    to: '10.0.1.2',
    destinationPort: 7,
    flags: SYN,
    payload: '',
  })
  expect(segmentLike({ bytes: packets.at(0).bytes.subarray(0, 30) })).toBeNull()
})
