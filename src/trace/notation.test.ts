import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CE, ECT0, ECT1, NOT_ECT } from '../wire/packet.ts'
import { ACK, CWR, ECE, FIN, PSH, RST, SYN, TcpSegment, URG } from '../wire/tcp.ts'
import { formatFlags, formatSegment, parseSegment } from './notation.ts'

const NO_BYTES = new Uint8Array(0)

function segment(fields: Partial<TcpSegment>): TcpSegment {
  return Object.assign(new TcpSegment(), fields)
}

describe('formatSegment', () => {
  it('writes a SYN with its options in the order of Linux, without padding', () => {
    const syn = segment({ flags: SYN, seq: 3626544836, window: 64240, mss: 1460, sackPermitted: true })
    syn.hasTimestamps = true
    syn.tsVal = 100
    syn.windowScale = 7
    expect(formatSegment(syn)).toBe('S 3626544836:3626544836(0) win 64240 <mss 1460,sackOK,TS val 100 ecr 0,wscale 7>')
    expect(formatSegment(syn, { base: { seq: 3626544836, ack: 0 } })).toBe(
      'S 0:0(0) win 64240 <mss 1460,sackOK,TS val 100 ecr 0,wscale 7>',
    )
  })

  it('counts from the base across the end of the sequence space', () => {
    const base = { seq: 0xffff_fff0, ack: 0xffff_ff00 }
    const data = segment({ flags: PSH | ACK, seq: 0xffff_fff1, ack: 1, window: 502, payloadLength: 73 })
    expect(formatSegment(data, { base })).toBe('P. 1:74(73) ack 257 win 502')
    expect(formatSegment(data)).toBe('P. 4294967281:58(73) ack 1 win 502')
  })

  it('writes SACK edges relative to the acknowledgement', () => {
    const ack = segment({ flags: ACK, seq: 5001, ack: 1101, window: 501, sackCount: 2 })
    ack.sackEdges.set([2001, 3001, 4001, 5001])
    expect(formatSegment(ack, { base: { seq: 5000, ack: 1000 } })).toBe(
      '. 1:1(0) ack 101 win 501 <sack 1001:2001 3001:4001>',
    )
  })

  it('writes FIN, RST, urgent data, no flags at all and Fast Open', () => {
    expect(formatSegment(segment({ flags: FIN | ACK, seq: 74, ack: 201, window: 501 }))).toBe(
      'F. 74:74(0) ack 201 win 501',
    )
    expect(formatSegment(segment({ flags: RST, seq: 1 }))).toBe('R 1:1(0) win 0')
    expect(formatSegment(segment({ flags: URG | ACK, urgentPointer: 5, payloadLength: 5 }))).toBe(
      '.U 0:5(5) ack 0 win 0 urg 5',
    )
    expect(formatSegment(segment({}))).toBe('- 0:0(0) win 0')
    expect(formatSegment(segment({ flags: SYN, fastOpenLength: 0 }))).toBe('S 0:0(0) win 0 <FO>')
    const cookie = segment({ flags: SYN, fastOpenLength: 4 })
    cookie.fastOpenCookie.set([0x0a, 0, 0xff, 1])
    expect(formatSegment(cookie)).toBe('S 0:0(0) win 0 <FO 0a00ff01>')
  })

  it('writes all nine flags', () => {
    expect(formatFlags(0x1ff)).toBe('FSRP.UEWe')
  })

  it('writes the ECN codepoint last, and nothing for Not-ECT', () => {
    const data = segment({ flags: PSH | ACK | CWR, seq: 1, ack: 1, window: 502, payloadLength: 73, ecn: ECT0 })
    expect(formatSegment(data)).toBe('P.W 1:74(73) ack 1 win 502 [ect0]')
    data.hasTimestamps = true
    data.ecn = CE
    expect(formatSegment(data)).toBe('P.W 1:74(73) ack 1 win 502 <TS val 0 ecr 0> [ce]')
    data.ecn = ECT1
    expect(formatSegment(data)).toMatch(/> \[ect1\]$/)
    data.ecn = NOT_ECT
    expect(formatSegment(data)).toBe('P.W 1:74(73) ack 1 win 502 <TS val 0 ecr 0>')
  })
})

