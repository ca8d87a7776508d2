import { describe, expect, it } from 'vitest'
import { add } from '../wire/seq.ts'
import { ACK, RST, SYN } from '../wire/tcp.ts'
import { listen } from './server-socket.ts'
import { TapHost } from './tap-host.testkit.ts'

const SECOND = 1_000_000
const VICTIM = 9000

/** A host with a victim's connection and `count` of the attacker's own, on other ports; where each side's numbers stand. */
class Crowd {
  readonly it: TapHost
  readonly own: { port: number; ack: number }[] = []
  private readonly victimAck: number

  constructor(limit: number, count: number) {
    this.it = new TapHost({ tcp_challenge_ack_limit: limit })
    listen(this.it.host, { port: 80, backlog: count + 1 })
    this.victimAck = this.open(VICTIM)
    for (let i = 0; i < count; i += 1) this.own.push({ port: 10_000 + i, ack: this.open(10_000 + i) })
  }

  private open(port: number): number {
    this.it.segment({ sourcePort: port, flags: SYN, seq: 0 })
    const ack = add(this.it.sent()[0]?.segment.seq ?? 0, 1)
    this.it.segment({ sourcePort: port, flags: ACK, seq: 1, ack })
    return ack
  }

  /** Challenges that the attacker's connections answer within this second, one each. */
  count(): number {
    let answers = 0
    for (const { port } of this.own) {
      this.it.segment({ sourcePort: port, flags: RST, seq: 1000 })
      answers += this.it.sent().length
    }
    return answers
  }

  /** A forgery in the victim's window: whether that was answered is what the attacker would like to know. */
  provoke(): void {
    this.it.segment({ sourcePort: VICTIM, flags: SYN, seq: 1000 })
    this.it.sent()
  }

  /** The next second begins. */
  next(): void {
    this.it.now = (Math.floor(this.it.now / SECOND) + 1) * SECOND
    this.it.turn()
  }

  get victimLives(): boolean {
    this.it.turn(SECOND)
    this.it.segment({ sourcePort: VICTIM, flags: ACK, seq: 1, ack: this.victimAck, payloadLength: 10 })
    return this.it.sent()[0]?.segment.ack === 11
  }
}

describe('RFC 5961, 7: tcp_challenge_ack_limit', () => {
  it('RFC 5961, 7: as it comes there is none: what a victim does shows on no other connection (CVE-2016-5696)', () => {
    const counts = [false, true].map((provoked) => {
      const crowd = new Crowd(2_147_483_647, 100)
      crowd.next()
      if (provoked) crowd.provoke()
      return crowd.count()
    })
    expect(counts).toEqual([100, 100])
  })

  it('RFC 5961, 7: it holds for all connections of the host together, a little different each second', () => {
    const crowd = new Crowd(40, 100)
    const counts: number[] = []
    for (let second = 0; second < 200; second += 1) {
      crowd.next()
      counts.push(crowd.count())
    }
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(20)
    expect(Math.max(...counts)).toBeLessThan(60)
    expect(new Set(counts).size).toBeGreaterThan(25)
    const { counters } = crowd.it.host.tcp
    const sum = counts.reduce((all, each) => all + each)
    expect([counters.TCPChallengeACK, counters.TCPACKSkippedHost]).toEqual([sum, 200 * 100 - sum])
    expect(crowd.victimLives).toBe(true)
  })

  it('RFC 5961, 7: the limit of a connection comes first: a flood on one does not use up what others share', () => {
    const crowd = new Crowd(40, 15)
    crowd.next()
    for (let i = 0; i < 1000; i += 1) crowd.provoke()
    const { counters } = crowd.it.host.tcp
    expect([counters.TCPChallengeACK, counters.TCPACKSkippedChallenge, counters.TCPACKSkippedHost]).toEqual([1, 999, 0])
    expect(crowd.count()).toBe(15)
  })

  it('RFC 5961, 7: 0 silences challenges, and nothing else', () => {
    const crowd = new Crowd(0, 10)
    crowd.next()
    expect(crowd.count()).toBe(0)
    expect(crowd.victimLives).toBe(true)
  })
})
