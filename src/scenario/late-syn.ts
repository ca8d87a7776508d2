import { isSyn, nth } from '../sim/aims.ts'
import { ENDED, type StreamSocket } from '../socket/stream-socket.ts'
import { both } from './bilingual.ts'
import { bytesOf, readText } from './message.ts'
import type { Scenario } from './scenario.ts'
import type { Pair, PairOptions, Stage } from './stage.ts'
import { openWithTwo } from './two-segments.ts'
import { variablesOf } from './variables.ts'
import type { Segments } from './why-three.ts'

const CLIENT_PORT = 5000
const OLD_ISN = 1000
const NEW_ISN = 9000
const SERVER_ISNS = [5000, 7000]
const HOUR = 3600

/** Question 3. */
export const lateSyn: Scenario = {
  name: 'late-syn',
  number: 3,
  title: both('The old SYN that comes late', '迟到的旧 SYN'),
  question: both(
    'A SYN was held up in the network, and its sender has meanwhile opened another connection between the same two ports. What does it do when it arrives at last?',
    '一个 SYN 滞留在网络中，其间发送方已在同一对端口之间另建了连接。它最终到达时会怎样？',
  ),
  explanation: both(
    'A SYN does not show its age: to a listener an old one looks like a new one. But whatever the server answers, it names the number it has heard, and the client knows whether that is its own. ' +
      'Before the new SYN, the old one makes the server half open, and the client’s RST sets it right. ' +
      'Into a connection that is open a SYN changes nothing: the server repeats where it stands (a challenge ACK, RFC 5961), and the client, if it really had started anew, would answer by RST. ' +
      'After the close, TIME-WAIT recognizes the old SYN by its timestamp and number and opens nothing. ' +
      'Where only the client is in TIME-WAIT the server goes as far as SYN-RECEIVED, and no further, for the third segment does not come: with a handshake of two it would have a connection with nobody.',
    'SYN 本身看不出新旧：对监听的服务器来说，旧的与新的一模一样。但服务器无论怎样应答，确认号都来自它收到的序号，而客户端知道那是不是自己的。' +
      '旧 SYN 先于新 SYN 到达时，服务器上出现一个半开连接，客户端的 RST 将它清除。' +
      '连接已经建立时，SYN 改变不了什么：服务器只是用一个 ACK 重申自己期待的序号（挑战 ACK，RFC 5961）；假如客户端真的重新开始，它会以 RST 作答。' +
      '关闭之后，处于 TIME-WAIT 的一端根据时间戳和序号认出旧 SYN，什么也不建立。' +
      '若只有客户端处于 TIME-WAIT，服务器会走到 SYN-RECEIVED，但到此为止，因为第三个报文段不会来；如果只需两次握手，它就会建立起一个没有对端的连接。',
  ),
  lookAt: both(
    'The acknowledgment numbers, which are those of the headers: the old SYN has the number 1000, the new one 9000; ack 1001 tells the client that the answer is not for its SYN.',
    '确认号，图中数字就是首部里的数字：旧 SYN 的序号是 1000，新 SYN 的是 9000；客户端看到 ack 1001，就知道这个应答不是给自己的新 SYN 的。',
  ),
  parts: [
    { title: both('Before the new SYN', '先于新的 SYN 到达'), play: (stage) => beforeTheNew(stage) },
    { title: both('After the new connection was made', '新连接建立之后到达'), play: (stage) => afterTheNew(stage) },
    {
      title: both('After the close: the server is in TIME-WAIT', '关闭之后到达：服务器处于 TIME-WAIT'),
      play: (stage) => afterServersClose(stage),
    },
    {
      title: both('After the close: the client is in TIME-WAIT', '关闭之后到达：客户端处于 TIME-WAIT'),
      play: (stage) => afterClientsClose(stage),
    },
    {
      title: both('The same, with two segments to open', '同样的情形，但只需两次握手'),
      play: (stage) => afterClientsCloseWithTwo(stage),
    },
  ],
}

