import type { Aim } from '../sim/aims.ts'
import { add } from '../wire/seq.ts'
import { both } from './bilingual.ts'
import { HostLog } from './host-log.ts'
import type { Scenario } from './scenario.ts'
import type { Stage } from './stage.ts'

const CLIENT_ISN = 3_626_544_836
const SERVER_ISN = 1_739_326_486

/** Question 1. */
export const handshake: Scenario = {
  name: 'handshake',
  number: 1,
  title: both('The three-way handshake', '三次握手'),
  question: both(
    'How do two hosts open a connection, and what do they agree on?',
    '两台主机如何建立连接，它们约定了什么？',
  ),
  explanation: both(
    'Each side chooses where its sequence numbers begin and must hear that the other knows. The client sends SYN with its number, ' +
      'the server answers with its own number and acknowledges the client’s plus one, since a SYN takes one sequence number; the client acknowledges the server’s plus one. ' +
      'After the third segment each knows that the other knows. Options such as the largest segment are agreed on in the two SYNs.',
    '双方各自选定自己的初始序号，并且必须确知对方已经收到它。客户端发出带有自己序号的 SYN；服务器用自己的序号应答，并确认客户端的序号加一，因为 SYN 占用一个序号；' +
      '客户端再确认服务器的序号加一。第三个报文段之后，双方都确知对方收到了自己的序号。最大报文段长度等选项在两个 SYN 中约定。',
  ),
  lookAt: both(
    'The client’s ISN 3626544836 is answered by ack 3626544837; the states on both sides change with each segment.',
    '客户端的初始序号 3626544836 得到的确认号是 3626544837；每个报文段都使一端的状态改变。',
  ),
  parts: [{ title: both('Three segments', '三个报文段'), play: (stage) => playHandshake(stage) }],
}

/** `lost`: on the way. */
export function playHandshake(stage: Stage, lost: Aim = () => false): void {
  const { client, server, link } = stage.pair({
    client: { isn: [CLIENT_ISN] },
    server: { isn: [SERVER_ISN] },
    absolute: true,
  })
  link.fault({ aim: lost })
  const logs = { client: new HostLog(stage, client), server: new HostLog(stage, server) }
  stage.serve(server, () => {})
  const socket = stage.connect(client, server)
  stage.run(0.005)
  stage.check(
    socket.state === 'SYN-SENT' && logs.client.ofKind('SYN').length === 1,
    both('The client has sent its SYN, and waits in SYN-SENT.', '客户端已发出 SYN，处于 SYN-SENT。'),
  )
  stage.run(0.01)
  const [, half] = server.host.connections()
  stage.check(
    half?.state === 'SYN-RECV',
    both('The server has answered, in SYN-RECEIVED.', '服务器已经应答，处于 SYN-RECEIVED。'),
  )
  stage.run(1)
  const [, accepted] = server.host.connections()
  const open = socket.state === 'ESTABLISHED' && accepted?.state === 'ESTAB'
  stage.check(open, both('Both are ESTABLISHED after the third segment.', '第三个报文段之后，双方都处于 ESTABLISHED。'))
  const [answer] = logs.server.ofKind('SYN,ACK')
  const [third] = logs.client.ofKind('ACK')
  stage.check(
    answer?.ack === add(CLIENT_ISN, 1) && third?.ack === add(SERVER_ISN, 1),
    both('Each acknowledges the other’s number plus one.', '双方的确认号都是对方的初始序号加一。'),
  )
  stage.check(stage.world.trace.sentPackets === 3, both('Three segments were enough.', '三个报文段就足够了。'))
}
