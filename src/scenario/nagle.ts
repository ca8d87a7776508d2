import { hasData } from '../sim/aims.ts'
import { both } from './bilingual.ts'
import type { Stage } from './stage.ts'

const MILLISECOND = 1000
/** A request of two parts, such as a header and a body, in bytes. */
const PART = 10
const ROUND_TRIP = 20
/** The ACK delay of Linux, milliseconds. */
const DELAYED_ACK = 40

/** How the client writes its request. */
export type Writing = 'two writes' | 'two writes, TCP_NODELAY' | 'one write'

/** A request that the client writes in two parts waits for a delayed acknowledgment. */
export function playNagle(stage: Stage, { writing = 'two writes' as Writing, quickAck = 0 } = {}): void {
  const { milliseconds, segments } = request(stage, writing, quickAck)
  stage.check(
    near(milliseconds, 2 * ROUND_TRIP + DELAYED_ACK),
    both('The answer takes two round trips and an ACK delay of 40 ms.', '应答用去两个往返加 40 毫秒的延迟确认。'),
  )
  stage.check(
    segments.length === 2 && near(segments[1] ?? 0, ROUND_TRIP + DELAYED_ACK),
    both('The second part waits at the client for the ACK of the first.', '第二部分在客户端等待第一部分的确认。'),
  )
}

/** The ways out. */
export function playAtOnce(stage: Stage, writing: Writing): void {
  const { milliseconds } = request(stage, writing, 0)
  stage.check(near(milliseconds, ROUND_TRIP), both('The answer takes one round trip.', '应答只用一个往返。'))
}

interface Answered {
  /** From the first write to the answer. */
  readonly milliseconds: number
  /** When segments with data left the client, from the first write on: milliseconds. */
  readonly segments: readonly number[]
}

function request(stage: Stage, writing: Writing, quickAck: number): Answered {
  const { client, server, link } = stage.pair()
  stage.serve(server, (accepted) => {
    // A connection has quick ACKs at first; this is one that has gone on for a while.
    accepted.setOption('TCP_QUICKACK', quickAck)
    accepted.onevent = () => {
      if (accepted.readable < 2 * PART) return
      accepted.read(new Uint8Array(2 * PART))
      accepted.write(new Uint8Array(1))
    }
  })
  const socket = stage.connect(client, server)
  if (writing === 'two writes, TCP_NODELAY') socket.setOption('TCP_NODELAY', true)
  stage.run(0.1)
  const from = stage.world.now
  const since = () => (stage.world.now - from) / MILLISECOND
  const segments: number[] = []
  link.fault({
    way: 'forth',
    aim: hasData,
    effect: (packet) => {
      segments.push(since())
      return [packet]
    },
  })
  stage.remark(both(`The client writes: ${writing}.`, `客户端写入：${CHINESE[writing]}。`))
  if (writing === 'one write') socket.write(new Uint8Array(2 * PART))
  else {
    socket.write(new Uint8Array(PART))
    stage.run(0)
    socket.write(new Uint8Array(PART))
  }
  stage.world.runUntil(() => socket.readable > 0, 1)
  const milliseconds = since()
  stage.run(0.1)
  stage.figure(both('Milliseconds to the answer', '得到应答的毫秒数'), milliseconds)
  return { milliseconds, segments }
}

const CHINESE: Readonly<Record<Writing, string>> = {
  'two writes': '分两次',
  'two writes, TCP_NODELAY': '分两次，设置 TCP_NODELAY',
  'one write': '一次写完',
}

function near(milliseconds: number, expected: number): boolean {
  return Math.abs(milliseconds - expected) < 2
}