/** The old SYN, `late` seconds under way, makes the server half open when the new one is about to come (RFC 9293, 3.5, figure 8). */
export function beforeTheNew(stage: Stage, segments: Segments = 3, late = 1): void {
  const play = begin(stage, late, { segments })
  play.pair.link.fault({ way: 'forth', aim: nth(1, isSyn) })
  stage.run(0.8)
  const socket = play.again()
  stage.remark(both('The new SYN is lost; the old one arrives.', '新的 SYN 丢失，旧的 SYN 到达。'))
  stage.run(0.025)
  const { client, server } = play.pair
  stage.check(
    client.host.stats().TcpOutRsts === 1 && socket.state === 'SYN-SENT',
    both(
      'The client answers by RST, since it is not its new SYN that was acknowledged.',
      '客户端以 RST 作答，因为被确认的不是它的新 SYN。',
    ),
  )
  stage.run(0.5)
  stage.check(
    socket.state === 'ESTABLISHED' && serverNext(stage) === NEW_ISN + 1,
    both('The connection is open, with the new number: RCV.NXT 9001.', '连接以新序号建立：RCV.NXT 为 9001。'),
  )
  stage.check(
    play.accepted() === 1 && server.host.stats().TcpAttemptFails === 1,
    both(
      'The server’s application was told of this one only; the half-open one was forgotten.',
      '服务器的应用程序只得知这一个连接；半开的那个已被丢弃。',
    ),
  )
}

/** The old SYN comes `late` seconds after it was sent, into an open connection; `meanwhile` is done before. */
export function afterTheNew(stage: Stage, late = 1, meanwhile: (pair: Pair) => void = () => {}): void {
  const play = begin(stage, late)
  const socket = play.again()
  stage.run(0.2)
  socket.write(bytesOf('hello'))
  stage.run(0.1)
  meanwhile(play.pair)
  stage.run(1)
  socket.write(bytesOf('again'))
  stage.run(0.1)
  stage.check(
    play.pair.server.host.stats().TcpExtTCPSYNChallenge === 1,
    both(
      'The server answers the SYN by an ACK of what it expects next.',
      '服务器用 ACK 回答这个 SYN，说明它期待的下一个序号。',
    ),
  )
  stage.check(
    play.accepted() === 1 && play.received() === 'helloagain',
    both(
      'The connection goes on as if nothing had happened: all its bytes arrive.',
      '连接照常继续，仿佛什么都没有发生：所有字节都已到达。',
    ),
  )
}

/** The server has closed first, and so waits. */
export function afterServersClose(stage: Stage, config: NonNullable<PairOptions['server']>['config'] = {}): void {
  const play = begin(stage, 2, { config, closeAtOnce: true })
  const socket = play.again()
  stage.run(0.8)
  socket.close()
  stage.run(0.5)
  stage.remark(both('Both have closed; the server waits for 60 s.', '双方都已关闭；服务器等待 60 秒。'))
  stage.run(1)
  const { server } = play.pair
  const { TcpAttemptFails, TcpPassiveOpens } = server.host.stats()
  stage.check(
    TcpAttemptFails === 0 && TcpPassiveOpens === 1,
    both(
      'TIME-WAIT gives the old SYN an ACK only: nothing is opened, not even half.',
      'TIME-WAIT 只用一个 ACK 回答旧 SYN：没有建立任何连接，连半开的也没有。',
    ),
  )
  stage.check(
    states(play.pair).join() === 'LISTEN',
    both(
      'The client knows of no connection, and its RST ends TIME-WAIT early (RFC 1337; tcp_rfc1337 = 1 prevents it).',
      '客户端不知道有这个连接，它的 RST 使 TIME-WAIT 提前结束（RFC 1337；tcp_rfc1337 = 1 可以防止）。',
    ),
  )
}

