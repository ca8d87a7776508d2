import { describe, expect, it } from 'vitest'
import { hasData, isBareAck, isFin, nth } from '../sim/index.ts'
import {
  playFastRetransmit,
  playLostReply,
  playNumbers,
  playOutOfOrder,
  playTimer,
  playTwoGaps,
} from './acknowledgment.ts'
import { failures } from './failures.testkit.ts'

/** Nothing that is sent is one. */
const NOTHING = isFin
const INTACT = 'The application reads every byte once, in order.'

describe('the claims on acknowledgment and retransmission', () => {
  it('fail with another ISN, and when the acknowledgment is lost', () => {
    expect(failures((stage) => playNumbers(stage, 1000, NOTHING))).toEqual([
      'The client sends sequence number 400 with 100 bytes: 400 to 499.',
      'The server acknowledges 500: the next byte that it expects.',
    ])
    expect(failures((stage) => playNumbers(stage, 399, isBareAck))).toEqual([
      'The client need not keep the bytes any longer.',
    ])
  })

  it('fail when no acknowledgment is lost, or all are', () => {
    const first = 'One acknowledgment is lost on the way.'
    expect(failures((stage) => playLostReply(stage, NOTHING))).toEqual([first])
    expect(failures((stage) => playLostReply(stage, isBareAck))).toEqual([
      first,
      'The last acknowledgment stands for all before it.',
      'Nothing was sent again.',
      INTACT,
    ])
  })

  it('fail when nothing is lost, or everything is', () => {
    expect(failures((stage) => playTimer(stage, NOTHING))).toEqual([
      'The client keeps what is not acknowledged.',
      'The same bytes go again, with the same number, when the timer runs out.',
    ])
    expect(failures((stage) => playTimer(stage, hasData))).toEqual([INTACT])
  })

  it('fail when nothing is late, or a segment is so late that it counts as lost', () => {
    const first = 'The third segment, come too early, draws 500 again; when the gap is filled, 700 at once.'
    const second = 'One duplicate does not make the client send again.'
    expect(failures((stage) => playOutOfOrder(stage, 0))).toEqual([first])
    expect(failures((stage) => playOutOfOrder(stage, 2_000_000))).toEqual([first, second, INTACT])
  })

  it('fail when there are no duplicates, or too few, and when the retransmission is lost too', () => {
    const [many, fast, one] = [
      'Every segment behind the gap draws ack 500 again.',
      'The third duplicate makes the client send 500 again, long before the timer.',
      'One acknowledgment then covers all that had been kept.',
    ]
    expect(failures((stage) => playFastRetransmit(stage, 6, NOTHING))).toEqual([many, fast])
    expect(failures((stage) => playFastRetransmit(stage, 4, nth(2, hasData)))).toEqual([fast])
    const second = ({ tcp }: Parameters<typeof hasData>[0]) => tcp?.seq === 500 && tcp.payloadLength > 0
    expect(failures((stage) => playFastRetransmit(stage, 6, second))).toEqual([fast, one, INTACT])
  })

  it('fail when other segments are lost, or one again and again', () => {
    const both = 'What was lost goes again, and nothing else: 500 and 700.'
    const later = 'The client learns of the second gap a round trip later, when the first is filled.'
    const blocks = 'The blocks 600:700 and 800:900 show both gaps.'
    expect(failures((stage) => playTwoGaps(stage, false, [2]))).toEqual([both, later])
    expect(failures((stage) => playTwoGaps(stage, true, [2]))).toEqual([both, blocks])
    expect(failures((stage) => playTwoGaps(stage, true, [2, 10]))).toEqual([
      both,
      blocks,
      'Both gaps are filled within one round trip.',
    ])
    for (const sack of [false, true]) {
      expect(failures((stage) => playTwoGaps(stage, sack, [2, ...Array(20).fill(4)]))).toContain(INTACT)
    }
  })
})
