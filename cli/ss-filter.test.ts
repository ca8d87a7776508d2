import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SocketSnapshot } from '../src/stack/snapshot.ts'
import { snapshot } from './ss.testkit.ts'
import { FilterError, parseFilter } from './ss-filter.ts'
import { ALL_STATES, DEFAULT_STATES, statesNamed } from './ss-states.ts'

const V4 = snapshot()
const V6 = snapshot({ local: 'fd00::1', localPort: 6000, peer: 'fd00::2', peerPort: 22 })
const ANY = snapshot({ state: 'LISTEN', local: '*', localPort: 80, peer: '*', peerPort: 0 })
const OWN = snapshot({ state: 'LISTEN', local: '127.0.0.1', localPort: 81, peer: '0.0.0.0', peerPort: 0 })
const SOCKETS = { V4, V6, ANY, OWN }

/** Which of the sockets match. */
function found(text: string): string {
  const { matches } = parseFilter(text.split(' '))
  return Object.entries(SOCKETS)
    .filter(([, socket]) => matches(socket))
    .map(([name]) => name)
    .join(' ')
}

describe('an expression', () => {
  it.each([
    ['', 'V4 V6 ANY OWN'],
    // Ports.
    ['sport = :5000', 'V4'],
    ['sport = 5000', 'V4'],
    ['sport 5000', 'V4'],
    ['sport :5000', 'V4'],
    ['sport=:5000', 'V4'],
    ['dport == :80', 'V4'],
    ['dport eq :80', 'V4'],
    ['sport != :5000', 'V6 ANY OWN'],
    ['sport ne 5000', 'V6 ANY OWN'],
    ['sport neq 5000', 'V6 ANY OWN'],
    ['sport > :5000', 'V6'],
    ['sport gt :4999', 'V4 V6'],
    ['sport >= :5000', 'V4 V6'],
    ['sport => 5000', 'V4 V6'],
    ['sport ge 5000', 'V4 V6'],
    ['sport geq 5000', 'V4 V6'],
    ['sport < :81', 'ANY'],
    ['sport lt 81', 'ANY'],
    ['sport <= 81', 'ANY OWN'],
    ['sport =< 81', 'ANY OWN'],
    ['sport le 81', 'ANY OWN'],
    ['sport leq 81', 'ANY OWN'],
    ['sport<=81', 'ANY OWN'],
    ['sport = :*', 'V4 V6 ANY OWN'],
    // Hosts.
    ['src 10.0.0.1', 'V4'],
    ['src = 10.0.0.1', 'V4'],
    ['src != 10.0.0.1', 'V6 ANY OWN'],
    ['dst 10.0.0.2:80', 'V4'],
    ['dst 10.0.0.2:81', ''],
    ['src 10.0.0.0/8', 'V4'],
    ['src 11.0.0.0/8', ''],
    ['src 0.0.0.0/0', 'V4 OWN'],
    ['src 10.0.0.0/8:5000', 'V4'],
    ['src :80', 'ANY'],
    ['src *:80', 'ANY'],
    ['src *', 'V4 V6 ANY OWN'],
    ['src fd00::1', 'V6'],
    ['src [fd00::1]', 'V6'],
    ['src [fd00::1]:6000', 'V6'],
    ['src [fd00::1]:6001', ''],
    ['dst fd00::/8', 'V6'],
    ['dst [fd00::/8]:22', 'V6'],
    ['dst [fd00::]/8:22', 'V6'],
    ['src ::/0', 'V6 ANY'],
    ['src ::', 'ANY'],
    // How they are joined.
    ['sport = :5000 or sport = :80', 'V4 ANY'],
    ['sport = :5000 | sport = :80', 'V4 ANY'],
    ['sport = :5000 || sport = :80', 'V4 ANY'],
    ['sport >= :81 and sport <= :5000', 'V4 OWN'],
    ['sport >= :81 & sport <= :5000', 'V4 OWN'],
    ['sport >= :81 && sport <= :5000', 'V4 OWN'],
    ['sport >= :81 sport <= :5000', 'V4 OWN'],
    ['not sport = :5000', 'V6 ANY OWN'],
    ['! sport = :5000', 'V6 ANY OWN'],
    ['!sport=:5000', 'V6 ANY OWN'],
    ['not not sport = :5000', 'V4'],
    ['not ( sport = :5000 or sport = :80 )', 'V6 OWN'],
    ['( sport = :5000 )', 'V4'],
    ['(sport = :5000)', 'V4'],
    // `not` binds more than `and`, that more than `or`.
    ['sport = :80 or sport = :5000 and dst 10.0.0.9', 'ANY'],
    ['( sport = :80 or sport = :5000 ) and dst 10.0.0.9', ''],
    ['sport = :80 or sport = :5000 dst 10.0.0.2', 'V4 ANY'],
    ['not sport = :80 and not sport = :81', 'V4 V6'],
    ['not sport = :80 or sport = :80', 'V4 V6 ANY OWN'],
  ])('%j finds %j', (text, names) => {
    expect(found(text)).toBe(names)
  })

  it.each([
    ['sport', 'the end in place of a port'],
    ['sport =', 'the end in place of a port'],
    ['sport = :65536', "':65536' in place of a port"],
    ['sport = :-1', 'in place of a port'],
    ['sport = :no-such-service', 'in place of a port'],
    ['sport = 10.0.0.1:80', 'in place of a port'],
    ['src', 'the end in place of an address'],
    ['src 10.0.0.1/33', "'10.0.0.1/33' in place of an address"],
    ['src example.org', 'in place of an address'],
    ['src fd00::1:80x', 'in place of an address'],
    ['src > 10.0.0.1', 'src and dst are = or != only'],
    ['bogus', "'bogus' in place of src, dst"],
    ['sport = :80 bogus', "'bogus' in place of src, dst"],
    ['sport = :80 or', 'the end in place of src, dst'],
    ['and sport = :80', "'and' in place of src, dst"],
    ['not', 'the end in place of src, dst'],
    ['( sport = :80', "a '(' has no ')'"],
    ['sport = :80 )', "')' in place of and, or, or the end"],
    ['( )', "')' in place of src, dst"],
    ['state', "'' is no state"],
    ['state nowhere', "'nowhere' is no state: all, connected"],
    ['sport = :80 state established', "'state' stands before the expression"],
  ])('%j is refused', (text, message) => {
    expect(() => found(text)).toThrow(FilterError)
    expect(() => found(text)).toThrow(message)
  })
})

