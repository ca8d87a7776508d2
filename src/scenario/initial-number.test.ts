import { describe, expect, it } from 'vitest'
import { failures } from './failures.testkit.ts'
import { playForgery, playOldSegment } from './initial-number.ts'

const STEP = 64_000
const PREDICTABLE = [1_000_000, 1_064_000]

describe('the claims on the initial sequence number', () => {
  it('RFC 6528: fail when the number is foreseen, and when it is not', () => {
    const believed = 'The server takes the attacker’s words for the client’s.'
    expect(failures((stage) => playForgery(stage, true, STEP, []))).toEqual([believed])
    expect(failures((stage) => playForgery(stage, true, STEP + 1, PREDICTABLE))).toEqual([believed])
    expect(failures((stage) => playForgery(stage, false, STEP, PREDICTABLE))).toEqual([
      'The server’s application hears nothing.',
      'The ACKs fit nothing: each is answered by RST.',
    ])
  })

  it('RFC 6528: fail when the number moves on, and when it does not', () => {
    expect(failures((stage) => playOldSegment(stage, true, []))).toEqual([
      'The second delivers the old bytes, and throws the new ones away.',
    ])
    expect(failures((stage) => playOldSegment(stage, false, [1_000_000]))).toEqual([
      'The second begins 1300000 further on: 250 numbers each millisecond.',
      'The old segment lies outside the window; only the new bytes are read.',
    ])
  })
})
