import { describe, expect, it } from 'vitest'
import { failures } from './failures.testkit.ts'
import { playHalfOpen } from './half-open.ts'

describe('the claims on a half-open connection', () => {
  it('fail when the third ACK comes', () => {
    expect(failures((stage) => playHalfOpen(stage, { retries: 5, clientDies: false }))).toEqual([
      'ss shows SYN-RECV with a running timer; the listener holds it.',
      'It is still there half a second before the end.',
      'After 63 s it is gone; the listener remains.',
      'The wait between two SYN,ACKs doubles each time.',
      'The application never heard of it.',
    ])
  })

  it('fail when the server is more patient, or less', () => {
    expect(failures((stage) => playHalfOpen(stage, { retries: 1, setting: 2, clientDies: true }))).toEqual([
      'After 3 s it is gone; the listener remains.',
      'The wait between two SYN,ACKs doubles each time.',
    ])
    expect(failures((stage) => playHalfOpen(stage, { retries: 2, setting: 1, clientDies: true }))).toEqual([
      'It is still there half a second before the end.',
      'The wait between two SYN,ACKs doubles each time.',
    ])
  })
})
