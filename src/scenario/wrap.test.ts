import { describe, expect, it } from 'vitest'
import { hasData, isFin, nth } from '../sim/index.ts'
import { failures } from './failures.testkit.ts'
import { playLossAcross, playOld, playWrap } from './wrap.ts'

/** Nothing that is sent is one. */
const NOTHING = isFin
const isFirst = ({ tcp }: Parameters<typeof hasData>[0]) => tcp?.seq === 2 ** 32 - 9 && tcp.payloadLength > 0
const ISN = 2 ** 32 - 10
const INTACT = 'The application reads all 100 bytes, in order.'

describe('the claims on sequence numbers that wrap', () => {
  it('fail with an ISN far from the wrap, and when the data are lost', () => {
    const [nine, acknowledged] = [
      'Nine bytes before the wrap, 41 after it: the second segment has the number 41.',
      '41 and 91 acknowledge it all, though they are smaller than 4294967287.',
    ]
    expect(failures((stage) => playWrap(stage, 1000, NOTHING))).toEqual([nine, acknowledged])
    expect(failures((stage) => playWrap(stage, ISN, hasData))).toEqual([INTACT, acknowledged])
  })

  it('fail when nothing is lost across the wrap, or everything is', () => {
    const [later, again, filled] = [
      'The second segment, with the smaller number, is known to be later: ack 4294967287 again.',
      'The first goes again, once, and the second does not.',
      'The gap across the wrap is filled.',
    ]
    expect(failures((stage) => playLossAcross(stage, NOTHING))).toEqual([later, again])
    expect(failures((stage) => playLossAcross(stage, nth(2, hasData)))).toEqual([later, again])
    expect(failures((stage) => playLossAcross(stage, nth(1, isFirst, 2)))).toEqual([again])
    expect(failures((stage) => playLossAcross(stage, hasData))).toEqual([INTACT, later, again, filled])
  })

  it('RFC 7323, 5: fail when timestamps are used where they should not be, and the other way round', () => {
    expect(failures((stage) => playOld(stage, true, false))).toEqual([
      'Its timestamp is older than the last: the server drops it.',
      'The application reads what the client said.',
    ])
    expect(failures((stage) => playOld(stage, false, true))).toEqual([
      'The old bytes are read, and the new ones of the same numbers thrown away.',
    ])
  })
})
