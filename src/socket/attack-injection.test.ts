import { describe, expect, it } from 'vitest'
import { seeded } from '../sim/seeded.testkit.ts'
import { add, between } from '../wire/seq.ts'
import { ACK, FIN, PSH, RST, SYN, type TcpSegment, URG } from '../wire/tcp.ts'
import { ending, SETUPS, SYNCHRONISED, Target } from './attack.testkit.ts'
import { Forgery, inWindow, steps, sweep } from './forgery.testkit.ts'

const SAMPLE = 512

const TEXT: Partial<TcpSegment> = { flags: PSH | ACK, payloadLength: 100 }

/** Forgeries at all `numbers`, with an acknowledgment at random; `length` as the sequence space counts it. */
function inject(target: Target, fields: Partial<TcpSegment>, length: number, numbers: readonly number[]): void {
  const { state, tcb } = target
  const { una, wnd } = tcb.snd
  const random = seeded(numbers.length)
  const inside = numbers.filter(inWindow(target, length)).length
  const drawn = sweep(new Forgery(target, fields), numbers, () => add(random() * 16, random()))
  const { TCPOldAck, TCPAckUnsent, TCPChallengeACK, TCPACKSkippedSeq } = target.counters
  // What is in the window fails by its acknowledgment.
  expect(TCPOldAck + TCPAckUnsent).toBe(inside)
  expect(inside).toBeGreaterThan(0)
  const rate = 1 + Math.floor(drawn.seconds / 0.5)
  expect(TCPChallengeACK).toBeLessThanOrEqual(rate)
  if (length === 0) {
    expect(drawn.acks).toBeLessThanOrEqual(rate)
    expect(TCPACKSkippedSeq).toBeGreaterThanOrEqual(numbers.length - inside - rate)
  } else {
    // Text outside the window draws an ACK each, as RFC 9293 has it; some ride on retransmissions.
    const most = numbers.length - inside + TCPChallengeACK
    expect(drawn.acks).toBeLessThanOrEqual(most)
    expect(drawn.acks).toBeGreaterThanOrEqual(most - drawn.repeats)
  }
  expect([target.state, tcb.snd.una, tcb.snd.wnd, drawn.resets]).toEqual([state, una, wnd, 0])
  expect([tcb.reassembly.readable, tcb.reassembly.pieces]).toEqual([0, 0])
}

const KINDS = [
  ['text', TEXT, 100],
  ['urgent text', { ...TEXT, flags: URG | ACK, urgentPointer: 50 }, 100],
  ['FINs', { flags: FIN | ACK }, 1],
  ['bare ACKs with another window', { flags: ACK, window: 1 }, 0],
] as const

describe.each(SETUPS)('by the window, and by half of it: $name', (setup) => {
  it.each(KINDS)('RFC 5961, 5.2: %s in every window disturb no connection', (_name, fields, length) => {
    for (const place of SYNCHRONISED) {
      for (const divisor of [1, 2]) {
        const target = Target.at(place, setup)
        const step = Math.floor(target.tcb.rcvWnd / divisor)
        inject(target, fields, length, [...steps(add(target.next, 3), step, SAMPLE)])
        expect(target.finish()).toEqual(ending(place))
      }
    }
  })
})

it.each(KINDS)('RFC 5961, 5.2: %s over the whole sequence space', (_name, fields, length) => {
  const target = Target.at('IN-FLIGHT', { timestamps: true })
  inject(target, fields, length, [...steps(add(target.next, 3), target.tcb.rcvWnd)])
  expect(target.finish()).toEqual(['CLOSED', ''])
})

/** `length` bytes have gone to the peer and were acknowledged; what it offers does not count as window before that. */
function afterSending(length: number, timestamps: boolean): Target {
  const target = Target.at('ESTABLISHED', { timestamps, window: 1 << 20 })
  for (let sent = 0; sent < length; sent += 10_000) target.fetch(10_000, target.held)
  return target
}

/** A byte behind a hole in the window, with each of `acks`: how many were taken. */
function accepted(target: Target, acks: readonly number[], fields: Partial<TcpSegment> = {}): number {
  const { next } = target
  const places = acks.map((_, i) => add(next, 1 + 2 * (i % 2000)))
  sweep(new Forgery(target, { ...TEXT, ...fields, payloadLength: 1 }), places, (i) => acks[i] ?? 0)
  return target.tcb.reassembly.pieces
}

