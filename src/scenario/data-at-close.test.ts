import { describe, expect, it } from 'vitest'
import { playAbort, playUnread, playUnsent } from './data-at-close.ts'
import { failures } from './failures.testkit.ts'

describe('the claims on data at the close', () => {
  it('fail when the client aborts instead', () => {
    expect(failures((stage) => playUnsent(stage, (socket) => socket.abort()))).toEqual([
      'The application closes when nothing has been acknowledged yet, and is gone.',
      'All 5,000 bytes arrive, even the segment that was lost.',
      'The FIN stands after the last byte, and the server sees the end only then.',
    ])
  })

  it('fail when the client has read, and when nothing was sent to it', () => {
    const closing = [
      'The client sends RST, not FIN, and is CLOSED at once.',
      'The server learns that its data was not read: ECONNRESET.',
      'nstat counts it: TcpExtTCPAbortOnClose 1.',
    ]
    expect(failures((stage) => playUnread(stage, true))).toEqual(closing)
    expect(failures((stage) => playUnread(stage, false, ''))).toEqual(['22 bytes wait to be read.', ...closing])
  })

  it('fail when the client closes instead of aborting', () => {
    expect(failures((stage) => playAbort(stage, null))).toEqual([
      'What was not yet sent is thrown away.',
      'RST, and CLOSED at once: no TIME-WAIT.',
      'The server sees an error and no end: the file is known to be incomplete.',
    ])
  })
})
