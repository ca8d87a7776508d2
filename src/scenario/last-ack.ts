import { hasData, isBareAck, nth } from '../sim/aims.ts'
import type { ActiveFault, Link } from '../sim/link.ts'
import type { SimHost } from '../sim/sim-host.ts'
import { ENDED, READABLE, type StreamSocket } from '../socket/stream-socket.ts'
import type { HostConfig } from '../stack/config.ts'
import { StackError } from '../stack/stack-error.ts'
import { both } from './bilingual.ts'
import { HostLog } from './host-log.ts'
import { bytesOf, readText } from './message.ts'
import type { Scenario } from './scenario.ts'
import type { Stage } from './stage.ts'

const CLIENT_PORT = 40_000
/** Longer than both connections take, and shorter than TIME-WAIT: how long the old segment wanders, microseconds. */
const WANDERING = 5_000_000
/** Of the link, one way, microseconds. */
const DELAY = 10_000
const MANY = 262_144
const ORDER = 'pay 100'
const GREETING = 'hello, this is Li: '
/** Of the client's two connections: the old segment follows upon the greeting of the second. */
const CLIENT_ISN = 1000
const SUITED: readonly number[] = [CLIENT_ISN, CLIENT_ISN - GREETING.length]
const WELCOME = 'hello, Li'
/** Of the server's: the old acknowledgment is what the second connection's has come to. */
const SERVER_ISN: readonly number[] = [7000, 7000 - WELCOME.length]

/** Question 11. */
export const lastAck: Scenario = {
  name: 'time-wait',
  number: 11,
  title: both('The last ACK lost: why TIME-WAIT', '最后一个 ACK 丢失：为什么需要 TIME-WAIT'),
  question: both(
    'Why must the side that closes first wait for 2 MSL, and what happens when it does not?',
    '为什么先关闭的一方要等待 2MSL，不等待会怎样？',
  ),
  explanation: both(
    'Nobody acknowledges the last ACK. If it is lost, the other side sends its FIN again, and somebody must still be there to answer: TIME-WAIT does, and begins its 2 MSL anew (RFC 9293, 3.10.7.4). ' +
      'Without TIME-WAIT (tcp_max_tw_buckets: 0) the FIN meets nobody and is answered by RST: a close that went well ends as if the client had crashed. ' +
      'The second reason: a segment may wander in the network for up to one MSL. As long as the pair of addresses and ports rests, an old segment finds no new connection to get into. ' +
      'For the plays about the old segment the initial sequence numbers are chosen to suit it, and timestamps are off: in practice both are further lines of defence.',
    '最后一个 ACK 没有人确认。如果它丢失，对方会重传 FIN，这时必须还有人来应答：处于 TIME-WAIT 的一端应答，并重新开始 2MSL 计时（RFC 9293，3.10.7.4）。' +
      '没有 TIME-WAIT（tcp_max_tw_buckets: 0），重传的 FIN 找不到连接，得到的是 RST：本来顺利的关闭，结果却像客户端崩溃了一样。' +
      '第二个原因：报文段可能在网络中滞留，最长一个 MSL。只要这对地址和端口还被 TIME-WAIT 占用，旧报文段就没有新连接可以混入。' +
      '演示旧报文段的两幕选择了对它有利的初始序号，并关闭了时间戳：实际上这二者是另外两道防线。',
  ),
  lookAt: both(
    'FIN and ACK once more, and when the client is CLOSED; RST in the second ladder; in the third, the segment that arrives out of order after 5 s, and who receives it.',
    '再次出现的 FIN 和 ACK，以及客户端何时进入 CLOSED；第二幅图中的 RST；第三幅图中 5 秒之后乱序到达的报文段，以及谁收到了它。',
  ),
  parts: [
    {
      title: both('With TIME-WAIT: FIN again, ACK again', '有 TIME-WAIT：重传 FIN，再发 ACK'),
      play: (stage) => playLost(stage),
    },
    { title: both('Without TIME-WAIT: RST', '没有 TIME-WAIT：RST'), play: (stage) => playLostWithout(stage) },
    {
      title: both('Without TIME-WAIT: an old segment in a new connection', '没有 TIME-WAIT：旧报文段混入新连接'),
      play: (stage) => playOldSegment(stage),
    },
    {
      title: both('With TIME-WAIT: the pair of ports rests', '有 TIME-WAIT：这对端口暂时不能使用'),
      play: (stage) => playRest(stage),
    },
  ],
}

