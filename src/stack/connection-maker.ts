import { ChallengeLimit } from '../tcp/challenge-limit.ts'
import { CONGESTION_CONTROLS } from '../tcp/congestion-controls.ts'
import { Connection } from '../tcp/connection.ts'
import type { TcpCounters } from '../tcp/counters.ts'
import { InitialSequence, TUPLE_WORDS, type TupleWords } from '../tcp/isn.ts'
import { Memory } from '../tcp/memory.ts'
import { newReno } from '../tcp/newreno.ts'
import type { TimestampMemory } from '../tcp/paws.ts'
import type { StateObserver } from '../tcp/tcb.ts'
import type { HostConfig } from './config.ts'
import { type FourTuple, tupleWords } from './four-tuple.ts'
import type { Surroundings } from './surroundings.ts'
import { defaultMss, segmentSize } from './tcp-output.ts'

/** Makes the connections of a host: with its settings, and with sequence numbers that nobody can foresee. */
export class ConnectionMaker {
  /** Of all connections of the host. */
  readonly memory: Memory
  /** Chooses initial sequence numbers in the place of RFC 6528's: for lessons on what that is good for, and for fixed examples. Null = RFC 6528. */
  isn: ((names: FourTuple) => number) | null = null
  private readonly config: HostConfig
  private readonly counters: TcpCounters
  private readonly challenges: ChallengeLimit
  private readonly sequence: InitialSequence
  private readonly tuple = new Uint32Array(TUPLE_WORDS)

  constructor(config: HostConfig, counters: TcpCounters, surroundings: Surroundings) {
    const random = () => surroundings.random()
    this.config = config
    this.counters = counters
    this.challenges = new ChallengeLimit(config, random)
    this.sequence = new InitialSequence(random)
    this.memory = new Memory(config, counters, () => surroundings.now())
  }

  /**
   * A connection of that four-tuple over a path of `mtu` bytes, in CLOSED. `isn`: where it begins; -1 = chosen
   * here. `predecessor`: whose place it takes when we open it.
   */
  make(
    names: FourTuple,
    mtu: number,
    observer: StateObserver,
    isn: number,
    now: number,
    predecessor: TimestampMemory | null = null,
  ): Connection {
    const { config, counters, challenges, memory, sequence } = this
    const control = CONGESTION_CONTROLS.get(config.tcp_congestion_control) ?? newReno
    const tuple = tupleWords(names, this.tuple)
    return new Connection(
      { config, counters, challenges, memory, control, observer },
      {
        mss: segmentSize(mtu, names.remote),
        defaultMss: defaultMss(names.remote),
        iss: isn >= 0 ? isn : this.isn !== null ? this.isn(names) >>> 0 : sequence.isn(tuple, now),
        timestampOffset: sequence.timestampOffset(tuple),
        predecessor,
      },
    )
  }

  /** What is added to the timestamp clock of a connection of those names, milliseconds. */
  timestampOffset(tuple: TupleWords): number {
    return this.sequence.timestampOffset(tuple)
  }
}
