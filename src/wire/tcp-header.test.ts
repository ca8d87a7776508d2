import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ACK, AE, CWR, ECE, FIN, PSH, RST, SYN, TcpSegment, URG } from './tcp.ts'
import { emitTcp, parseTcp, tcpHeaderLength } from './tcp-header.ts'
import { amid, hex, mutate, mutations, uint8, uint16, uint32 } from './wire.testkit.ts'

/** What a segment says: all but where it lies, and of its arrays the part that counts. */
function fields(segment: TcpSegment): Record<string, unknown> {
  const { bytes: _, payloadStart: __, ...rest } = segment
  return {
    ...rest,
    sackEdges: [...segment.sackEdges.subarray(0, 2 * segment.sackCount)],
    fastOpenCookie: [...segment.fastOpenCookie.subarray(0, Math.max(0, segment.fastOpenLength))],
  }
}

function parsed(bytes: Uint8Array): TcpSegment {
  const segment = new TcpSegment()
  expect(parseTcp(bytes, 0, bytes.length, segment)).toBe(true)
  return segment
}

/** The header of `segment` as bytes. */
function emitted(segment: TcpSegment): Uint8Array {
  segment.bytes = new Uint8Array(128)
  segment.payloadStart = 100
  const start = emitTcp(segment)
  expect(100 - start).toBe(tcpHeaderLength(segment))
  return segment.bytes.slice(start, 100)
}

/** A header with these options, padded to full words with the end of the list. */
function withOptions(flags: number, options: string): Uint8Array {
  const list = hex(options)
  const bytes = new Uint8Array(20 + ((list.length + 3) & ~3))
  bytes[12] = (bytes.length / 4) << 4
  bytes[13] = flags
  bytes.set(list, 20)
  return bytes
}

const cookie = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 2, max: 8 }).map((n) => 2 * n),
)
const any = fc.record({
  sourcePort: uint16,
  destinationPort: uint16,
  seq: uint32,
  ack: uint32,
  flags: fc.nat(0x1ff),
  window: uint16,
  urgentPointer: uint16,
  mss: uint16,
  windowScale: fc.integer({ min: -1, max: 255 }),
  sackPermitted: fc.boolean(),
  hasTimestamps: fc.boolean(),
  tsVal: uint32,
  tsEcr: uint32,
  sackCount: fc.nat(4),
  fastOpenLength: fc.oneof(fc.constant(-1), cookie),
  userTimeout: fc.oneof(
    fc.nat(0x7fff),
    fc.nat(0x7fff).map((minutes) => minutes * 60),
  ),
})

/** Any segment whose options are all allowed in it and fit. */
const segments = fc
  .tuple(any, fc.array(uint32, { minLength: 8, maxLength: 8 }), fc.uint8Array({ minLength: 16, maxLength: 16 }))
  .map(([values, edges, bytes]) => {
    const segment = Object.assign(new TcpSegment(), values)
    segment.sackEdges.set(edges)
    segment.fastOpenCookie.set(bytes)
    if (segment.flags & SYN) segment.sackCount = 0
    else {
      segment.mss = 0
      segment.windowScale = segment.fastOpenLength = -1
      segment.sackPermitted = false
    }
    if (segment.fastOpenLength > 12) segment.userTimeout = 0
    const others = (segment.hasTimestamps ? 12 : 0) + (segment.userTimeout > 0 ? 4 : 0)
    segment.sackCount = Math.min(segment.sackCount, Math.floor((36 - others) / 8))
    if (!segment.hasTimestamps) segment.tsVal = segment.tsEcr = 0
    return segment
  })

