import { hasData, nth } from '../sim/aims.ts'
import type { StreamSocket } from '../socket/stream-socket.ts'
import { both } from './bilingual.ts'
import type { Stage } from './stage.ts'

const MILLISECOND = 1000
const SECOND = 1_000_000
/** Three messages of a segment each. */
const MESSAGES = 3
const SIZE = 1000
/** The way takes so many milliseconds. */
const WAY = 10
/** The retransmission timer of such a connection, in microseconds. */
const TIMER = 220_000
const ONLY_THE_TIMER = both(
  'Nothing follows the lost one on its connection to tell of the loss: only the timer repairs it.',
  '丢失的报文段所在的连接上没有后续数据，无从发现这次丢失：只能靠定时器补救。',
)

export interface HeadOfLineOptions {
  /** How many connections the messages are spread over. */
  readonly connections: 1 | 3
  /** Whether the segment of the first message is lost. */
  readonly loses: boolean
}

/** All messages on one connection: those behind the lost one wait for it. */
export function playHeadOfLine(stage: Stage, options: HeadOfLineOptions): void {
  const read = deliver(stage, options)
  stage.check(
    read.length === MESSAGES && read.every((at) => at >= 3 * WAY),
    both('All three are read late, though two have come in time.', '三条消息都很晚才被读到，虽然其中两条准时到达。'),
  )
  stage.check(
    read.length === MESSAGES && new Set(read).size === 1 && read[0] !== WAY,
    both(
      'They are read in one moment: when the lost one has come again.',
      '它们在同一时刻被读到：丢失的那条重传到达之时。',
    ),
  )
}

/** A connection for each: only the lost one is late. */
export function playSideBySide(stage: Stage, options: HeadOfLineOptions): void {
  const sent = (): void => {
    stage.world.at((stage.world.now + TIMER) / SECOND, () => stage.remark(ONLY_THE_TIMER))
  }
  const [late = 0, ...others] = deliver(stage, options, sent).sort((a, b) => b - a)
  stage.check(
    others.length === MESSAGES - 1 && others.every((at) => at === WAY),
    both('The other two are read as soon as they come.', '另外两条一到就被读到。'),
  )
  stage.check(
    late >= 3 * WAY && others.every((at) => at < 3 * WAY),
    both('Only the lost one is late.', '只有丢失的那条迟到。'),
  )
}

/** When each message was read, in milliseconds after they were sent. */
function deliver(stage: Stage, { connections, loses }: HeadOfLineOptions, sent = (): void => {}): number[] {
  const { client, server, link } = stage.pair()
  const read: number[] = []
  let from = 0
  const into = new Uint8Array(SIZE)
  stage.serve(server, (socket) => {
    socket.onevent = () => {
      while (socket.readable >= SIZE && socket.read(into) === SIZE) read.push((stage.world.now - from) / MILLISECOND)
    }
  })
  const sockets: StreamSocket[] = []
  for (let i = 0; i < connections; i += 1) {
    const socket = stage.connect(client, server)
    socket.setOption('TCP_NODELAY', true)
    sockets.push(socket)
  }
  stage.run(0.1)
  from = stage.world.now
  if (loses) link.fault({ way: 'forth', aim: nth(1, hasData) })
  stage.remark(both('Three messages; the first gets lost.', '三条消息，第一条丢失。'))
  for (let i = 0; i < MESSAGES; i += 1) {
    sockets[i % connections]?.write(new Uint8Array(SIZE).fill(i + 1))
    stage.run(0)
  }
  sent()
  stage.run(2)
  stage.figure(both('Milliseconds until each was read', '各条消息被读到的毫秒数'), read.join(', '))
  return read
}