/** A close by both, of whose segments the last ACK is lost. */
interface LostAck {
  readonly client: SimHost
  readonly left: HostLog
  readonly right: HostLog
  readonly fault: ActiveFault
}

function loseLastAck(stage: Stage, config: Partial<HostConfig>, lost: boolean): LostAck {
  const { client, server, link } = stage.pair({ client: { config } })
  stage.serve(server, (socket) => {
    socket.onevent = (events) => {
      if (events & ENDED) stage.world.at(stage.world.now / 1e6 + 0.1, () => socket.close())
    }
  })
  const socket = stage.connect(client, server)
  stage.run(1)
  const left = new HostLog(stage, client)
  const right = new HostLog(stage, server)
  const fault = link.fault({ way: 'forth', aim: lost ? nth(1, isBareAck) : () => false })
  socket.close()
  return { client, left, right, fault }
}

/** `lost`: the last ACK; `config`: settings of the client. */
export function playLost(stage: Stage, lost = true, config: Partial<HostConfig> = {}): void {
  const { client, left, right, fault } = loseLastAck(stage, config, lost)
  stage.run(1)
  const [first, again] = right.ofKind('FIN,ACK')
  const [ack, ackAgain] = left.ofKind('ACK')
  stage.check(
    fault.hits === 1 && first !== undefined && again?.seq === first.seq,
    both('The server hears nothing and sends its FIN again.', '服务器没有收到确认，重传 FIN。'),
  )
  stage.check(
    ack !== undefined && ackAgain?.ack === ack.ack && right.path.endsWith('LAST-ACK > CLOSED'),
    both(
      'TIME-WAIT answers with the same ACK, and the server is CLOSED.',
      'TIME-WAIT 以同样的 ACK 应答，服务器进入 CLOSED。',
    ),
  )
  const [entry] = client.host.connections({ states: new Set(['TIME-WAIT']) })
  const sinceAgain = stage.world.now - (ackAgain?.at ?? 0)
  stage.check(
    entry?.timer?.left === 60_000_000 - sinceAgain,
    both('The 60 s count from the second ACK, not from the first.', '60 秒从第二个 ACK 算起，而不是第一个。'),
  )
  stage.figure(
    both('FIN sent again after, ms', '重传 FIN 之前的等待（毫秒）'),
    ((again?.at ?? 0) - (first?.at ?? 0)) / 1000,
  )
  stage.run(61)
  stage.check(
    left.path === 'FIN-WAIT-1 > FIN-WAIT-2 > TIME-WAIT > CLOSED',
    both('Then the client is CLOSED, too.', '然后客户端也进入 CLOSED。'),
  )
}

/** `buckets`: tcp_max_tw_buckets of the client. */
export function playLostWithout(stage: Stage, buckets = 0): void {
  const { client, left, right, fault } = loseLastAck(stage, { tcp_max_tw_buckets: buckets }, true)
  stage.run(1)
  stage.check(
    fault.hits === 1 && client.host.stats().TcpExtTCPTimeWaitOverflow === 1,
    both(
      'The client forgets the connection as soon as its last ACK has gone.',
      '客户端一发出最后的 ACK 就丢弃了连接。',
    ),
  )
  stage.check(
    left.ofKind('RST').length === 1,
    both('The FIN sent again meets nobody: RST.', '重传的 FIN 找不到连接：RST。'),
  )
  stage.check(
    left.ofKind('ACK').length === 1 && right.path.endsWith('LAST-ACK > CLOSED'),
    both(
      'The RST ends it for the server, which cannot tell this from a client that has crashed.',
      'RST 使服务器的连接结束，服务器无法分辨这是不是客户端崩溃。',
    ),
  )
}

