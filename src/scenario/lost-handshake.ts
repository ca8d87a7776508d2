import type { Aim, Link } from '../sim/index.ts'
import { isAny, isBareAck, isSyn, isSynAck, nth } from '../sim/index.ts'
import type { StreamSocket } from '../socket/stream-socket.ts'
import { both } from './bilingual.ts'
import { HostLog } from './host-log.ts'
import { bytesOf, readText } from './message.ts'
import type { Scenario } from './scenario.ts'
import type { Stage } from './stage.ts'

const SECOND = 1_000_000

/** Question 4. */
export const lostHandshake: Scenario = {
  name: 'lost-handshake',
  number: 4,
  title: both('A segment of the handshake is lost', '握手报文段丢失'),
  question: both(
    'What happens when the SYN, the SYN,ACK or the third ACK is lost, and when nothing ever comes?',
    'SYN、SYN,ACK 或第三个 ACK 丢失时会怎样？如果始终收不到任何报文段呢？',
  ),
  explanation: both(
    'Whoever has sent a segment that takes a sequence number keeps it until it is acknowledged, and sends it again when a timer runs out: after 1 s at first, then after twice as long each time. ' +
      'So a lost SYN is the client’s business; a lost SYN,ACK is sent again by the server, and asked for again by the client, whose SYN is not acknowledged either. ' +
      'The third ACK takes no sequence number and nobody repeats it of his own accord: the server repeats its SYN,ACK, which draws it anew; or data follow, and every segment of data carries the same acknowledgment. ' +
      'Retransmission has an end: as Linux has it, a client gives up after 6 retransmissions (127 s), a server after 5 (63 s). ' +
      'A server that has given up answers the client, which believes in the connection, by RST.',
    '占用序号的报文段，发送方会一直保留到得到确认为止；定时器到期就重传：第一次等 1 秒，以后每次加倍。' +
      '因此 SYN 丢失由客户端重传；SYN,ACK 丢失时，服务器会重传它，而客户端的 SYN 同样没有得到确认，也会重传。' +
      '第三个 ACK 不占用序号，没有谁会主动重发它：要么服务器重传 SYN,ACK，引出新的 ACK；要么随后有数据，而每个数据报文段都带着同样的确认号。' +
      '重传总有尽头：按 Linux 的设置，客户端重传 6 次后放弃（127 秒），服务器重传 5 次后放弃（63 秒）。' +
      '服务器放弃之后，客户端仍以为连接存在；它再发数据，得到的回答是 RST。',
  ),
  lookAt: both(
    'The double lines are retransmissions: who sends them, and how long after. In the third part nothing is sent again although the ACK is lost.',
    '双线表示重传：看是谁重传、隔了多久。第三部分中 ACK 虽然丢失，却没有任何重传。',
  ),
  parts: [
    { title: both('The SYN is lost', 'SYN 丢失'), play: (stage) => playLostSyn(stage, nth(1, isSyn)) },
    { title: both('The SYN,ACK is lost', 'SYN,ACK 丢失'), play: (stage) => playLostSynAck(stage, nth(1, isSynAck)) },
    {
      title: both('The third ACK is lost, data follow', '第三个 ACK 丢失，随后有数据'),
      play: (stage) => playLostAck(stage, true, nth(1, isBareAck)),
    },
    {
      title: both('The third ACK is lost, nothing follows', '第三个 ACK 丢失，随后没有数据'),
      play: (stage) => playLostAck(stage, false, nth(1, isBareAck)),
    },
    {
      title: both('No SYN arrives: the client gives up', 'SYN 始终不到：客户端放弃'),
      play: (stage) => playNoAnswer(stage, true),
    },
    {
      title: both('No third ACK arrives: the server gives up', '第三个 ACK 始终不到：服务器放弃'),
      play: (stage) => playNoThirdAck(stage, Number.POSITIVE_INFINITY),
    },
  ],
}

interface Opening {
  readonly link: Link
  readonly socket: StreamSocket
  readonly client: HostLog
  readonly server: HostLog
  /** As `ss` names the state of the connection at the server; '' = there is none. */
  serverState(): string
  /** Of the connections that the server's application has. */
  accepted(): readonly StreamSocket[]
}

/** A client begins to connect over a link on which something is lost. */
function open(stage: Stage, way: 'forth' | 'back', lost: Aim): Opening {
  const { client, server, link } = stage.pair()
  link.fault({ way, aim: lost })
  const accepted: StreamSocket[] = []
  stage.serve(server, (socket) => accepted.push(socket))
  const logs = { client: new HostLog(stage, client), server: new HostLog(stage, server) }
  const socket = stage.connect(client, server)
  const serverState = () => server.host.connections().find((each) => each.state !== 'LISTEN')?.state ?? ''
  return { link, socket, ...logs, serverState, accepted: () => accepted }
}

/** `lost`: on the way to the server. */
export function playLostSyn(stage: Stage, lost: Aim): void {
  const { socket, client, serverState } = open(stage, 'forth', lost)
  stage.run(0.9)
  stage.check(
    socket.state === 'SYN-SENT' && serverState() === '',
    both(
      'After 0.9 s the client still waits, and the server knows nothing.',
      '0.9 秒后客户端仍在等待，服务器一无所知。',
    ),
  )
  stage.run(0.2)
  const [first, second] = client.ofKind('SYN')
  stage.check(
    first !== undefined && second !== undefined && second.at - first.at === SECOND && second.seq === first.seq,
    both('The same SYN, with the same sequence number, goes again after 1 s.', '1 秒后，同一个 SYN 以相同的序号重传。'),
  )
  stage.check(
    socket.state === 'ESTABLISHED' && serverState() === 'ESTAB' && client.sent.length === 3,
    both('The second SYN opens the connection.', '第二个 SYN 建立了连接。'),
  )
}

