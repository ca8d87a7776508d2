import { deviation, pattern } from '../sim/script/pattern.ts'
import { formatSegment, parseSegment } from '../trace/notation.ts'
import { SYN, TcpSegment } from '../wire/tcp.ts'
import { ChallengeLimit } from './challenge-limit.ts'
import { linux, type TcpConfig } from './config.ts'
import type { CongestionControl } from './congestion.ts'
import { Connection } from './connection.ts'
import { TcpCounters } from './counters.ts'
import { Memory } from './memory.ts'
import { newReno } from './newreno.ts'
import { copySegment } from './pair.testkit.ts'
import type { TimestampMemory } from './paws.ts'
import type { Reason } from './reason.ts'
import type { State } from './states.ts'
import type { TcpErrorCode } from './tcb.ts'

/** The host's clock when a script begins, microseconds: not 0, so that nothing rests on it. */
const START = 1_000_000
/** What our timestamp clock shows then. */
const TIMESTAMP = 100

export interface PeerSetup {
  config?: Partial<TcpConfig>
  /** Shared with others; its own if absent. */
  memory?: Memory
  /** Initial sequence numbers, from which a script's numbers count: ours and the peer's. */
  iss?: number
  peerIss?: number
  /** MTU of the path less 40. */
  mss?: number
  /** Most payload of a super-packet. */
  segmentationLimit?: number
  /** Options of the peer's SYN, where the kit sends it. */
  options?: string
  /** In TIME-WAIT, whose place it takes. */
  predecessor?: TimestampMemory
  /** Congestion control; newReno if absent. */
  control?: CongestionControl
  /** False: what it sends is not compared with the pattern. */
  verify?: boolean
}

const OPTIONS = 'mss 1000,sackOK,wscale 7'

/** Events that change nothing. */
const LOOKS = /^(state|error|readable|ended|cwnd|ssthresh|rto|srtt|urgentAhead) /

interface Sent {
  at: number
  text: string
}

/**
 * One connection, and the test as its peer, in virtual time. A script has a line for each event,
 * in the manner of packetdrill:
 *
 *     +0    listen
 *     +0    < S 0:0(0) win 32792 <mss 1000>
 *     +0    > S. 0:0(0) ack 1
 *     +0.1  < . 1:1(0) ack 1 win 257
 *
 * `+t` counts seconds from the line before. `<` is sent to the connection; `>` is what it must send,
 * then and not at another time; window and options are compared where they are given (`<>` = none), a mark always.
 * Whatever else it sends fails the test. The other words are the user's calls (`perform`) and looks at its state.
 */
export class Peer {
  now = START
  readonly connection: Connection
  readonly counters = new TcpCounters()
  readonly states: State[] = ['CLOSED']
  /** Everything it has sent. */
  readonly segments: TcpSegment[] = []
  /** Why, segment by segment. */
  readonly reasons: Reason[] = []
  private readonly out = new TcpSegment()
  private readonly iss: number
  private readonly peerIss: number
  private readonly verify: boolean
  private surplus: Sent[] = []
  /** Bytes written and read, which follow a pattern. */
  private wrote = 0
  private got = 0

  constructor(setup: PeerSetup = {}) {
    this.iss = setup.iss ?? 5000
    this.peerIss = setup.peerIss ?? 70_000
    this.verify = setup.verify ?? true
    const config = { ...linux, ...setup.config }
    this.connection = new Connection(
      {
        config,
        counters: this.counters,
        challenges: new ChallengeLimit(config, () => 0),
        memory: setup.memory ?? new Memory(config, this.counters, () => this.now),
        control: setup.control ?? newReno,
        observer: { moved: (_from, to) => this.states.push(to) },
      },
      {
        mss: setup.mss ?? 1460,
        defaultMss: 536,
        iss: this.iss,
        timestampOffset: TIMESTAMP - START / 1000,
        predecessor: setup.predecessor ?? null,
      },
    )
    this.connection.tcb.segmentationLimit = setup.segmentationLimit ?? 0
    this.out.bytes = new Uint8Array(65_536)
  }

  /** Opened passively by a peer with `options` in its SYN; RTT 100 ms, a window of 32,896 with wscale 7. */
  static established(setup: PeerSetup = {}, options = setup.options ?? OPTIONS): Peer {
    const ts = options.includes('TS') ? ' <TS val 1 ecr 100>' : ''
    const window = options.includes('wscale') ? 257 : 32_896
    return new Peer(setup).run(`
      +0    listen
      +0    < S 0:0(0) win 32792 <${options}>
      +0    > S. 0:0(0) ack 1
      +0.1  < . 1:1(0) ack 1 win ${window}${ts}
      +0    state ESTABLISHED
    `)
  }

