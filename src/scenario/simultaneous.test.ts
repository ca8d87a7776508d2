import { describe, expect, it } from 'vitest'
import { failures } from './failures.testkit.ts'
import { playClose, playOpen, playTogether } from './simultaneous.ts'

describe('the claims on what happens at the same time', () => {
  it('fail when the server opens after it has refused', () => {
    expect(failures((stage) => playOpen(stage, 0.5))).toEqual([
      'Both: SYN-SENT, SYN-RECEIVED, ESTABLISHED.',
      'SYN and SYN,ACK from each open it; an ACK from each says that the SYN came twice (SACK 0:1).',
      'One connection, not two.',
      'It carries data both ways.',
    ])
  })

  it('fail when the server closes after it has heard', () => {
    expect(failures((stage) => playClose(stage, 0.05))).toEqual([
      'Both: FIN-WAIT-1, CLOSING, TIME-WAIT.',
      'Each sends one FIN and one ACK.',
      'Both sides wait in TIME-WAIT.',
    ])
  })

  it('fail when the acknowledgment does not wait for the FIN', () => {
    expect(failures((stage) => playTogether(stage, false))).toEqual([
      'The server’s FIN acknowledges the client’s.',
      'The client skips FIN-WAIT-2 and CLOSING.',
    ])
  })
})
