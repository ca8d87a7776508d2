import { describe, expect, it } from 'vitest'
import { readScript } from './read-script.ts'
import { describeBadLine } from './script-report.ts'

describe('readScript', () => {
  it('gives each statement its line, its text and its time', () => {
    const { statements, badLines } = readScript('\n// a remark\r\n+0.25 write 10 = 5 # half\n  close\n')
    expect(badLines).toEqual([])
    expect(statements).toEqual([
      {
        line: 3,
        text: '+0.25 write 10 = 5',
        delay: 250_000,
        isTimed: true,
        action: { kind: 'write', count: 10, result: '5' },
      },
      { line: 4, text: 'close', delay: 0, isTimed: false, action: { kind: 'close', result: 'ok' } },
    ])
  })

  it.each([
    ['lisen 80', 'there is no statement lisen: did you mean listen?'],
    ['constructor', 'there is no statement constructor'],
    ['+0.25', 'what is to happen then? Such as: +0.25 write 1000'],
    ['+x write 1', 'a time is in seconds with at most six decimals, such as +0.25'],
    ['+0.1234567 write 1', 'at most six decimals'],
    ['+ 1 write 1', 'a time is in seconds'],
    ['ip', 'it is written: ip 4|6'],
    ['ip 5', 'it is written: ip 4|6'],
    ['ip 6', 'ip stands before all other statements, once'],
    ['write', 'it is written: write BYTES [= RESULT]'],
    ['write ten', 'it is written: write BYTES'],
    ['write 0', '0 is not from 1 to 16777216'],
    ['write 10 = EAGAIN now', 'it is written: write BYTES'],
    ['read 10 =', 'it is written: read BYTES'],
    ['close 1', 'it is written: close'],
    ['abort now', 'it is written: abort'],
    ['shutdown', 'it is written: shutdown read|write|both'],
    ['listen 0', '0 is not from 1 to 65535'],
    ['listen 80 70000', '70000 is not from 0 to 65535'],
    ['connect 65536', '65536 is not from 1 to 65535'],
    ['connect example.org', 'it is written: connect PORT'],
    ['flow', 'it is written: flow PEERPORT [HOSTPORT]'],
    ['isn 5', 'it is written: isn host|peer NUMBER'],
    ['isn host 4294967296', '4294967296 is not from 0 to 4294967295'],
    ['tolerance 1', 'it is written: tolerance TIME, such as tolerance 1ms'],
    ['set tcp_sack', 'it is written: set SYSCTL VALUE'],
    ['set tcp_sakc 1', 'did you mean tcp_sack?'],
    ['set tcp_fin_timeout -1', 'from 0 to'],
    ['set tcp_sack = 1', 'it is written: set SYSCTL VALUE'],
    ['option TCP_NODELY 1', 'there is no socket option TCP_NODELY: did you mean TCP_NODELAY?'],
    ['option TCP_NODELAY', 'it is written: option NAME VALUE'],
    ['state ESTAB', 'there is no state ESTAB: did you mean'],
    ['error reset', 'it is written: error NAME|none'],
    ['tcpinfo cwnd 10', 'it is written: tcpinfo FIELD VALUE'],
    ['icmp', 'it is written: icmp ERROR'],
    ['icmp host-unreachabel', 'there is no ICMP error host-unreachabel: did you mean host-unreachable?'],
    ['icmp packet-too-big', 'it is written: icmp ERROR'],
    ['icmp prohibited 1400', 'it is written: icmp ERROR'],
    ['icmp packet-too-big 67', '67 is not from 68 to 65535'],
    ['expect-nothing', 'it is written: expect-nothing SECONDS'],
    ['expect-nothing soon', 'it is written: expect-nothing SECONDS'],
    ['< S 0:0', 'it is written: < SEGMENT, a segment in the notation of docs/notation.md'],
    ['< . 1:3(1) ack 1', 'it is written: < SEGMENT'],
    ['< . 1:1(0)', 'it is written: < SEGMENT'],
    ['< . 1:65530(65529) ack 1', '65529 is not from 0 to 65455'],
    ['> S. 0:0(0) acc 1', 'it is written: > SEGMENT'],
    ['> S. 0:0(0) ack 1 <mss>', 'it is written: > SEGMENT'],
  ])('%s: names the line and what would be right', (text, remedy) => {
    const { statements, badLines } = readScript(`close\n${text}`)
    expect(statements).toHaveLength(1)
    expect(badLines).toMatchObject([{ line: 2, text, remedy: expect.stringContaining(remedy) }])
  })

  it('names every bad line, for people', () => {
    const { badLines } = readScript('wrote 1\nclose\nreed 1')
    expect(badLines.map(describeBadLine).join('\n')).toBe(
      '  line 1: wrote 1\n    there is no statement wrote: did you mean write?\n  line 3: reed 1\n    there is no statement reed: did you mean read?',
    )
  })
})
