import { TUPLE_WORDS, type TupleWords } from '../tcp/isn.ts'
import type { Address } from '../wire/address.ts'

/** The names of a connection (RFC 9293, 3.4.1: socket pair), seen from this host. */
export interface FourTuple {
  readonly local: Address
  readonly localPort: number
  readonly remote: Address
  readonly remotePort: number
}

/** As words, for keyed hashes. */
export function tupleWords(tuple: FourTuple, words: TupleWords = new Uint32Array(TUPLE_WORDS)): TupleWords {
  fillTuple(words, tuple.local, tuple.localPort, tuple.remote, tuple.remotePort)
  return words
}

/** The same without a record of the names. */
export function fillTuple(
  words: TupleWords,
  local: Address,
  localPort: number,
  remote: Address,
  remotePort: number,
): void {
  words[0] = local.w0
  words[1] = local.w1
  words[2] = local.w2
  words[3] = local.w3
  words[4] = remote.w0
  words[5] = remote.w1
  words[6] = remote.w2
  words[7] = remote.w3
  words[8] = (localPort << 16) | remotePort
}
