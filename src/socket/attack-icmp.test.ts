import { describe, expect, it } from 'vitest'
import { add, between } from '../wire/seq.ts'
import { ending, type Place, SYNCHRONISED, Target } from './attack.testkit.ts'
import { IcmpForgery, steps, sweep } from './forgery.testkit.ts'

/** Type, code, and what follows the checksum. */
type Kind = readonly [number, number, number]

const codes = (type: number, count: number): Kind[] => Array.from({ length: count }, (_, code) => [type, code, 0])

/** Every error that there is: unreachable of all kinds, too big, source quench, time exceeded, parameter problem. */
const FAMILIES: readonly {
  family: 4 | 6
  kinds: readonly Kind[]
  tooBig: (mtu: number) => Kind
  portUnreachable: Kind
}[] = [
  {
    family: 4,
    kinds: [
      ...codes(3, 16),
      [3, 4, 67],
      [3, 4, 68],
      [3, 4, 552],
      [3, 4, 1400],
      [4, 0, 0],
      ...codes(11, 2),
      ...codes(12, 3),
    ],
    tooBig: (mtu) => [3, 4, mtu],
    portUnreachable: [3, 3, 0],
  },
  {
    family: 6,
    kinds: [...codes(1, 8), [2, 0, 0], [2, 0, 1279], [2, 0, 1280], [2, 0, 1400], ...codes(3, 2), ...codes(4, 4)],
    tooBig: (mtu) => [2, 0, mtu],
    portUnreachable: [1, 4, 0],
  },
]

const OPEN: readonly Place[] = [...SYNCHRONISED, 'SYN-SENT', 'SYN-RECEIVED', 'HALF-OPEN']

/** Quotations of all `numbers` that are not in flight: each is counted, and does nothing. */
function quote(target: Target, kind: Kind, numbers: Iterable<number>): void {
  const { state, tcb } = target
  const { una, nxt } = tcb.snd
  const shots = [...numbers].filter((seq) => una === nxt || !between(seq, una, add(nxt, -1)))
  const before = target.it.host.stats()
  const drawn = sweep(new IcmpForgery(target, ...kind), shots, () => 0, 1)
  const stats = target.it.host.stats()
  const grown = (name: string) => (stats[name] ?? 0) - (before[name] ?? 0)
  // What says nothing at all is counted as such.
  expect(grown('TcpExtOutOfWindowIcmps') + grown('IcmpInErrors')).toBe(shots.length)
  expect([drawn.acks, drawn.resets, grown('PathMtuReductions')]).toEqual([0, 0, 0])
  expect([target.state, tcb.softError, tcb.pathMss]).toEqual([
    state,
    '',
    target.it.tap.mtu - (target.peer.includes(':') ? 60 : 40),
  ])
}

describe.each(FAMILIES)('over IPv$family', ({ family, kinds, tooBig, portUnreachable }) => {
  it.each(OPEN)('RFC 5927, 4.1: errors that quote numbers all over the space do nothing to %s', (place) => {
    const target = Target.at(place, { family })
    for (const kind of kinds) quote(target, kind, steps(add(target.tcb.snd.nxt, 3), 16_384, 200))
    expect(target.finish()).toEqual(ending(place))
  })

  it('RFC 5927, 4.1, 7.2: every 64 KB of the space: port unreachable, packet too big', () => {
    for (const kind of [portUnreachable, tooBig(1280)]) {
      const target = Target.at('IN-FLIGHT', { family })
      quote(target, kind, steps(add(target.tcb.snd.nxt, 3), 65_536))
      expect(target.finish()).toEqual(['CLOSED', ''])
    }
  })

  it('RFC 5927, 4.1: one octet outside what is in flight is outside', () => {
    const target = Target.at('IN-FLIGHT', { family })
    const { una, nxt } = target.tcb.snd
    for (const kind of kinds) quote(target, kind, [add(una, -1), nxt, add(nxt, 1)])
    expect(target.finish()).toEqual(['CLOSED', ''])
  })

  it.each(SYNCHRONISED)('RFC 5927, 5.2: one that quotes what is in flight does not end %s, hard or soft', (place) => {
    for (const kind of kinds) {
      const target = Target.at(place, { family })
      const { state, tcb } = target
      const forged = new IcmpForgery(target, ...kind)
      for (let seq = tcb.snd.una; seq !== tcb.snd.nxt && between(seq, tcb.snd.una, tcb.snd.nxt); seq = add(seq, 1)) {
        forged.shoot(seq)
        if (tcb.flight.count > 2) seq = add(seq, 499)
      }
      expect([target.state, tcb.error]).toEqual([state, ''])
      expect(target.finish()).toEqual(ending(place))
    }
  })

  it('RFC 5927, 7.2: an MTU that no path has is ignored, whatever it quotes; a small one costs no more than it may', () => {
    const target = Target.at('IN-FLIGHT', { family })
    const { tcb } = target
    const { una } = tcb.snd
    const least = family === 4 ? 68 : 1280
    for (const mtu of [1, 40, least - 1]) new IcmpForgery(target, ...tooBig(mtu)).shoot(una)
    const stats = target.it.host.stats()
    expect([stats.PathMtuReductions, stats.IcmpInErrors]).toEqual([0, 3])
    new IcmpForgery(target, ...tooBig(least)).shoot(una)
    // Linux: min_pmtu.
    expect(tcb.pathMss).toBe(family === 4 ? 552 - 40 : 1280 - 60)
    // Again and again: nothing more goes for that.
    target.it.sent()
    for (let i = 0; i < 1000; i += 1) new IcmpForgery(target, ...tooBig(least)).shoot(una)
    expect(target.it.sent()).toEqual([])
    expect(target.finish()).toEqual(['CLOSED', ''])
  })

  it('RFC 5927, 4.1: TIME-WAIT has nothing in flight', () => {
    for (const closed of [false, true]) {
      const target = Target.at('TIME-WAIT', { family })
      if (closed) target.held.close()
      target.it.turn()
      for (const kind of kinds) {
        const drawn = sweep(new IcmpForgery(target, ...kind), steps(3, 65_536, 100), () => 0, 1)
        expect([drawn.acks, drawn.resets, target.state]).toEqual([0, 0, 'TIME-WAIT'])
      }
      expect(target.it.host.stats().PathMtuReductions).toBe(0)
    }
  })
})

it('RFC 6633, 3: source quench is ignored, even with a number that is in flight', () => {
  const target = Target.at('IN-FLIGHT')
  const { congestion, snd } = target.tcb
  const { cwnd, ssthresh } = congestion
  for (let i = 0; i < 100; i += 1) new IcmpForgery(target, 4, 0, 0).shoot(add(snd.una, 100 * i))
  expect([congestion.cwnd, congestion.ssthresh]).toEqual([cwnd, ssthresh])
  expect(target.finish()).toEqual(['CLOSED', ''])
})