/** What two connections have brought, one after the other, between the same ports. */
class TwoIncarnations {
  readonly received: string[] = []
  readonly client: SimHost
  readonly server: SimHost
  readonly link: Link
  private readonly stage: Stage
  private socket: StreamSocket | null = null

  constructor(stage: Stage, buckets: number, isn: readonly number[]) {
    this.stage = stage
    const config = { tcp_timestamps: false, tcp_max_tw_buckets: buckets }
    const { client, server, link } = stage.pair({
      client: { isn, config },
      server: { isn: SERVER_ISN, config },
      link: { delay: DELAY },
    })
    this.client = client
    this.server = server
    this.link = link
    stage.serve(server, (socket) => {
      const number = this.received.push('') - 1
      socket.onevent = (events) => {
        if (events & READABLE) this.received[number] += readText(socket)
        if (events & READABLE && this.received[number] === GREETING) socket.write(bytesOf(WELCOME))
        if (events & ENDED) socket.close()
      }
    })
  }

  /** The first: its data wanders off for so many microseconds, what is sent again arrives, and both close. */
  playFirst(wandering = WANDERING): void {
    const fault = this.link.fault({ way: 'forth', aim: nth(1, hasData), effect: { delay: wandering } })
    this.open()
    this.stage.run(0.1)
    this.say(ORDER)
    const arrival = (this.stage.world.now + wandering + DELAY) / 1e6
    this.stage.world.at(arrival, () => this.stage.remark(both('The old segment arrives.', '旧报文段到达。')))
    this.stage.run(1)
    fault.lift()
    this.socket?.close()
    this.stage.run(1)
  }

  /** Begins to connect; '', or why not: the errno's name. */
  open(): string {
    try {
      this.socket = this.stage.connect(this.client, this.server, { localPort: CLIENT_PORT })
    } catch (error) {
      if (error instanceof StackError) return error.code
      throw error
    }
    return ''
  }

  say(text: string): void {
    this.socket?.write(bytesOf(text))
  }
}

/**
 * `buckets`: tcp_max_tw_buckets; `isn`: the client's initial sequence numbers, one connection after the other;
 * `wandering`: microseconds that the old segment takes.
 */
export function playOldSegment(stage: Stage, buckets = 0, isn = SUITED, wandering = WANDERING): void {
  const two = new TwoIncarnations(stage, buckets, isn)
  two.playFirst(wandering)
  stage.check(
    two.received.join() === ORDER && two.client.host.stats().TcpRetransSegs === 1,
    both(
      'The first connection brings its data once: what wandered off was sent again.',
      '第一个连接的数据到达一次：滞留的报文段已经重传过。',
    ),
  )
  const refused = two.open()
  stage.run(1)
  if (refused === '') two.say(GREETING)
  stage.check(
    refused === '' && two.received.length === 2,
    both('The same ports are used again at once.', '相同的端口立即再次使用。'),
  )
  stage.run(WANDERING / 1e6)
  stage.check(
    two.received[1] === GREETING + ORDER,
    both(
      'The old segment fits behind the greeting of the new connection, and its bytes are delivered: 100 is paid twice.',
      '旧报文段恰好接在新连接的问候之后，它的数据被交付：同一笔 100 付了两次。',
    ),
  )
}

/** `buckets`: tcp_max_tw_buckets. */
export function playRest(stage: Stage, buckets = MANY): void {
  const two = new TwoIncarnations(stage, buckets, SUITED)
  two.playFirst()
  stage.check(
    two.open() === 'EADDRINUSE',
    both('Ports that rest are refused: EADDRINUSE.', '仍处于 TIME-WAIT 的端口不能使用：EADDRINUSE。'),
  )
  stage.run(60)
  const refused = two.open()
  stage.run(0.1)
  if (refused === '') two.say(GREETING)
  stage.run(1)
  stage.check(
    refused === '' && two.received.join() === [ORDER, GREETING].join(),
    both(
      'After 2 MSL they are free, and the new connection gets its own data alone.',
      '2MSL 之后端口可用，新连接只收到自己的数据。',
    ),
  )
}