/** `lost`: on the way to the client. */
export function playLostSynAck(stage: Stage, lost: Aim): void {
  const { socket, client, server, serverState, accepted } = open(stage, 'back', lost)
  stage.run(0.9)
  stage.check(
    socket.state === 'SYN-SENT' && serverState() === 'SYN-RECV',
    both('The server has answered, the client does not know of it.', '服务器已经应答，客户端却不知道。'),
  )
  stage.run(0.5)
  stage.check(
    client.ofKind('SYN').length === 2,
    both('The client, without an answer, sends its SYN again.', '客户端没有等到应答，重传 SYN。'),
  )
  const answers = server.ofKind('SYN,ACK')
  stage.check(
    answers.length >= 2 && new Set(answers.map(({ seq }) => seq)).size === 1,
    both('The server repeats its SYN,ACK with the same number.', '服务器以相同的序号重传 SYN,ACK。'),
  )
  stage.check(
    socket.state === 'ESTABLISHED' && accepted().length === 1,
    both('One connection has come of it, not two.', '结果是一条连接，而不是两条。'),
  )
}

/** `data`: the client has something to say at once. `lost`: on the way to the server. */
export function playLostAck(stage: Stage, data: boolean, lost: Aim): void {
  const { socket, client, server, serverState, accepted } = open(stage, 'forth', lost)
  stage.run(0.1)
  stage.check(
    socket.state === 'ESTABLISHED' && serverState() === 'SYN-RECV',
    both(
      'The client is ESTABLISHED, the server still in SYN-RECEIVED.',
      '客户端已是 ESTABLISHED，服务器仍是 SYN-RECEIVED。',
    ),
  )
  if (data) socket.write(bytesOf('hello'))
  stage.run(0.5)
  const answers = () => server.ofKind('SYN,ACK').length
  if (data) {
    const [, , speech] = client.sent
    const words = accepted()[0]
    stage.check(
      speech?.length === 5 && words !== undefined && readText(words) === 'hello',
      both(
        'The data, which carry the acknowledgment too, open the connection and are read.',
        '数据同样带着确认号，因此既建立了连接，又被读取。',
      ),
    )
    stage.check(answers() === 1 && client.sent.length === 3, both('Nothing was sent again.', '没有任何重传。'))
    return
  }
  stage.check(
    serverState() === 'SYN-RECV' && accepted().length === 0,
    both('The server’s application has no connection yet.', '服务器的应用程序还没有得到连接。'),
  )
  stage.run(1)
  stage.check(
    answers() === 2 && client.ofKind('ACK').length === 2,
    both('After 1 s the SYN,ACK goes again, and draws the ACK again.', '1 秒后重传 SYN,ACK，再次引出 ACK。'),
  )
  stage.check(
    serverState() === 'ESTAB' && accepted().length === 1,
    both('Now the server is ESTABLISHED.', '服务器这才进入 ESTABLISHED。'),
  )
}

/** `lost`: nothing reaches the server. */
export function playNoAnswer(stage: Stage, lost: boolean): void {
  const { socket, client } = open(stage, 'forth', (packet) => lost && isAny(packet))
  const began = client.sent[0]?.at ?? 0
  stage.run(126)
  stage.check(socket.state === 'SYN-SENT', both('After 126 s it still tries.', '126 秒后它仍在尝试。'))
  stage.run(2)
  const waits = client.ofKind('SYN').map(({ at }) => (at - began) / SECOND)
  stage.figure(both('SYNs sent at, s', '发出 SYN 的时刻（秒）'), waits.join(', '))
  stage.check(
    waits.join() === '0,1,3,7,15,31,63',
    both('Seven SYNs; the wait doubles from 1 s to 32 s.', '一共 7 个 SYN；等待时间从 1 秒逐次加倍到 32 秒。'),
  )
  stage.check(
    socket.state === 'CLOSED' && socket.error === 'ETIMEDOUT',
    both('After 127 s the application is told ETIMEDOUT.', '127 秒后，应用程序得到 ETIMEDOUT。'),
  )
}

/** `lost`: so many ACKs without data do not reach the server. */
export function playNoThirdAck(stage: Stage, lost: number): void {
  const { socket, server, serverState, accepted } = open(stage, 'forth', nth(1, isBareAck, lost))
  stage.run(62)
  stage.check(serverState() === 'SYN-RECV', both('After 62 s the server still waits.', '62 秒后服务器仍在等待。'))
  stage.run(3)
  const answers = server.ofKind('SYN,ACK')
  stage.check(answers.length === 6, both('It has sent its SYN,ACK six times.', '它一共发出 6 次 SYN,ACK。'))
  stage.check(
    serverState() === '' && accepted().length === 0 && socket.state === 'ESTABLISHED',
    both('It has forgotten the connection; the client believes in it.', '它已经丢弃这条连接；客户端却仍以为连接存在。'),
  )
  socket.write(bytesOf('hello'))
  stage.run(1)
  stage.check(
    socket.error === 'ECONNRESET' && server.ofKind('RST').length === 1,
    both('What the client says then is answered by RST: ECONNRESET.', '客户端此后发出的数据得到 RST：ECONNRESET。'),
  )
}