describe('known segments', () => {
  it('a SYN of Linux: mss 1460, sackOK, timestamps, nop, wscale 7', () => {
    const bytes = hex(`
      b2a4 0050 5d3f 9a11 0000 0000 a002 faf0 0000 0000
      0204 05b4 0402 080a 8b1c 4e6f 0000 0000 0103 0307`)
    const segment = parsed(bytes)
    expect(fields(segment)).toMatchObject({
      sourcePort: 45732,
      destinationPort: 80,
      seq: 0x5d3f9a11,
      ack: 0,
      flags: SYN,
      window: 64240,
      mss: 1460,
      sackPermitted: true,
      hasTimestamps: true,
      tsVal: 0x8b1c4e6f,
      tsEcr: 0,
      windowScale: 7,
      sackCount: 0,
      fastOpenLength: -1,
      payloadLength: 0,
    })
    expect(emitted(segment)).toEqual(bytes)
  })

  it('its SYN ACK without timestamps: nop, nop, sackOK before nop, wscale', () => {
    const bytes = hex(`
      0050 b2a4 0000 0001 5d3f 9a12 8012 fe88 0000 0000
      0204 05a0 0101 0402 0103 0309`)
    const segment = parsed(bytes)
    expect(fields(segment)).toMatchObject({ flags: SYN | ACK, mss: 1440, sackPermitted: true, windowScale: 9 })
    expect(emitted(segment)).toEqual(bytes)
  })

  it('a SYN that asks for a Fast Open cookie, and one that carries it (RFC 7413)', () => {
    const request = hex(`
      b2a4 0050 0000 0001 0000 0000 b002 faf0 0000 0000
      0204 05b4 0402 080a 0000 0005 0000 0000 0103 0307 2202 0101`)
    expect(parsed(request).fastOpenLength).toBe(0)
    expect(emitted(parsed(request))).toEqual(request)
    const carry = hex(`
      b2a4 0050 0000 0001 0000 0000 d002 faf0 0000 0000
      0204 05b4 0402 080a 0000 0005 0000 0000 0103 0307 220a 0102 0304 0506 0708 0101`)
    expect(fields(parsed(carry)).fastOpenCookie).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(emitted(parsed(carry))).toEqual(carry)
  })

  it('a data segment: nop, nop, timestamps and the payload behind', () => {
    const bytes = hex(`
      b2a4 0050 5d3f 9a12 ffff fff0 8018 01f6 0000 0000
      0101 080a ffff fffe 8000 0000 6869 21`)
    const segment = parsed(bytes)
    expect(fields(segment)).toMatchObject({
      ack: 0xfffffff0,
      flags: PSH | ACK,
      hasTimestamps: true,
      tsVal: 0xfffffffe,
      tsEcr: 0x80000000,
      payloadLength: 3,
    })
    expect(segment.payloadStart).toBe(32)
    expect(emitted(segment)).toEqual(bytes.slice(0, 32))
  })

  it('a duplicate ACK with timestamps and three SACK blocks fills the 60 bytes (RFC 2018, 3)', () => {
    const bytes = hex(`
      0050 b2a4 0000 0001 5d3f 9a12 f010 01f6 0000 0000
      0101 080a 0000 0001 0000 0002
      0101 051a ffff ff00 0000 0100 0000 0200 0000 0300 0000 0400 0000 0500`)
    const segment = parsed(bytes)
    expect(fields(segment).sackEdges).toEqual([0xffffff00, 0x100, 0x200, 0x300, 0x400, 0x500])
    expect(emitted(segment)).toEqual(bytes)
  })

  it('the flags of ECN and Accurate ECN (RFC 3168, RFC 9768)', () => {
    const segment = Object.assign(new TcpSegment(), { flags: SYN | AE | CWR | ECE })
    const bytes = emitted(segment)
    expect([bytes[12], bytes[13]]).toEqual([0x51, 0xc2])
    expect(parsed(bytes).flags).toBe(SYN | AE | CWR | ECE)
  })
})

