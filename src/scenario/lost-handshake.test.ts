import { describe, expect, it } from 'vitest'
import { isAny, isFin, isSyn, isSynAck } from '../sim/index.ts'
import { failures } from './failures.testkit.ts'
import { playLostAck, playLostSyn, playLostSynAck, playNoAnswer, playNoThirdAck } from './lost-handshake.ts'

/** Nothing of a handshake is one. */
const NOTHING = isFin

describe('the claims on a lost segment of the handshake', () => {
  it('fail when the SYN is not lost, or every SYN is', () => {
    const claims = [
      'After 0.9 s the client still waits, and the server knows nothing.',
      'The same SYN, with the same sequence number, goes again after 1 s.',
      'The second SYN opens the connection.',
    ]
    expect(failures((stage) => playLostSyn(stage, NOTHING))).toEqual(claims)
    expect(failures((stage) => playLostSyn(stage, isSyn))).toEqual(claims.slice(2))
  })

  it('fail when the SYN,ACK is not lost, or every SYN,ACK is', () => {
    expect(failures((stage) => playLostSynAck(stage, NOTHING))).toEqual([
      'The server has answered, the client does not know of it.',
      'The client, without an answer, sends its SYN again.',
      'The server repeats its SYN,ACK with the same number.',
    ])
    expect(failures((stage) => playLostSynAck(stage, isSynAck))).toEqual(['One connection has come of it, not two.'])
  })

  it('fail when the third ACK is not lost', () => {
    const first = 'The client is ESTABLISHED, the server still in SYN-RECEIVED.'
    expect(failures((stage) => playLostAck(stage, true, NOTHING))).toEqual([first])
    expect(failures((stage) => playLostAck(stage, false, NOTHING))).toEqual([
      first,
      'The server’s application has no connection yet.',
      'After 1 s the SYN,ACK goes again, and draws the ACK again.',
    ])
  })

  it('fail when what follows it is lost too', () => {
    const after = (packet: Parameters<typeof isSyn>[0]) => isAny(packet) && !isSyn(packet)
    expect(failures((stage) => playLostAck(stage, true, after))).toEqual([
      'The data, which carry the acknowledgment too, open the connection and are read.',
      'Nothing was sent again.',
    ])
    expect(failures((stage) => playLostAck(stage, false, after))).toEqual(['Now the server is ESTABLISHED.'])
  })

  it('fail when the server answers', () => {
    expect(failures((stage) => playNoAnswer(stage, false))).toEqual([
      'After 126 s it still tries.',
      'Seven SYNs; the wait doubles from 1 s to 32 s.',
      'After 127 s the application is told ETIMEDOUT.',
    ])
  })

  it('fail when the third ACK arrives in the end', () => {
    expect(failures((stage) => playNoThirdAck(stage, 2))).toEqual([
      'After 62 s the server still waits.',
      'It has sent its SYN,ACK six times.',
      'It has forgotten the connection; the client believes in it.',
      'What the client says then is answered by RST: ECONNRESET.',
    ])
  })
})
