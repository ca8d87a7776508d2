import { describe, expect, it } from 'vitest'
import { failures } from './failures.testkit.ts'
import { playFour, playHalfClose, playThree } from './four-way-close.ts'

describe('the claims on closing', () => {
  it('fail when the server never closes', () => {
    expect(failures((stage) => playFour(stage, 1000))).toEqual([
      'The client, which closes first: FIN-WAIT-1, FIN-WAIT-2, TIME-WAIT.',
      'The server: CLOSE-WAIT, LAST-ACK, CLOSED.',
      'Four segments: FIN, ACK, FIN, ACK.',
      'A FIN takes one sequence number: each is acknowledged by its own plus one.',
      'After 2 MSL, here 60 s, the client is CLOSED, too.',
    ])
  })

  it('fail when the client closes both directions instead of one, or none', () => {
    expect(failures((stage) => playHalfClose(stage, (socket) => socket.close()))).toEqual([
      'All that the server sends after that arrives.',
      'Then the server’s FIN ends the other direction.',
    ])
    expect(failures((stage) => playHalfClose(stage, () => {}))).toHaveLength(3)
  })

  it('fail when the server takes longer than an acknowledgment may, or for ever', () => {
    expect(failures((stage) => playThree(stage, 0.3))).toEqual([
      'Three segments: FIN; FIN and ACK together; ACK.',
      'The client goes from FIN-WAIT-1 straight to TIME-WAIT.',
    ])
    expect(failures((stage) => playThree(stage, 1000))).toHaveLength(3)
  })
})