describe('parseSegment', () => {
  it('reads what other tools add: nops, spaces, options in another order', () => {
    const read = new TcpSegment()
    expect(parseSegment(' S.E  0:0(0)  ack 1 win 65160 <wscale 7,nop, nop,TS val 1 ecr 2,mss 1460> ', read)).toBe(true)
    expect(read.flags).toBe(SYN | ACK | ECE)
    expect(formatSegment(read)).toBe('S.E 0:0(0) ack 1 win 65160 <mss 1460,TS val 1 ecr 2,wscale 7>')
  })

  it('leaves ports and payload to the caller', () => {
    const bytes = new Uint8Array(100)
    const read = segment({ bytes, payloadStart: 20, sourcePort: 1, destinationPort: 2 })
    expect(parseSegment('P. 1:11(10) ack 1 win 1', read)).toBe(true)
    expect(read).toMatchObject({ payloadStart: 20, payloadLength: 10, sourcePort: 1, destinationPort: 2 })
    expect(read.bytes).toBe(bytes)
  })

  it.each([
    '',
    'S',
    'S 0:0(0)',
    'X 0:0(0) win 1',
    'SS 0:0(0) win 1',
    '-S 0:0(0) win 1',
    'S 0:1(0) win 1',
    'S 0:0(0) win 65536',
    'S 0:65536(65536) win 1',
    'S 4294967296:0(0) win 1',
    'S -1:0(1) win 1',
    'S 0:0(0) ack 1 win 1',
    'S. 0:0(0) win 1',
    'SU 0:0(0) win 1',
    'S 0:0(0) win 1 urg 1',
    'SU 0:0(0) win 1 urg 65536',
    'S 0:0(0) win 1 <>',
    'S 0:0(0) win 1 [ect2]',
    'S 0:0(0) win 1 []',
    'S 0:0(0) win 1 [ce] [ce]',
    'S 0:0(0) win 1 [ce] <mss 1>',
    'S 0:0(0) win 1 <mss>',
    'S 0:0(0) win 1 <mss 0>',
    'S 0:0(0) win 1 <mss 1,mss 1>',
    'S 0:0(0) win 1 <wscale 256>',
    'S 0:0(0) win 1 <TS val 1>',
    'S 0:0(0) win 1 <sackOK yes>',
    'S 0:0(0) win 1 <FO 0a0>',
    'S 0:0(0) win 1 <FO 0a>',
    '. 0:0(0) ack 1 win 1 <sack>',
    '. 0:0(0) ack 1 win 1 <sack 1>',
    '. 0:0(0) ack 1 win 1 <sack 1:2:3>',
    '. 0:0(0) ack 1 win 1 <sack 1:2 1:2 1:2 1:2 1:2>',
    '. 0:0(0) ack 1 win 1 <echo 1>',
  ])('rejects %j and leaves the record alone', (text) => {
    const read = segment({ seq: 7, mss: 9 })
    expect(parseSegment(text, read)).toBe(false)
    expect(read).toEqual(segment({ seq: 7, mss: 9 }))
  })

  it('takes any text', () => {
    const likely = fc.stringMatching(
      /^[FSRP.UEWe-]{0,3} ?[0-9:()]{0,12}( ack \d*)?( win \d{0,6})?( <[a-zA-Z0-9 ,:]*>)?( \[[ect01]*\])?$/,
    )
    fc.assert(
      fc.property(fc.oneof(fc.string(), likely), (text) => {
        const read = new TcpSegment()
        if (parseSegment(text, read)) expect(parseSegment(formatSegment(read), new TcpSegment())).toBe(true)
        else expect(read).toEqual(new TcpSegment())
      }),
    )
  })
})

const word = fc.nat(0xffff_ffff)
const half = fc.nat(0xffff)

const anySegment: fc.Arbitrary<TcpSegment> = fc
  .record({
    seq: word,
    ack: word,
    flags: fc.nat(0x1ff),
    window: half,
    urgentPointer: half,
    ecn: fc.nat(3),
    payloadLength: half,
    mss: half,
    windowScale: fc.integer({ min: -1, max: 255 }),
    sackPermitted: fc.boolean(),
    hasTimestamps: fc.boolean(),
    tsVal: word,
    tsEcr: word,
    sack: fc.array(fc.tuple(word, word), { maxLength: 4 }),
    cookie: fc.constantFrom(-1, 0, 4, 6, 8, 10, 12, 14, 16),
    cookieByte: fc.nat(255),
    userTimeout: fc.nat(32_767 * 60),
  })
  .map(({ sack, cookie, cookieByte, ...fields }) => {
    const built = segment(fields)
    // What is absent has one form in the record.
    if (!(built.flags & ACK)) built.ack = 0
    if (!(built.flags & URG)) built.urgentPointer = 0
    if (!built.hasTimestamps) built.tsVal = built.tsEcr = 0
    built.sackCount = sack.length
    built.sackEdges.set(sack.flat())
    built.fastOpenLength = cookie
    if (cookie > 0) built.fastOpenCookie.fill(cookieByte, 0, cookie)
    return built
  })

describe('round trip', () => {
  it('reads back every segment it writes, absolute and relative', () => {
    fc.assert(
      fc.property(anySegment, fc.option(fc.record({ seq: word, ack: word }), { nil: undefined }), (original, base) => {
        const options = base === undefined ? {} : { base }
        const text = formatSegment(original, options)
        const read = new TcpSegment()
        expect(parseSegment(text, read, options)).toBe(true)
        expect(read).toEqual(original)
        expect(read.bytes).toEqual(NO_BYTES)
        expect(formatSegment(read, options)).toBe(text)
      }),
    )
  })
})
