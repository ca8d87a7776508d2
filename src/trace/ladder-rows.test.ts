import { describe, expect, it } from 'vitest'
import { watch } from './ladder.testkit.ts'

describe('the rows of a ladder', () => {
  it('shows a host that makes a connection from a SYN as having listened before', () => {
    const { ladder, story } = watch()
    story
      .becomes('client', 0, 'SYN-SENT')
      .passes('client', 0, 10, 'S 0:0(0) win 9')
      .becomes('server', 10, 'LISTEN')
      .becomes('server', 10, 'SYN-RECEIVED')
    const [, before, row] = ladder.render().split('\n')
    expect(before).toMatch(/│ LISTEN$/)
    expect(row).toMatch(/►│ SYN-RECEIVED +0\.000 010$/)
  })

  it('puts the states of a close beside the FIN, whatever was sent before it at the same time', () => {
    const { ladder, story } = watch()
    story
      .becomes('client', 0, 'FIN-WAIT-1')
      .sends('client', 0, '. 1:1(0) ack 1 win 9')
      .sends('client', 0, 'F. 1:1(0) ack 1 win 9')
      .becomes('server', 5, 'FIN-WAIT-1')
      .becomes('client', 7, 'CLOSED')
    const rows = ladder.render().split('\n').slice(2)
    expect(rows.map((row) => /FIN-WAIT-1|CLOSED/.exec(row)?.[0])).toEqual([
      undefined,
      'FIN-WAIT-1',
      'FIN-WAIT-1',
      'CLOSED',
    ])
    expect(rows[1]).toMatch(/FIN-WAIT-1 ├── F\./)
  })

  it('draws two that close at the same time in a row each', () => {
    const { ladder, story } = watch()
    story
      .becomes('server', 0, 'FIN-WAIT-1')
      .becomes('client', 0, 'FIN-WAIT-1')
      .sends('server', 0, 'F. 1:1(0) ack 1 win 9')
      .sends('client', 0, 'F. 1:1(0) ack 1 win 9')
    const rows = ladder.render().split('\n').slice(2)
    expect(rows).toEqual([
      expect.stringMatching(/ F\. 1:1\(0\) ack 1 win 9 ──┤ FIN-WAIT-1 /),
      expect.stringMatching(/ FIN-WAIT-1 ├── F\. 1:1\(0\) ack 1 win 9 ─/),
    ])
  })

  it('does not show a state that lasts no time, where a cookie brings the connection', () => {
    const { ladder, story } = watch()
    story
      .receives('server', 5, '. 1:1(0) ack 1 win 9')
      .becomes('server', 5, 'LISTEN')
      .becomes('server', 5, 'SYN-RECEIVED')
      .becomes('server', 5, 'ESTABLISHED')
    expect(ladder.render()).toMatch(/►│ ESTABLISHED/)
    expect(ladder.render()).not.toContain('SYN-RECEIVED')
  })

  it('draws a thick line for what carries data, a FIN too', () => {
    const { ladder, story } = watch()
    story.sends('client', 0, 'F. 1:1(0) ack 1 win 9').sends('server', 0, 'FP. 1:11(10) ack 1 win 9')
    expect(ladder.render().split('\n').slice(2)).toEqual([
      expect.stringMatching(/├── F\. .* ───/),
      expect.stringMatching(/━━━ FP\. .* ━━┥/),
    ])
  })
})