describe('parseTcp', () => {
  it('refuses a header that is cut short or a data offset out of range (RFC 9293, 3.1)', () => {
    const segment = new TcpSegment()
    const bytes = new Uint8Array(40)
    const accepts = (offset: number, length: number) => {
      bytes[12] = offset << 4
      return parseTcp(bytes, 0, length, segment)
    }
    expect(accepts(5, 20)).toBe(true)
    expect(accepts(5, 19)).toBe(false)
    expect(accepts(4, 40)).toBe(false)
    expect(accepts(0, 40)).toBe(false)
    expect(accepts(10, 40)).toBe(true)
    expect(accepts(11, 40)).toBe(false)
    expect(accepts(6, 23)).toBe(false)
    expect(accepts(5, 41)).toBe(false)
    expect(parseTcp(bytes, -1, 20, segment)).toBe(false)
    expect(parseTcp(bytes, 30, 20, segment)).toBe(false)
  })

  it('ignores the reserved bits (RFC 9293, 3.1)', () => {
    const bytes = withOptions(ACK, '')
    bytes[12] |= 0x0e
    expect(parsed(bytes).flags).toBe(ACK)
  })

  it('forgets the options of the segment before', () => {
    const segment = new TcpSegment()
    const syn = withOptions(SYN, '020405b4 0402080a 00000001 00000002 01030307 2204aaaa 0101 2206 01020304')
    const plain = withOptions(ACK, '')
    parseTcp(syn, 0, syn.length, segment)
    parseTcp(plain, 0, plain.length, segment)
    expect(fields(segment)).toEqual(fields(parsed(plain)))
    expect(fields(segment)).toMatchObject({ mss: 0, windowScale: -1, sackPermitted: false, hasTimestamps: false })
    expect(fields(segment)).toMatchObject({ tsVal: 0, tsEcr: 0, sackCount: 0, fastOpenLength: -1 })
  })

  it.each([0, FIN, SYN, RST, PSH, ACK, FIN | ACK, SYN | ACK, RST | ACK, URG | ACK])(
    'MUST-5: reads options in a segment with any flags (%i)',
    (flags) => {
      const segment = parsed(withOptions(flags, '1e04 ffff 080a 00000001 00000002 0000'))
      expect(segment).toMatchObject({ flags, hasTimestamps: true, tsVal: 1, tsEcr: 2, payloadLength: 0 })
    },
  )

  it('MUST-6: skips options it does not know by their length', () => {
    expect(parsed(withOptions(SYN, '1e04 ffff fd0a 0102030405060708 020405b4')).mss).toBe(1460)
    expect(parsed(withOptions(SYN, '1302 0303 07')).windowScale).toBe(7)
  })

  it('MUST-4, MUST-64: reads options without any padding and after NOPs', () => {
    const segment = parsed(withOptions(ACK, '08 0a 0000 0001 0000 0002 01 05 0a 0000 0010 0000 0020'))
    expect(fields(segment)).toMatchObject({ tsVal: 1, tsEcr: 2, sackEdges: [0x10, 0x20] })
  })

  it.each([1, 2, 3])('MUST-64: reads each option wherever in a word it begins (%d)', (nops) => {
    const before = '01'.repeat(nops)
    const syn = parsed(withOptions(SYN, `${before} 020405b4 ${before} 0402 080a 00000001 00000002 030307`))
    expect(syn).toMatchObject({ mss: 1460, sackPermitted: true, tsVal: 1, tsEcr: 2, windowScale: 7 })
  })

  it('MUST-4: stops at the end of the list (kind 0), also in the middle', () => {
    const segment = parsed(withOptions(SYN, '020405b4 00 030307'))
    expect(segment).toMatchObject({ mss: 1460, windowScale: -1 })
  })

  it.each([
    ['length 0', '020405b4 0300 0307'],
    ['length 1', '020405b4 0301 030307'],
    ['a length beyond the header', '020405b4 0308 0707'],
    ['a kind without its length', '020405b4 010101 03'],
  ])('MUST-7: ends the options at %s and keeps what came before', (_, options) => {
    expect(parsed(withOptions(SYN, options))).toMatchObject({ mss: 1460, windowScale: -1 })
  })

  it('takes an option of the wrong length for unknown', () => {
    const segment = parsed(withOptions(SYN, '0203ff 0304ffff 0403ff 0809ffffffffffffff 020405b4'))
    expect(segment).toMatchObject({ mss: 1460, windowScale: -1, sackPermitted: false, hasTimestamps: false })
    expect(parsed(withOptions(ACK, '0509 00000001000002')).sackCount).toBe(0)
    expect(parsed(withOptions(ACK, '0502')).sackCount).toBe(0)
  })

  it('RFC 7323, 2.2 a, RFC 2018, 2: heeds MSS, window scale, SACK permitted and Fast Open in a SYN only', () => {
    const options = '020405b4 030307 0402 2206 01020304'
    expect(parsed(withOptions(SYN | ACK, options))).toMatchObject({ mss: 1460, windowScale: 7, sackPermitted: true })
    expect(parsed(withOptions(SYN | ACK, options)).fastOpenLength).toBe(4)
    const other = parsed(withOptions(ACK, options))
    expect(other).toMatchObject({ mss: 0, windowScale: -1, sackPermitted: false, fastOpenLength: -1 })
  })

  it('heeds SACK blocks in no SYN (RFC 2018, 3)', () => {
    expect(parsed(withOptions(SYN, '0101 050a 00000001 00000002')).sackCount).toBe(0)
    expect(parsed(withOptions(FIN | ACK, '0101 050a 00000001 00000002')).sackCount).toBe(1)
  })

  it.each([
    ['2206 01020304', 4],
    ['2212 0102030405060708090a0b0c0d0e0f10', 16],
    ['2202', 0],
    ['2204 0102', -1],
    ['2207 0102030405', -1],
    ['2214 0102030405060708090a0b0c0d0e0f101112', -1],
  ])('a Fast Open option %s has a cookie of %i bytes (RFC 7413, 4.1.1)', (option, length) => {
    expect(parsed(withOptions(SYN, option)).fastOpenLength).toBe(length)
  })

  it('takes any bytes without a throw and reads only the given range', () => {
    const one = new TcpSegment()
    const two = new TcpSegment()
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(20), (bytes, before) => {
        if (bytes.length > 12) bytes[12] |= 0x50
        const accepted = parseTcp(amid(bytes, before, 0x00), before, bytes.length, one)
        expect(parseTcp(amid(bytes, before, 0x02), before, bytes.length, two)).toBe(accepted)
        if (!accepted) return
        expect(fields(one)).toEqual(fields(two))
        expect(one.payloadStart + one.payloadLength).toBe(before + bytes.length)
      }),
      { numRuns: 500 },
    )
  })
})

