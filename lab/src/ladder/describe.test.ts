import { describe, expect, it } from 'vitest'
import { MARKS } from '../run/packets.ts'
import { describePacket } from './describe.ts'
import { runOf } from './ladder.testkit.ts'

describe('a packet in words', () => {
  const lanes = ['client', 'server'].map((name) => ({ name, kind: 'host' as const, addresses: [] }))
  const run = runOf(
    [
      { from: 1, to: 0, sentAt: 10_000, lostAt: 15_000, flags: 18, marks: MARKS.lost | MARKS.retransmission },
      { sentAt: 20_000, arrivedAt: 30_000, flags: 24, length: 100 },
      { sentAt: 40_000, protocol: 17, length: 5 },
    ],
    { lanes },
  )
  const of = (index: number, time: number, language: 'en' | 'zh') =>
    describePacket(run.packets.at(index), run, time, language)

  it('says who, when, and what became of it', () => {
    expect(of(0, 50_000, 'en')).toBe('SYN,ACK from server to client, sent at 10 ms, retransmission, lost at 15 ms')
    expect(of(1, 50_000, 'en')).toBe('DATA from client to server, sent at 20 ms, 100 B of data, arrived at 30 ms')
    expect(of(2, 50_000, 'en')).toBe('UDP from client to server, sent at 40 ms, 5 B of data, in flight')
  })

  it('does not tell what is yet to come', () => {
    expect(of(0, 12_000, 'en')).toBe('SYN,ACK from server to client, sent at 10 ms, retransmission, in flight')
  })

  it('speaks Chinese', () => {
    expect(of(0, 50_000, 'zh')).toBe('服务器发往客户端的 SYN,ACK，10 ms 发出，重传，15 ms 丢失')
  })
})
