import { describe, expect, it } from 'vitest'
import type { StreamSocket } from '../socket/stream-socket.ts'
import { failures } from './failures.testkit.ts'
import { playForEver, playLeak, playTimeout } from './stuck-close.ts'

describe('the claims on closes that get stuck', () => {
  it('fail when nobody holds the half-closed socket', () => {
    expect(failures((stage) => playForEver(stage, (socket) => socket.close()))).toEqual([
      'A day later: FIN-WAIT-2 on one side, CLOSE-WAIT on the other.',
      'When the server closes at last, all goes its usual way.',
    ])
  })

  it('fail when the client keeps asking whether the server is alive', () => {
    const ask = (socket: StreamSocket) => {
      socket.setOption('SO_KEEPALIVE', 1)
      socket.shutdown('write')
    }
    expect(failures((stage) => playForEver(stage, ask))).toEqual(['Nothing was sent in all that time but the FIN.'])
  })

  it('fail when an application holds the socket, or the limit is another', () => {
    const [orphan, gone, late] = [
      'In FIN-WAIT-2, held by nobody: an orphan.',
      'Gone after tcp_fin_timeout, here 20 s, without a word.',
      'The server’s late data is answered by RST; the error in CLOSE-WAIT is EPIPE.',
    ]
    expect(failures((stage) => playTimeout(stage, (socket) => socket.shutdown('write')))).toEqual([orphan, gone, late])
    expect(failures((stage) => playTimeout(stage, (socket) => socket.close(), 10))).toEqual([orphan])
    expect(failures((stage) => playTimeout(stage, (socket) => socket.close(), 30))).toEqual([gone])
  })

  it('fail when the server closes', () => {
    expect(failures((stage) => playLeak(stage, false))).toEqual([
      'The clients have long gone; ss on the server shows 3 in CLOSE-WAIT.',
      'After 600 s the host warns of each: CLOSE_WAIT.',
      'A day later they are still there: no timer ends CLOSE-WAIT.',
    ])
  })
})
