import { describe, expect, it } from 'vitest'
import { failures } from './failures.testkit.ts'
import {
  afterClientsClose,
  afterClientsCloseWithTwo,
  afterServersClose,
  afterTheNew,
  beforeTheNew,
} from './late-syn.ts'

describe('the old SYN that comes late', () => {
  it('before the new one: without the third segment the application is told of both', () => {
    expect(failures((stage) => beforeTheNew(stage, 2))).toEqual([
      'The server’s application was told of this one only; the half-open one was forgotten.',
    ])
  })

  it('before the new one: nothing is to be set right where it does not come', () => {
    expect(failures((stage) => beforeTheNew(stage, 3, 5))).toHaveLength(3)
  })

  it('into an open connection: no challenge where it does not come', () => {
    expect(failures((stage) => afterTheNew(stage, 5))).toEqual([
      'The server answers the SYN by an ACK of what it expects next.',
    ])
  })

  it('into an open connection: a server that has booted anew knows nothing of it', () => {
    expect(failures((stage) => afterTheNew(stage, 1, ({ server }) => server.reboot()))).toHaveLength(2)
  })

  it('after the close: without TIME-WAIT the server is half open for it', () => {
    expect(failures((stage) => afterServersClose(stage, { tcp_max_tw_buckets: 0 }))).toEqual([
      'TIME-WAIT gives the old SYN an ACK only: nothing is opened, not even half.',
    ])
  })

  it('after the close: with tcp_rfc1337 TIME-WAIT stands', () => {
    expect(failures((stage) => afterServersClose(stage, { tcp_rfc1337: true }))).toHaveLength(1)
  })

  it('after the close: two segments to open do harm, three do not', () => {
    expect(failures((stage) => afterClientsClose(stage, 2))).toHaveLength(3)
    expect(failures((stage) => afterClientsCloseWithTwo(stage, 3))).toHaveLength(2)
  })
})
