import { describe, expect, it } from 'vitest'
import { playCookie, playForgedSyn, playSynData, playThirdAck } from './early-data.ts'
import { failures } from './failures.testkit.ts'

describe('the claims on data in the handshake', () => {
  it('fail when the client has nothing to say yet', () => {
    expect(failures((stage) => playThirdAck(stage, false))).toEqual([
      'The third segment acknowledges the SYN,ACK and carries 10 bytes.',
      'The client needs no segment of its own for the ACK.',
      'The server reads them one round trip and a half after the SYN.',
    ])
  })

  it('fail when the server trusts a SYN without a cookie', () => {
    expect(failures((stage) => playSynData(stage, true))).toEqual([
      'The SYN carries 10 bytes; the server acknowledges the SYN alone.',
      'The client sends the data again, with the third ACK.',
      'They are read once, after the handshake.',
    ])
    expect(failures((stage) => playForgedSyn(stage, false, true))).toEqual([
      'The application hears nothing, and the victim gets no data.',
      'All that is sent is one SYN,ACK, which the victim answers by RST.',
    ])
  })

  it('RFC 7413, 5.1: the harm is not done when the server asks for a cookie', () => {
    expect(failures((stage) => playForgedSyn(stage, true, false))).toEqual([
      'The application answers a question that nobody asked.',
      'The victim gets more than a hundred times what the attacker sent.',
    ])
  })

  it('RFC 7413, 3: fail when there are no cookies, and when none are needed', () => {
    expect(failures((stage) => playCookie(stage, 1, 0))).toEqual([
      'The second time it is read as soon as the SYN is there.',
    ])
    expect(failures((stage) => playCookie(stage, 1 | 4, 2 | 512))).toEqual([
      'The first time the question waits for the handshake, which brings a cookie.',
    ])
  })
})
