import { expect, it } from 'vitest'
import { Packets } from '../run/packets.ts'
import { play } from '../run/play.ts'
import type { Act } from '../run/timeline.ts'
import { sayAct } from './say-act.ts'
import { shortTime } from './short-time.ts'

const { data } = play({ play: { kind: 'scenario', name: 'handshake', part: 0 }, seed: 1, acts: [] })
const run = { ...data, packets: new Packets(data.packets) }
const segment = {
  from: '10.0.1.1',
  to: '10.0.1.2',
  sourcePort: 1,
  destinationPort: 2,
  seq: 0,
  ack: 0,
  window: 0,
  payload: '',
}

it('says what was done to whom, and when', () => {
  const said: [Act, string, string][] = [
    [{ kind: 'lose', packet: 1, at: 15_000 }, 'SYN,ACK (packet 2) lost at 15 ms', 'SYN,ACK（第 2 个包）在 15 ms 丢失'],
    [{ kind: 'delay', packet: 2, by: 1_500_000 }, 'Packet 3 arrives 1.5 s later', '第 3 个包晚到 1.5 s'],
    [{ kind: 'unplug', at: 7, link: 0 }, 'Cable client – server pulled at 7 µs', '7 µs：拔掉 客户端 – 服务器 的网线'],
    [{ kind: 'freeze', at: 7000, host: 'server' }, 'server freezes at 7 ms', '7 ms：服务器：冻结'],
    [
      { kind: 'forge', at: 0, segment: { ...segment, flags: 4 } },
      'Forged RST sent to 10.0.1.2 at 0',
      '0：向 10.0.1.2 发出伪造的 RST',
    ],
  ]
  for (const [act, en, zh] of said) {
    expect(sayAct(act, run, 'en')).toBe(en)
    expect(sayAct(act, run, 'zh')).toBe(zh)
  }
})

it('times are said exactly and briefly', () => {
  expect([0, 203, 15_000, 15_250, 1_015_000, 75_000_000].map(shortTime)).toEqual([
    '0',
    '203 µs',
    '15 ms',
    '15.25 ms',
    '1.015 s',
    '75 s',
  ])
})
