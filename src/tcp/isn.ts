import { SipHash } from './siphash.ts'

/** The names of a connection as words: two addresses of four, and both ports in one. */
export type TupleWords = Uint32Array

/** Words in a tuple. */
export const TUPLE_WORDS = 9

/**
 * Initial sequence numbers (RFC 6528, 3; RFC 9293, 3.4.1, MUST-8, SHLD-1): ISN = M + F(tuple, secret), where M
 * is a clock that ticks every 4 microseconds and F is SipHash (MUST-9). The same tuple's numbers grow with
 * time, so that an old incarnation's segments stay apart; other tuples' say nothing about them.
 */
export class InitialSequence {
  private readonly hash: SipHash

  /** `random` gives uint32 that nobody can foresee; the secret is drawn once. */
  constructor(random: () => number) {
    this.hash = new SipHash(random(), random(), random(), random())
  }

  /** The ISN of the connection `tuple` at `now` microseconds. */
  isn(tuple: TupleWords, now: number): number {
    this.hash.hash(tuple, TUPLE_WORDS)
    return (this.hash.low + Math.floor(now / 4)) >>> 0
  }

  /** What is added to the timestamp clock of the connection `tuple` (RFC 7323, 5.4), milliseconds. */
  timestampOffset(tuple: TupleWords): number {
    this.hash.hash(tuple, TUPLE_WORDS, 1, 1)
    return this.hash.low
  }
}
