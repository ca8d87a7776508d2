import { describe, expect, it } from 'vitest'
import { Story } from './ladder.testkit.ts'
import { logProbe } from './log.ts'

function story(options: Parameters<typeof logProbe>[1], client?: string, server?: string): string[] {
  const lines: string[] = []
  new Story({ client: logProbe((line) => lines.push(line), options) }, client, server)
    .becomes('client', 5_000_000, 'SYN-SENT')
    .sends('client', 5_000_000, 'S 0:0(0) win 64240 <mss 1460>')
    .receives('client', 5_000_203, 'S. 0:0(0) ack 1 win 65160 <mss 1460>')
    .becomes('client', 5_000_203, 'ESTABLISHED')
    .sends('client', 5_000_203, 'P. 1:74(73) ack 1 win 502')
  return lines
}

describe('logProbe', () => {
  it('writes a line for each segment, with relative numbers and times', () => {
    expect(story({})).toEqual([
      '0.000000 10.0.0.1.40000 > 10.0.0.2.80: S 0:0(0) win 64240 <mss 1460>',
      '0.000203 10.0.0.2.80 > 10.0.0.1.40000: S. 0:0(0) ack 1 win 65160 <mss 1460>',
      '0.000203 10.0.0.1.40000 > 10.0.0.2.80: P. 1:74(73) ack 1 win 502',
    ])
  })

  it('writes state changes, absolute numbers and the clock of the host when asked', () => {
    expect(story({ states: true, absolute: true, origin: 0 }, '2001:db8::1', '2001:db8::2')).toEqual([
      '5.000000 2001:db8::1.40000 > 2001:db8::2.80: CLOSED -> SYN-SENT',
      '5.000000 2001:db8::1.40000 > 2001:db8::2.80: S 3626544836:3626544836(0) win 64240 <mss 1460>',
      '5.000203 2001:db8::2.80 > 2001:db8::1.40000: S. 4294967290:4294967290(0) ack 3626544837 win 65160 <mss 1460>',
      '5.000203 2001:db8::1.40000 > 2001:db8::2.80: SYN-SENT -> ESTABLISHED',
      '5.000203 2001:db8::1.40000 > 2001:db8::2.80: P. 3626544837:3626544910(73) ack 4294967291 win 502',
    ])
  })

  it('counts from 1 where it has not seen the SYN, and keeps its numbers when one is forged', () => {
    const lines: string[] = []
    new Story({ client: logProbe((line) => lines.push(line)) })
      .becomes('client', 0, 'SYN-SENT')
      .becomes('client', 0, 'ESTABLISHED')
      .sends('client', 0, 'P. 5001:5101(100) ack 7001 win 502')
      .receives('client', 0, '. 7001:7001(0) ack 5101 win 502')
      .receives('client', 0, 'S 9001:9001(0) win 502')
      .receives('client', 0, '. 7001:7101(100) ack 5101 win 502')
    expect(lines.map((line) => line.slice(line.indexOf(': ') + 2))).toEqual([
      'P. 1:101(100) ack 1 win 502',
      '. 1:1(0) ack 101 win 502',
      'S 2001:2001(0) win 502',
      '. 1:101(100) ack 101 win 502',
    ])
  })
})
