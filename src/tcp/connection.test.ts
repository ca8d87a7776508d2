import { describe, expect, it } from 'vitest'
import { ACK, FIN, SYN } from '../wire/tcp.ts'
import { Pair } from './pair.testkit.ts'

describe('connection: opening', () => {
  it('RFC 9293 3.5: the three-way handshake', () => {
    const pair = Pair.established({ iss: 100 }, { iss: 300 })
    expect(pair.sent.map((s) => [s.from, s.segment.flags, s.segment.seq, s.segment.ack])).toEqual([
      ['a', SYN, 100, 0],
      ['b', SYN | ACK, 300, 101],
      ['a', ACK, 101, 301],
    ])
    expect(pair.a.states).toEqual(['CLOSED', 'SYN-SENT', 'ESTABLISHED'])
    expect(pair.b.states).toEqual(['CLOSED', 'LISTEN', 'SYN-RECEIVED', 'ESTABLISHED'])
    expect(pair.sent[0]?.segment).toMatchObject({ mss: 1460, windowScale: 7, sackPermitted: true, window: 64240 })
    expect(pair.sent[1]?.segment).toMatchObject({ mss: 1460, windowScale: 7, sackPermitted: true, window: 65160 })
  })

  it('RFC 9293 3.6: the four-way close', () => {
    const pair = Pair.established()
    pair.a.write('hello')
    pair.run(100_000)
    expect(pair.b.readText(pair.now)).toBe('hello')
    pair.a.connection.shutdown()
    pair.run(100_000)
    expect(pair.a.connection.state).toBe('FIN-WAIT-2')
    expect(pair.b.connection.state).toBe('CLOSE-WAIT')
    expect(pair.b.connection.ended).toBe(true)
    pair.b.write('late answer')
    pair.run(100_000)
    expect(pair.a.readText(pair.now)).toBe('late answer')
    pair.b.connection.shutdown()
    pair.run(100_000)
    expect(pair.a.connection.state).toBe('TIME-WAIT')
    expect(pair.b.connection.state).toBe('CLOSED')
    pair.run(60_000_000)
    expect(pair.a.connection.state).toBe('CLOSED')
  })

  it('bulk both ways', () => {
    const pair = Pair.established()
    const total = 3_000_000
    const data = new Uint8Array(total).map((_, i) => (i * 7 + (i >> 8)) & 255)
    let wrote = 0
    const got: Uint8Array[] = []
    let received = 0
    const step = () => {
      wrote += pair.a.connection.write(data, wrote, total - wrote)
      if (wrote === total) pair.a.connection.shutdown()
      const bytes = pair.b.readAll(pair.now)
      if (bytes.length) got.push(bytes)
      received += bytes.length
    }
    step()
    expect(pair.runUntil(() => pair.b.connection.ended, 100_000_000, step)).toBe(true)
    expect(received).toBe(total)
    expect(Buffer.compare(Buffer.concat(got), Buffer.from(data))).toBe(0)
    expect(pair.sent.filter((s) => s.segment.flags & FIN).length).toBe(1)
  })
})