  /** In `state`, each by the shortest way; ours: 1 = our SYN, FIN and data unacknowledged follow; the peer's next octet is 1, or 2 after its FIN. */
  static reach(state: State, setup: PeerSetup = {}): Peer {
    if (state === 'CLOSED') return new Peer(setup)
    if (state === 'LISTEN') return new Peer(setup).run('+0 listen')
    if (state === 'SYN-SENT') return new Peer(setup).run('+0 connect\n+0 > S 0:0(0)')
    if (state === 'SYN-RECEIVED') {
      return new Peer(setup).run(`
        +0 listen
        +0 < S 0:0(0) win 32792 <${setup.options ?? OPTIONS}>
        +0 > S. 0:0(0) ack 1
      `)
    }
    const ways: Partial<Record<State, string>> = {
      'FIN-WAIT-1': '+0 shutdown\n+0 > F. 1:1(0) ack 1',
      'FIN-WAIT-2': '+0 shutdown\n+0 > F. 1:1(0) ack 1\n+0.1 < . 1:1(0) ack 2 win 257',
      'CLOSE-WAIT': '+0 < F. 1:1(0) ack 1 win 257\n+0 > . 1:1(0) ack 2',
      CLOSING: '+0 shutdown\n+0 > F. 1:1(0) ack 1\n+0 < F. 1:1(0) ack 1 win 257\n+0 > . 2:2(0) ack 2',
      'LAST-ACK': '+0 < F. 1:1(0) ack 1 win 257\n+0 > . 1:1(0) ack 2\n+0 shutdown\n+0 > F. 1:1(0) ack 2',
      'TIME-WAIT': '+0 shutdown\n+0 > F. 1:1(0) ack 1\n+0.1 < F. 1:1(0) ack 2 win 257\n+0 > . 2:2(0) ack 2',
    }
    return Peer.established(setup).run(`${ways[state] ?? ''}\n+0 state ${state}`)
  }

  get state(): State {
    return this.connection.state
  }

  get tcb() {
    return this.connection.tcb
  }

  /** Plays a script; throws at the first line that does not hold. */
  run(script: string): this {
    let at = this.now
    for (const line of script.split('\n')) {
      const text = (line.split('//')[0] ?? '').trim()
      if (text === '') continue
      const match = /^\+([\d.]+) +(.+)$/.exec(text)
      if (match === null) throw new Error(`not a line of a script: ${text}`)
      at += Math.round(Number(match[1]) * 1_000_000)
      const event = match[2] ?? ''
      try {
        this.advance(at)
        if (event.startsWith('> ')) this.expect(event.slice(2).trim())
        else this.act(event)
      } catch (error) {
        throw new Error(`${text}\n  at ${this.seconds(at)}: ${error instanceof Error ? error.message : error}`)
      }
    }
    this.nothingElse()
    return this
  }

  /** Lets time pass until `at`; what is sent meanwhile is kept. */
  advance(at: number): void {
    for (;;) {
      const next = this.connection.deadline()
      if (next > at) break
      this.now = Math.max(this.now, next)
      this.connection.tick(this.now)
      this.drain()
      if (this.connection.deadline() <= next && next < this.now) throw new Error('the deadline stands still')
    }
    this.now = at
  }

  /** Lets `duration` pass, whatever is sent. */
  skip(duration: number): void {
    this.advance(this.now + duration)
    this.surplus = []
  }

  /** One event other than an expectation. */
  perform(event: string): void {
    const [word = '', first = '', second = '', third = ''] = event.split(/ +/)
    const { connection } = this
    const number = Number(first)
    switch (word) {
      case '<':
        this.inject(event.slice(1))
        break
      case 'listen':
        connection.listen()
        break
      case 'connect':
        connection.connect(this.now)
        break
      case 'write':
        this.write(number)
        break
      case 'urgent':
        this.write(number)
        connection.markUrgent()
        break
      case 'read':
        this.read(first === 'all' ? connection.readable : number)
        break
      case 'shutdown':
        connection.shutdown()
        break
      case 'close':
        connection.close(this.now)
        break
      case 'abort':
        connection.abort()
        break
      case 'set':
        Object.assign(connection.options, {
          [first]: /^(true|false)$/.test(second) ? second === 'true' : Number(second),
        })
        break
      case 'keepalive':
        Object.assign(connection.options, { keepIdle: number, keepInterval: Number(second), keepCount: Number(third) })
        connection.setKeepAlive(true, this.now)
        break
      case 'mss':
        connection.setPathMss(number, this.now)
        break
      case 'icmp':
        connection.icmpError(first as TcpErrorCode, this.iss + Number(second), third === 'hard')
        break
      case 'quiet':
        break
      default:
        this.look(word, first)
    }
  }