describe('states', () => {
  const of = (text: string) => [...(parseFilter(text.split(' ')).states ?? ['none'])].sort()

  it('add up, and are taken away', () => {
    expect(of('sport = :80')).toEqual(['none'])
    expect(of('state established')).toEqual(['ESTAB'])
    expect(of('state established state time-wait sport = :80')).toEqual(['ESTAB', 'TIME-WAIT'])
    expect(of('state bucket')).toEqual(['SYN-RECV', 'TIME-WAIT'])
    expect(of('state bucket exclude time-wait')).toEqual(['SYN-RECV'])
    expect(of('exclude connected')).toEqual(['LISTEN', 'UNCONN'])
    expect(of('excl big')).toEqual(['SYN-RECV', 'TIME-WAIT'])
    expect(of('state all')).toHaveLength(11)
  })

  it('have the groups of ss', () => {
    const without = (...names: string[]) => [...ALL_STATES].filter((state) => !names.includes(state)).sort()
    expect(of('state connected')).toEqual(without('LISTEN', 'UNCONN'))
    expect(of('state synchronized')).toEqual(without('LISTEN', 'UNCONN', 'SYN-SENT'))
    expect(of('state big')).toEqual(without('SYN-RECV', 'TIME-WAIT'))
    expect([...DEFAULT_STATES].sort()).toEqual(without('LISTEN', 'UNCONN', 'TIME-WAIT', 'SYN-RECV'))
  })

  it('are known by both of their names, in any letters', () => {
    for (const state of ALL_STATES) expect([...(statesNamed(state.toLowerCase()) ?? [])]).toEqual([state])
    expect(of('state ESTABLISHED state Listening state closed')).toEqual(['ESTAB', 'LISTEN', 'UNCONN'])
    expect(statesNamed('constructor')).toBeNull()
    expect(statesNamed('')).toBeNull()
  })
})

/** An expression as text, and what it means. */
interface Said {
  text: string
  means: (socket: SocketSnapshot) => boolean
}

const port = fc.integer({ min: 0, max: 6 })
const expression: fc.Arbitrary<Said> = fc.letrec<{ said: Said; leaf: Said }>((tie) => ({
  leaf: fc.tuple(fc.boolean(), port).map(([source, n]) => ({
    text: `${source ? 'sport' : 'dport'} = :${n}`,
    means: (socket) => (source ? socket.localPort : socket.peerPort) === n,
  })),
  said: fc.oneof(
    { maxDepth: 5 },
    tie('leaf'),
    tie('said').map(({ text, means }) => ({
      text: `not ( ${text} )`,
      means: (socket: SocketSnapshot) => !means(socket),
    })),
    fc.tuple(tie('said'), tie('said')).map(([a, b]) => ({
      text: `( ${a.text} ) ( ${b.text} )`,
      means: (socket: SocketSnapshot) => a.means(socket) && b.means(socket),
    })),
    fc.tuple(tie('said'), tie('said')).map(([a, b]) => ({
      text: `( ${a.text} ) or ${b.text}`,
      means: (socket: SocketSnapshot) => a.means(socket) || b.means(socket),
    })),
  ),
})).said

describe('any', () => {
  it('expression means what it says', () => {
    fc.assert(
      fc.property(expression, port, port, ({ text, means }, localPort, peerPort) => {
        const socket = snapshot({ localPort, peerPort })
        expect(parseFilter([text]).matches(socket)).toBe(means(socket))
      }),
    )
  })

  it('words are a filter, or refused in plain words', () => {
    const word = fc.oneof(
      fc.constantFrom(
        'state',
        'exclude',
        'all',
        'src',
        'dst',
        'sport',
        'dport',
        '(',
        ')',
        'and',
        'or',
        'not',
        '!',
        '=',
      ),
      fc.constantFrom(':80', '10.0.0.0/8', '[fd00::1]:1', '*', '>=', 'autobound', '', ':', '/', '[]', '[', '::'),
      fc.string(),
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), (words) => {
        try {
          expect(typeof parseFilter(words).matches(V4)).toBe('boolean')
        } catch (error) {
          expect(error).toBeInstanceOf(FilterError)
        }
      }),
      { numRuns: 2000 },
    )
  })
})
