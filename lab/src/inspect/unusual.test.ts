import { SCENARIOS } from 'estab/scenario'
import { ACK, FIN, PSH, RST, SYN, URG } from 'estab/wire'
import { describe, expect, it } from 'vitest'
import { Packets, PacketsBuilder } from '../run/packets.ts'
import { fill } from '../words/inspect.ts'
import { UNUSUAL_WORDS } from '../words/unusual.ts'
import { played } from './inspect.testkit.ts'
import { UNUSUAL, unusualOf } from './unusual.ts'

/** A TCP packet without checksums, of these flags, option bytes and payload. */
function packet(
  flags: number,
  options: readonly number[] = [],
  more: { seq?: number; window?: number; payload?: number; urgent?: number } = {},
): Uint8Array {
  const { seq = 0, window = 1000, payload = 0, urgent = 0 } = more
  const header = 20 + options.length
  const bytes = new Uint8Array(20 + header + payload)
  const view = new DataView(bytes.buffer)
  bytes.set([0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2])
  view.setUint16(2, bytes.length)
  let sum = 0
  for (let i = 0; i < 20; i += 2) sum += view.getUint16(i)
  view.setUint16(10, ~((sum & 0xffff) + (sum >>> 16)) & 0xffff)
  view.setUint32(24, seq)
  view.setUint16(32, ((header / 4) << 12) | flags)
  view.setUint16(34, window)
  view.setUint16(38, urgent)
  bytes.set(options, 40)
  return bytes
}

function namesOf(...args: Parameters<typeof packet>): string[] {
  const [flags, , more = {}] = args
  const builder = new PacketsBuilder()
  const { seq = 0, window = 1000, payload: length = 0 } = more
  builder.add({
    from: 0,
    to: 1,
    sentAt: 0,
    bytes: packet(...args),
    protocol: 6,
    connection: 0,
    flags,
    seq,
    window,
    length,
  })
  return unusualOf(new Packets(builder.finish()), 0)
    .map(({ name }) => name)
    .filter((name) => name !== 'wrong-checksum')
}

describe('what is unusual about a packet', () => {
  it('is nothing in a handshake', () => {
    const { packets } = played('handshake')
    expect([0, 1, 2].flatMap((index) => unusualOf(packets, index))).toEqual([])
  })

  it('names the first sending of what is sent again, and how often it was', () => {
    const { packets } = played('handshake', 0, [{ kind: 'lose', packet: 1, at: 15_000 }])
    expect(unusualOf(packets, 1).map(({ name }) => name)).toEqual(['lost', 'touched'])
    const again = Array.from({ length: packets.count }, (_, i) => i).filter(
      (i) => packets.at(i).from === 1 && i > 1 && packets.at(i).flags & SYN,
    )
    expect(unusualOf(packets, again[0])[0]).toEqual({ name: 'retransmission', packet: 1, values: { count: 2 } })
  })

  it('tells the byte that was changed', () => {
    const { packets } = played('handshake', 0, [{ kind: 'corrupt', packet: 0, bit: 8 * 24 + 3 }])
    const found = unusualOf(packets, 0).find(({ name }) => name === 'corrupted')
    const was = packets.at(0).bytes[24]
    const hex = (byte: number) => byte.toString(16).padStart(2, '0')
    expect(found?.values).toEqual({ byte: 24, was: hex(was), is: hex(was ^ 8) })
  })

  it('names what a copy is a copy of', () => {
    const { packets } = played('handshake', 0, [{ kind: 'duplicate', packet: 0 }])
    const copy = Array.from({ length: packets.count }, (_, i) => i).find((i) =>
      unusualOf(packets, i).some(({ name }) => name === 'duplicate'),
    )
    expect(unusualOf(packets, copy ?? -1)).toContainEqual({ name: 'duplicate', packet: 0 })
  })

  it.each([
    ['no flags', ['no-flags'], [0]],
    ['SYN and FIN', ['impossible-flags'], [SYN | FIN, [2, 4, 5, 0xb4, 4, 2, 3, 3, 7, 0, 0, 0]]],
    ['PSH alone', ['no-ack-flag'], [PSH]],
    ['RST', ['reset'], [RST]],
    ['RST and ACK', ['reset-acking'], [RST | ACK]],
    ['URG', ['urgent'], [ACK | URG, [], { urgent: 3 }]],
    ['an urgent pointer alone', ['urgent-without-flag'], [ACK, [], { urgent: 3 }]],
    ['no window', ['zero-window'], [ACK, [], { window: 0 }]],
    ['numbers that wrap', ['wraps'], [ACK, [], { seq: 0xffff_fff0, payload: 32 }]],
    ['a SYN without options', ['mss-absent', 'scale-absent', 'sack-absent'], [SYN]],
    ['a small MSS', ['mss-tiny'], [SYN, [2, 4, 0, 88, 4, 2, 3, 3, 7, 0, 0, 0]]],
    ['a large shift', ['scale-huge'], [SYN, [2, 4, 5, 0xb4, 4, 2, 3, 3, 15, 0, 0, 0]]],
    ['a duplicate SACK', ['dsack'], [ACK, [1, 1, 5, 10, 0xff, 0xff, 0xff, 0xf0, 0xff, 0xff, 0xff, 0xf8]]],
    ['an option without length', ['malformed-option'], [ACK, [8, 1, 0, 0]]],
  ] as const)('%s', (_, names, [flags, options, more]) => {
    expect(namesOf(flags, options, more)).toEqual(names)
  })

  it('is told in words that leave no brace open, in scenarios where much goes wrong', () => {
    const met = new Set<string>()
    for (const name of ['acknowledgment', 'dead-peer', 'waiting', 'wrap', 'refusals']) {
      const { parts } = SCENARIOS.find((scenario) => scenario.name === name) ?? { parts: [] }
      for (const [part] of parts.entries()) {
        const { packets } = played(name, part)
        for (let index = 0; index < Math.min(packets.count, 400); index += 1) {
          for (const each of unusualOf(packets, index)) {
            met.add(each.name)
            for (const words of [UNUSUAL_WORDS.en, UNUSUAL_WORDS.zh])
              expect(fill(words[each.name].join(' '), each.values ?? {})).not.toMatch(/[{}]/)
          }
        }
      }
    }
    for (const name of [
      'keepalive-shape',
      'window-probe-shape',
      'duplicate-ack',
      'zero-window',
      'sack',
      'out-of-order',
      'wraps',
    ] as const) {
      expect(met).toContain(name)
    }
    expect(met).not.toContain('wrong-checksum')
    expect(UNUSUAL.length).toBeGreaterThan(met.size)
  })
})