  private look(word: string, value: string): void {
    const { tcb } = this
    const found: Record<string, unknown> = {
      state: tcb.state,
      error: tcb.error === '' ? 'none' : tcb.error,
      readable: tcb.reassembly.readable,
      ended: this.connection.ended,
      cwnd: tcb.congestion.cwnd,
      ssthresh: tcb.congestion.ssthresh,
      rto: tcb.rtt.rto,
      srtt: tcb.rtt.srtt,
      urgentAhead: this.connection.urgentAhead,
    }
    if (!(word in found)) throw new Error(`no such event: ${word}`)
    if (String(found[word]) !== value) throw new Error(`${word} is ${found[word]}`)
  }

  private act(event: string): void {
    if (!LOOKS.test(event)) this.nothingElse()
    this.perform(event)
    this.drain()
  }

  private expect(text: string): void {
    const sent = this.surplus.shift()
    if (sent === undefined) throw new Error('nothing was sent')
    let actual = sent.text
    if (!/ win \d/.test(text)) actual = actual.replace(/ win \d+/, '')
    const wanted = text.replace(/nop,/g, '').replace(/ *<>/, '')
    if (!text.includes('<')) actual = actual.replace(/ *<.*>/, '')
    if (actual !== wanted) throw new Error(`sent was ${sent.text}`)
    if (sent.at !== this.now) throw new Error(`it was sent at ${this.seconds(sent.at)}`)
  }

  private nothingElse(): void {
    const sent = this.surplus[0]
    if (sent !== undefined) throw new Error(`unexpected at ${this.seconds(sent.at)}: ${sent.text}`)
  }

  private drain(): void {
    for (const text of this.poll()) this.surplus.push({ at: this.now, text })
  }

  /** Everything owed now, in the notation of scripts. */
  poll(): string[] {
    const texts: string[] = []
    const base = { seq: this.iss, ack: this.peerIss }
    const { tcb } = this
    tcb.reason = ''
    while (this.connection.poll(this.now, this.out)) {
      if (texts.length > 10_000) throw new Error('poll never ends')
      const segment = copySegment(this.out)
      this.segments.push(segment)
      if (tcb.reason === '') throw new Error('sent for no reason')
      this.reasons.push(tcb.reason)
      tcb.reason = ''
      texts.push(formatSegment(segment, { base }))
      const offset = (segment.seq + (segment.flags & SYN ? 1 : 0) - this.iss - 1) >>> 0
      if (!this.verify) continue
      const wrong = deviation(segment.bytes, 0, segment.payloadLength, offset)
      if (wrong >= 0) throw new Error(`wrong byte at ${offset + wrong}`)
    }
    return texts
  }

  /** Gives the connection a segment. */
  inject(text: string): void {
    this.connection.receive(this.parse(text), this.now)
  }

  /** Reads a segment of the peer's in the notation of scripts; `win` may be left out. */
  parse(text: string): TcpSegment {
    const full = / win \d/.test(text) ? text : text.replace(/(\)(?: +ack +\d+)?)/, '$1 win 32792')
    const segment = new TcpSegment()
    if (!parseSegment(full, segment, { base: { seq: this.peerIss, ack: this.iss } })) {
      throw new Error('not a segment')
    }
    segment.bytes = pattern((segment.seq - this.peerIss - 1) >>> 0, segment.payloadLength)
    return segment
  }

  private write(length: number): void {
    const count = this.connection.write(pattern(this.wrote, length), 0, length)
    this.wrote += count
    if (count !== length) throw new Error(`took ${count} of ${length}`)
  }

  private read(length: number): void {
    const bytes = new Uint8Array(length)
    const count = this.connection.read(bytes, 0, length, this.now)
    const wrong = deviation(bytes, 0, count, this.got)
    if (wrong >= 0) throw new Error(`read a wrong byte at ${this.got + wrong}`)
    this.got += count
    if (count !== length) throw new Error(`read ${count} of ${length}`)
  }

  private seconds(at: number): string {
    return `${((at - START) / 1_000_000).toFixed(6)} s`
  }
}
