import { describe, expect, it } from 'vitest'
import { fits, ScriptFlow } from './script-flow.ts'

describe('fits', () => {
  const seen = 'P. 1:11(10) ack 1 win 502 <sack 21:31> [ect0]'

  it.each([
    'P. 1:11(10) ack 1 [ect0]',
    'P.  1:11(10)  ack 1 win 502 [ect0]',
    '.P 1:11(10) ack 1 <nop,nop,sack 21:31> [ect0]',
  ])('%s', (expected) => expect(fits(seen, expected)).toBe(true))

  it.each([
    '. 1:11(10) ack 1 [ect0]',
    'P. 2:12(10) ack 1 [ect0]',
    'P. 1:12(11) ack 1 [ect0]',
    'P. 1:11(10) ack 2 [ect0]',
    'P. 1:11(10) ack 1 win 501 [ect0]',
    'P. 1:11(10) ack 1 <> [ect0]',
    'P. 1:11(10) ack 1 <sack 21:32> [ect0]',
    'P. 1:11(10) ack 1',
    'P. 1:11(10) ack 1 [ce]',
  ])('not %s', (expected) => expect(fits(seen, expected)).toBe(false))

  it('no segment with something before it or behind it', () => {
    expect(fits('80 > 40000: - 0:0(0) win 0', '- 0:0(0)')).toBe(false)
    expect(fits('- 0:0(0) win 0, but byte 3 is not what was written', '- 0:0(0)')).toBe(false)
  })
})

describe('ScriptFlow', () => {
  it('tells which byte that was sent is not the one that was written', () => {
    const flow = new ScriptFlow(40_000, 80, 0)
    const segment = flow.read('P. 1001:1011(10) ack 1 win 1')
    segment.bytes = flow.payload(segment)
    expect(flow.wrongByte(segment)).toBe(-1)
    segment.bytes[7] ^= 1
    expect(flow.wrongByte(segment)).toBe(7)
    segment.bytes[7] ^= 1
    segment.seq += 1
    expect(flow.wrongByte(segment)).toBe(0)
  })
})
