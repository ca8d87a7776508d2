import type { SocketSnapshot, SocketState } from '../src/stack/snapshot.ts'
import { hostTest, portTest, type SocketTest } from './ss-conditions.ts'
import { STATE_NAMES, statesNamed } from './ss-states.ts'

/** What a filter says. */
export interface SsFilter {
  /** null = it says nothing of states. */
  readonly states: ReadonlySet<SocketState> | null
  readonly matches: SocketTest
}

/** The filter is none. */
export class FilterError extends Error {}

const TOKEN = /[()]|&&?|\|\|?|[=<>!]=|=[<>]|[=<>!]|[^\s()&|=<>!]+/g

const OR = new Set(['or', '|', '||'])
const AND = new Set(['and', '&', '&&'])
const NOT = new Set(['not', '!'])

/** Operators and their aliases. */
const OPERATORS: ReadonlyMap<string, string> = new Map([
  ...['=', '==', 'eq'].map((alias) => [alias, '='] as const),
  ...['!=', 'ne', 'neq'].map((alias) => [alias, '!='] as const),
  ...['>', 'gt'].map((alias) => [alias, '>'] as const),
  ...['<', 'lt'].map((alias) => [alias, '<'] as const),
  ...['>=', '=>', 'ge', 'geq'].map((alias) => [alias, '>='] as const),
  ...['<=', '=<', 'le', 'leq'].map((alias) => [alias, '<='] as const),
])

/** Reads a filter as ss has it: `state` and `exclude` first, then an expression. Throws FilterError. */
export function parseFilter(words: readonly string[]): SsFilter {
  const tokens = words.join(' ').match(TOKEN) ?? []
  return new FilterParser(tokens).parse()
}

/** By recursive descent: `or` binds least, `not` most, and predicates side by side are joined by `and`. */
class FilterParser {
  private readonly tokens: readonly string[]
  private at = 0

  constructor(tokens: readonly string[]) {
    this.tokens = tokens
  }

  parse(): SsFilter {
    const states = this.parseStates()
    if (this.next === '') return { states, matches: () => true }
    const matches = this.parseOr()
    if (this.next !== '') throw this.unexpected('and, or, or the end')
    return { states, matches }
  }

  private get next(): string {
    return this.tokens[this.at] ?? ''
  }

  private take(): string {
    const token = this.next
    this.at += 1
    return token
  }

  private takeIf(among: ReadonlySet<string>): boolean {
    if (!among.has(this.next)) return false
    this.at += 1
    return true
  }

  private parseStates(): ReadonlySet<SocketState> | null {
    let states: Set<SocketState> | null = null
    for (;;) {
      const adds = this.next === 'state'
      if (!adds && this.next !== 'exclude' && this.next !== 'excl') return states
      this.at += 1
      const name = this.take()
      const named = statesNamed(name)
      if (named === null) throw new FilterError(`'${name}' is no state: ${STATE_NAMES}`)
      states ??= new Set(adds ? [] : statesNamed('all'))
      for (const state of named) {
        if (adds) states.add(state)
        else states.delete(state)
      }
    }
  }

  private parseOr(): SocketTest {
    let test = this.parseAnd()
    while (this.takeIf(OR)) test = either(test, this.parseAnd())
    return test
  }

  private parseAnd(): SocketTest {
    let test = this.parseNot()
    while (this.takeIf(AND) || this.continues) test = both(test, this.parseNot())
    return test
  }

  /** Another predicate follows without a word in between. */
  private get continues(): boolean {
    return this.next !== '' && this.next !== ')' && !OR.has(this.next)
  }

  private parseNot(): SocketTest {
    if (!this.takeIf(NOT)) return this.parsePredicate()
    const test = this.parseNot()
    return (socket) => !test(socket)
  }

  private parsePredicate(): SocketTest {
    const word = this.take()
    switch (word) {
      case '(': {
        const test = this.parseOr()
        if (this.take() !== ')') throw new FilterError("a '(' has no ')'")
        return test
      }
      case 'src':
        return this.parseHost((socket) => [socket.local, socket.localPort])
      case 'dst':
        return this.parseHost((socket) => [socket.peer, socket.peerPort])
      case 'sport':
        return this.parsePort((socket) => socket.localPort)
      case 'dport':
        return this.parsePort((socket) => socket.peerPort)
      case 'state':
      case 'exclude':
      case 'excl':
        throw new FilterError(`'${word}' stands before the expression: state established dport = :80`)
      default:
        this.at -= 1
        throw this.unexpected("src, dst, sport, dport, not or '('")
    }
  }

  private parseHost(end: (socket: SocketSnapshot) => readonly [string, number]): SocketTest {
    const operator = this.takeOperator()
    if (operator !== '=' && operator !== '!=') throw new FilterError('src and dst are = or != only')
    const test = hostTest(this.take())
    if (test === null) throw this.malformed('an address such as 10.0.0.1, 10.0.0.0/8, :80 or [fd00::1]:80')
    const equal = operator === '='
    return (socket) => test(...end(socket)) === equal
  }

  private parsePort(port: (socket: SocketSnapshot) => number): SocketTest {
    const test = portTest(this.takeOperator(), this.take())
    if (test === null) throw this.malformed('a port such as :80')
    return (socket) => test(port(socket))
  }

  private takeOperator(): string {
    const operator = OPERATORS.get(this.next)
    if (operator === undefined) return '='
    this.at += 1
    return operator
  }

  private malformed(wanted: string): FilterError {
    this.at -= 1
    return this.unexpected(wanted)
  }

  private unexpected(wanted: string): FilterError {
    const found = this.next === '' ? 'the end' : `'${this.next}'`
    return new FilterError(`the filter has ${found} in place of ${wanted}`)
  }
}

function either(a: SocketTest, b: SocketTest): SocketTest {
  return (socket) => a(socket) || b(socket)
}

function both(a: SocketTest, b: SocketTest): SocketTest {
  return (socket) => a(socket) && b(socket)
}