describe('emitTcp', () => {
  it('gives back what was parsed, byte for byte and field for field', () => {
    fc.assert(
      fc.property(segments, (segment) => {
        const bytes = emitted(segment)
        const again = parsed(bytes)
        expect(fields(again)).toEqual(fields(segment))
        expect(emitted(again)).toEqual(bytes)
      }),
      { numRuns: 500 },
    )
  })

  it('says the same again of whatever parses', () => {
    fc.assert(
      fc.property(segments, mutations, (segment, changes) => {
        const bytes = mutate(emitted(segment), changes)
        const first = new TcpSegment()
        if (!parseTcp(bytes, 0, bytes.length, first)) return
        first.payloadLength = 0
        expect(fields(parsed(emitted(first)))).toEqual(fields(first))
      }),
      { numRuns: 500 },
    )
  })

  it('writes the header and nothing else, with a checksum of zero', () => {
    fc.assert(
      fc.property(segments, uint8, (segment, fill) => {
        segment.bytes = new Uint8Array(160).fill(fill)
        segment.payloadStart = 100
        const start = emitTcp(segment)
        expect(segment.bytes.subarray(0, start).every((byte) => byte === fill)).toBe(true)
        expect(segment.bytes.subarray(100).every((byte) => byte === fill)).toBe(true)
        expect([segment.bytes[start + 16], segment.bytes[start + 17]]).toEqual([0, 0])
      }),
    )
  })

  it('MUST-68, MUST-69: options have their lengths and fill the header: no end of the list, no padding behind one', () => {
    fc.assert(
      fc.property(segments, (segment) => {
        const bytes = emitted(segment)
        let at = 20
        while (at < bytes.length) {
          expect(bytes[at]).not.toBe(0)
          const length = bytes[at] === 1 ? 1 : (bytes[at + 1] ?? 0)
          expect(length).toBeGreaterThan(bytes[at] === 1 ? 0 : 1)
          at += length
        }
        expect(at).toBe(bytes.length)
      }),
      { numRuns: 300 },
    )
  })

  it('cuts the SACK blocks to what the other options leave of 40 bytes', () => {
    const segment = Object.assign(new TcpSegment(), { flags: ACK, sackCount: 4 })
    expect(emitted(segment).length).toBe(56)
    segment.hasTimestamps = true
    expect(emitted(segment).length).toBe(60)
    expect(parsed(emitted(segment)).sackCount).toBe(3)
    Object.assign(segment, { mss: 1460, windowScale: 7, fastOpenLength: 8 })
    expect(emitted(segment).length).toBe(52)
    segment.fastOpenLength = 16
    expect(emitted(segment).length).toBe(60)
  })

  it('RFC 5482, 3.3: writes the user timeout in seconds, or in minutes, rounded up; not beside the longest cookies', () => {
    const written = (userTimeout: number) =>
      parsed(emitted(Object.assign(new TcpSegment(), { userTimeout }))).userTimeout
    expect([1, 32_767, 32_768, 32_820, 1_966_020].map(written)).toEqual([1, 32_767, 32_820, 32_820, 1_966_020])
    expect([...emitted(Object.assign(new TcpSegment(), { userTimeout: 300 })).slice(20)]).toEqual([28, 4, 1, 44])
    const full = { flags: SYN, mss: 1460, windowScale: 7, sackPermitted: true, hasTimestamps: true, userTimeout: 9 }
    const left = (fastOpenLength: number) => parsed(emitted(Object.assign(new TcpSegment(), full, { fastOpenLength })))
    expect([left(12).userTimeout, left(14).userTimeout]).toEqual([9, 0])
  })

  it('never exceeds 60 bytes, whatever the record holds', () => {
    fc.assert(
      fc.property(any, (values) => {
        const segment = Object.assign(new TcpSegment(), values)
        expect(tcpHeaderLength(segment)).toBeLessThanOrEqual(60)
        emitted(segment)
      }),
    )
  })
})