describe('RFC 5961, 5.2: an attacker who knows a number in the window has to guess the acknowledgment, too', () => {
  it('RFC 5961, 5.2: of all that he may say, what was acknowledged within the largest window is good', () => {
    const target = afterSending(300_000, false)
    const { snd, bytesAcked } = target.tcb
    const range = Math.min(snd.maxWnd, bytesAcked)
    expect(range).toBeGreaterThan(299_000)
    const acks = [...steps(12_345, 65_536)]
    const good = acks.filter((ack) => between(ack, add(snd.una, -range), snd.nxt)).length
    expect(accepted(target, acks)).toBe(good)
    // One in 2^32 for each octet of MAX.SND.WND, but for the grain of the sweep.
    expect(Math.abs(good - (acks.length * range) / 2 ** 32)).toBeLessThanOrEqual(1)
    const { TCPOldAck, TCPAckUnsent } = target.counters
    expect(TCPOldAck + TCPAckUnsent).toBe(acks.length - good)
  })

  it('RFC 5961, 5.2: where nothing was sent but the SYN, one number in 2^32 is good', () => {
    const target = Target.at('ESTABLISHED')
    const { una } = target.tcb.snd
    const close = Array.from({ length: 4000 }, (_, i) => add(una, i - 2000)).filter((ack) => ack !== una)
    expect(accepted(target, [...steps(12_345, 65_536), ...close])).toBe(0)
    expect(accepted(target, [una])).toBe(1)
  })

  it('RFC 7323, 5.3: with timestamps, half of what he may say there is too old', () => {
    const target = afterSending(10_000, true)
    const { snd } = target.tcb
    let taken = 0
    for (let i = 0; i < 512; i += 1) {
      taken += 1
      const stamps = { hasTimestamps: true, tsVal: (12_345 + i * 2 ** 23) >>> 0, tsEcr: 0 }
      const before = target.tcb.reassembly.pieces
      new Forgery(target, { ...TEXT, ...stamps, payloadLength: 1 }).shoot(add(target.next, 1 + 2 * i), snd.una)
      if (target.tcb.reassembly.pieces === before) taken -= 1
    }
    expect(taken).toBe(256)
    expect(target.counters.PAWSEstab).toBe(256)
  })
})

describe('timestamps of forgeries', () => {
  const future = { hasTimestamps: true, tsVal: 0 }

  function armed(): Target {
    const target = afterSending(10_000, true)
    future.tsVal = (target.clock + 2 ** 30) >>> 0
    return target
  }

  it('RFC 7323, 5.3: without a good acknowledgment they do not turn PAWS against the peer', () => {
    const target = armed()
    const { tsRecent, snd } = target.tcb
    const acks = [...steps(add(snd.nxt, 1), 2 ** 20)].filter((ack) => !between(ack, add(snd.una, -10_000), snd.nxt))
    // At the very number where it would be remembered.
    for (const fields of [TEXT, { flags: ACK }, { flags: FIN | ACK }]) {
      const here = acks.map(() => target.next)
      sweep(new Forgery(target, { ...fields, ...future }), here, (i) => acks[i] ?? 0)
    }
    expect(target.tcb.tsRecent).toBe(tsRecent)
    expect(target.finish()).toEqual(['CLOSED', ''])
    expect(target.counters.PAWSEstab).toBe(0)
  })

  it('RFC 7323, 5.3: nor with one of what was acknowledged long ago (as Linux)', () => {
    const target = armed()
    const { tsRecent, snd } = target.tcb
    new Forgery(target, { flags: ACK, ...future }).shoot(target.next, add(snd.una, -5000))
    expect(target.counters.TCPOldAck).toBe(0)
    expect(target.tcb.tsRecent).toBe(tsRecent)
    expect(target.finish()).toEqual(['CLOSED', ''])
  })

  it('RFC 7323, 5.3: nor on a RST or a SYN that is challenged', () => {
    const target = armed()
    const { tsRecent } = target.tcb
    const numbers = [...steps(add(target.next, 1), 65_536, 1000)]
    for (const flags of [RST, SYN, RST | ACK, SYN | ACK]) sweep(new Forgery(target, { flags, ...future }), numbers)
    new Forgery(target, { flags: SYN, ...future }).shoot(target.next)
    expect(target.tcb.tsRecent).toBe(tsRecent)
    expect(target.finish()).toEqual(['CLOSED', ''])
  })
})

it('RFC 5482, 5: an offer of a user timeout is not heard on what fails by its acknowledgment', () => {
  const target = afterSending(10_000, false)
  const { tcb } = target
  target.held.setOption('TCP_UTO', 200)
  target.send({ userTimeout: 300 })
  const acks = [...steps(add(tcb.snd.nxt, 1), 2 ** 20, 1000)]
  for (const flags of [ACK, ACK | SYN, ACK | RST]) {
    const numbers = acks.map((_, i) => add(target.next, 1 + i))
    sweep(new Forgery(target, { flags, userTimeout: 3000 }), numbers, (i) => acks[i] ?? 0)
  }
  expect(tcb.userTimeout.agreed(tcb.options.offeredUserTimeout)).toBe(300_000)
  target.send({ userTimeout: 400 })
  expect(tcb.userTimeout.agreed(tcb.options.offeredUserTimeout)).toBe(400_000)
})

describe('where a connection begins', () => {
  it.each(['SYN-SENT', 'SYN-RECEIVED', 'HALF-OPEN'] as const)(
    'RFC 9293, 3.10.7: text, FINs and ACKs that acknowledge something else leave %s as it is',
    (place) => {
      for (const [, fields] of KINDS) {
        const target = Target.at(place, { timestamps: true })
        const { state } = target
        const random = seeded(5)
        const numbers = [...steps(add(target.next, 3), 65_535, 4096)]
        const drawn = sweep(new Forgery(target, fields), numbers, () => add(random() * 16, random()))
        // A RST each at most, which means nothing to the honest peer.
        expect(drawn.acks + drawn.resets).toBeLessThanOrEqual(drawn.shots)
        expect(target.state).toBe(state)
        expect(target.finish()).toEqual(['CLOSED', ''])
      }
    },
  )
})