/** The client has closed first and waits; the server has forgotten. */
export function afterClientsClose(stage: Stage, segments: Segments = 3): void {
  const play = begin(stage, 2, { segments })
  closeFirst(stage, play)
  stage.run(0.8)
  stage.check(
    states(play.pair).includes('SYN-RECV'),
    both('The server has answered the old SYN, in SYN-RECEIVED.', '服务器应答了旧 SYN，处于 SYN-RECEIVED。'),
  )
  stage.run(1.5)
  stage.check(
    states(play.pair).join() === 'LISTEN',
    both(
      'What the client answers is no third segment, and in the end a RST: nothing is left.',
      '客户端的回答不是第三个报文段，最后是 RST：什么也没有留下。',
    ),
  )
  stage.check(
    play.accepted() === 1,
    both('The server’s application was told of nothing.', '服务器的应用程序没有得到任何通知。'),
  )
}

/** The same where two segments are enough. */
export function afterClientsCloseWithTwo(stage: Stage, segments: Segments = 2): void {
  const play = begin(stage, 2, { segments })
  closeFirst(stage, play)
  stage.run(HOUR)
  stage.check(
    play.accepted() === 2,
    both(
      'The server’s application has been given a second connection, which nobody has asked for.',
      '服务器的应用程序得到了第二个连接，而没有人请求过它。',
    ),
  )
  stage.check(
    states(play.pair).includes('ESTAB') && play.pair.client.host.connections().length === 0,
    both('It is there an hour later; the client knows nothing of it.', '一小时后它还在；客户端对它一无所知。'),
  )
}

interface BeginOptions {
  readonly segments?: Segments
  readonly config?: NonNullable<PairOptions['server']>['config']
  /** The server closes each connection as soon as it has it; else when the client has closed. */
  readonly closeAtOnce?: boolean
}

interface Play {
  readonly pair: Pair
  /** Connections that the server's application was given. */
  accepted(): number
  /** What it has read. */
  received(): string
  /** Connects anew, from the same port. */
  again(): StreamSocket
}

/** A client whose first SYN is to be `late` seconds under way, and that has given it up. */
function begin(
  stage: Stage,
  late: number,
  { segments = 3, config = {}, closeAtOnce = false }: BeginOptions = {},
): Play {
  const server = { isn: SERVER_ISNS, config }
  const pair = stage.pair({ client: { isn: [OLD_ISN, NEW_ISN] }, server, absolute: true })
  let accepted = 0
  let received = ''
  stage.serve(pair.server, (socket) => {
    accepted += 1
    if (closeAtOnce) socket.close()
    else {
      socket.onevent = (events) => {
        received += readText(socket)
        if (events & ENDED) socket.close()
      }
    }
  })
  if (segments === 2) openWithTwo(pair.link)
  const held = pair.link.fault({ way: 'forth', aim: isSyn, effect: { delay: late * 1_000_000 } })
  const again = () => stage.connect(pair.client, pair.server, { localPort: CLIENT_PORT })
  const first = again()
  stage.run(0.1)
  held.lift()
  first.close()
  stage.remark(both('The first SYN is held up; its sender gives up.', '第一个 SYN 滞留；发送方放弃。'))
  stage.run(0.1)
  return { pair, accepted: () => accepted, received: () => received, again }
}

function closeFirst(stage: Stage, play: Play): void {
  const socket = play.again()
  stage.run(0.5)
  socket.close()
  stage.run(0.5)
  stage.remark(both('Both have closed; the client waits for 60 s.', '双方都已关闭；客户端等待 60 秒。'))
  stage.run(0.02)
}

/** RCV.NXT of the server's connection; -1 if there is none. */
function serverNext(stage: Stage): number {
  return variablesOf(stage.world).find(({ host }) => host === 'server')?.rcvNxt ?? -1
}

/** States of all that is on the server, the listener first. */
function states({ server }: Pair): string[] {
  return server.host.connections().map(({ state }) => state)
}
