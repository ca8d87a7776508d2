import { describe, expect, it } from 'vitest'
import { seeded } from '../sim/seeded.testkit.ts'
import { add } from '../wire/seq.ts'
import { ACK, RST, SYN } from '../wire/tcp.ts'
import { Target } from './attack.testkit.ts'
import { Forgery, steps, sweep } from './forgery.testkit.ts'
import { listen } from './server-socket.ts'
import { connect } from './stream-socket.ts'
import { type Sent, TapHost } from './tap-host.testkit.ts'

const SECOND = 1_000_000
const SYN_OPTIONS = { flags: SYN, mss: 1460, sackPermitted: true, windowScale: 7 }

/** A host that listens, and what it says to SYNs from addresses that are not the sender's. */
function reflector(config = {}): TapHost {
  const it = new TapHost({ tcp_syncookies: 0, ...config })
  listen(it.host, { port: 80 })
  return it
}

const halfOpen = (it: TapHost): number => it.host.tcp.listening()[0]?.halfOpen.size ?? 0

/** What an innocent host answers to a SYN,ACK that it has not asked for (RFC 9293, 3.10.7.1). */
function refuse(it: TapHost, { segment }: Sent): void {
  const { sourcePort, destinationPort, ack } = segment
  it.segment({ sourcePort: destinationPort, destinationPort: sourcePort, flags: RST, seq: ack, window: 0 })
}

describe('RFC 4987, 2, RFC 9293, 3.5.2: SYNs that bear the name of somebody else', () => {
  it('RFC 9293, 3.5.2: draw a SYN,ACK each, and the RST of whose name it was removes what was half open', () => {
    const it = reflector()
    for (let port = 1000; port < 1200; port += 1) {
      it.segment({ ...SYN_OPTIONS, sourcePort: port, seq: 77 * port })
      const answers = it.sent()
      expect(answers.map(({ segment }) => [segment.flags, segment.destinationPort])).toEqual([[SYN | ACK, port]])
      for (const answer of answers) refuse(it, answer)
    }
    expect([halfOpen(it), [...it.host.tcp.connections()].length]).toEqual([0, 0])
    it.turn(200 * SECOND)
    expect(it.sent()).toEqual([])
    expect(it.host.tcp.counters.TcpAttemptFails).toBe(200)
  })

  it('RFC 9293, 3.8.3: where nobody answers, six SYN,ACKs go at most, and the queue is bounded', () => {
    const it = reflector({ tcp_max_syn_backlog: 64 })
    for (let port = 1000; port < 2000; port += 1) it.segment({ ...SYN_OPTIONS, sourcePort: port, seq: port })
    expect(halfOpen(it)).toBeLessThanOrEqual(64)
    let answers = it.sent().length
    for (let second = 0; second < 300; second += 1) {
      it.turn(SECOND)
      answers += it.sent().length
    }
    expect(answers).toBeLessThanOrEqual(6 * 64)
    expect(halfOpen(it)).toBe(0)
  })

  it('RFC 5961, 7: the same SYN again and again does not draw a SYN,ACK each', () => {
    const it = reflector()
    let answers = 0
    for (let i = 0; i < 1000; i += 1) {
      it.segment({ ...SYN_OPTIONS, seq: 5 })
      it.now += 1000
      answers += it.sent().length
    }
    // In one second: the first, one in half a second, the timer's.
    expect(answers).toBeLessThanOrEqual(4)
  })
})

/** A client that opens a connection with `seq`, and does what RFC 9293, 3.10.7.3 says to what comes; true = it is connected. */
function opens(it: TapHost, seq: number): boolean {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    it.segment({ ...SYN_OPTIONS, seq })
    for (let round = 0; round < 3; round += 1) {
      for (const { segment } of it.sent()) {
        if (segment.flags & RST) continue
        if ((segment.flags & (SYN | ACK)) === (SYN | ACK) && segment.ack === add(seq, 1)) {
          it.segment({ flags: ACK, seq: add(seq, 1), ack: add(segment.seq, 1) })
          return [...it.host.tcp.connections()].some(({ state }) => state === 'ESTABLISHED')
        }
        if (segment.flags & ACK) it.segment({ flags: RST, seq: segment.ack, window: 0 })
      }
    }
    it.turn(SECOND)
  }
  return false
}

describe('RFC 9293, 3.5.1: old SYNs, and such as are made to look old', () => {
  it.each([90_000, 4_000_000_000])(
    'RFC 9293, 3.5.1, figure 8: one with number %d, before the real one: that is answered all the same',
    (old) => {
      const it = reflector()
      it.segment({ ...SYN_OPTIONS, seq: old })
      expect(opens(it, 2_000_000_000)).toBe(true)
    },
  )

  it('RFC 9293, 3.5.1: numbers at random, a hundred times: none gets in the way', () => {
    const random = seeded(3)
    for (let i = 0; i < 100; i += 1) {
      const it = reflector()
      const seq = add(random() * 16, i)
      for (let k = 0; k < 5; k += 1) it.segment({ ...SYN_OPTIONS, seq: add(random() * 16, k) })
      it.sent()
      expect(opens(it, seq)).toBe(true)
    }
  })
})

describe('a simultaneous open that is forged (RFC 9293, 3.5)', () => {
  /** SYN-SENT, and then a SYN from nowhere. */
  function forged(timestamps: boolean): { target: Target; number: number } {
    const target = Target.at('SYN-SENT', { timestamps })
    const number = 123_456_789
    new Forgery(target, { ...SYN_OPTIONS, hasTimestamps: timestamps, tsVal: 1 }).shoot(number)
    expect(target.state).toBe('SYN-RECEIVED')
    return { target, number }
  }

  it('RFC 9293, 3.10.7.4: makes no connection: the acknowledgment of our SYN cannot be guessed', () => {
    const { target, number } = forged(false)
    const { iss } = target.tcb.snd
    const acks = [...steps(add(iss, 100), 65_536)]
    const drawn = sweep(
      new Forgery(target, { flags: ACK, payloadLength: 10 }),
      acks.map(() => number + 1),
      (i) => acks[i] ?? 0,
    )
    expect(target.state).toBe('SYN-RECEIVED')
    expect(drawn.acks + drawn.resets).toBeLessThanOrEqual(drawn.shots)
    expect(target.held.readable).toBe(0)
  })

  it('RFC 9293, 3.5.2: spoils that attempt at most: the peer refuses what it has not begun, and the next is as good', () => {
    for (const timestamps of [false, true]) {
      const { target, number } = forged(timestamps)
      target.send({ flags: SYN | ACK, mss: 1400, windowScale: 7 })
      expect(target.state).toBe('SYN-RECEIVED')
      target.it.segment({ ...target.ports, flags: RST, seq: number + 1 }, target.peer, target.ours)
      expect([target.state, target.held.error]).toEqual(['CLOSED', 'ECONNREFUSED'])
      target.it.sent()
      const again = connect(target.it.host, { address: target.peer, port: 80 })
      target.it.turn()
      const [syn] = target.it.sent()
      const ports = { sourcePort: 80, destinationPort: again.localPort }
      target.it.segment(
        { ...ports, flags: SYN | ACK, seq: 5, ack: add(syn?.segment.seq ?? 0, 1) },
        target.peer,
        target.ours,
      )
      expect(again.state).toBe('ESTABLISHED')
    }
  })
})
