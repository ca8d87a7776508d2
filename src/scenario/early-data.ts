import { forge } from '../sim/index.ts'
import { add } from '../wire/seq.ts'
import { SYN } from '../wire/tcp.ts'
import { both } from './bilingual.ts'
import { HostLog } from './host-log.ts'
import { bytesOf, readText } from './message.ts'
import type { Scenario } from './scenario.ts'
import { PORT, type Stage } from './stage.ts'

const QUESTION = 'a question'
const ANSWER = 'an answer '.repeat(1000)
/** tcp_fastopen as a sum: client, server, and each without a cookie. */
const ASKS = 1
const SERVES = 2
const ASKS_BLINDLY = 4
const SERVES_BLINDLY = 512

/** Question 5. */
export const earlyData: Scenario = {
  name: 'early-data',
  number: 5,
  title: both('Data in the handshake', '握手中携带数据'),
  question: both(
    'May the third ACK carry data? May the SYN, and why does a server not trust it?',
    '第三个 ACK 可以携带数据吗？SYN 可以吗？服务器为什么不信任它？',
  ),
  explanation: both(
    'When the client sends its third segment it knows that the server is there and that the numbers are agreed: data may go with it. ' +
      'A SYN may carry data too, but it proves nothing: its source address may be forged. A server acknowledges such a SYN alone, without the data, which the client sends again. ' +
      'Were the data passed on at once, one forged packet would make the server work, and send a long answer to a victim that never asked. ' +
      'With Fast Open (RFC 7413) the server gives each address a cookie by a full handshake first; a SYN with that cookie comes from an address that has been heard from before, and its data are read at once.',
    '客户端发出第三个报文段时，已经知道服务器存在、双方序号已约定，因此可以携带数据。' +
      'SYN 也可以携带数据，但它什么也证明不了：源地址可能是伪造的。服务器只确认这样的 SYN，不确认其中的数据，由客户端重新发送。' +
      '假如立即把数据交给应用程序，一个伪造的分组就能让服务器干活，并把很长的应答发给从未提问的受害者。' +
      '使用 Fast Open（RFC 7413）时，服务器先通过一次完整的握手给每个地址一个 Cookie；带着这个 Cookie 的 SYN 来自曾经验证过的地址，其中的数据可以立即读取。',
  ),
  lookAt: both(
    'The length in brackets of the third segment and of the SYNs, and the number by which the SYN,ACK answers.',
    '第三个报文段和 SYN 括号中的长度，以及 SYN,ACK 的确认号。',
  ),
  parts: [
    { title: both('Data in the third ACK', '第三个 ACK 携带数据'), play: (stage) => playThirdAck(stage, true) },
    {
      title: both('Data in a SYN that is not trusted', '不被信任的 SYN 中的数据'),
      play: (stage) => playSynData(stage, false),
    },
    {
      title: both('If it were trusted: a forged SYN with data', '假如信任：伪造的 SYN 携带数据'),
      play: (stage) => playForgedSyn(stage, true),
    },
    { title: both('The same, not trusted', '同样的 SYN，不予信任'), play: (stage) => playForgedSyn(stage, false) },
    {
      title: both('Fast Open: a SYN with a cookie', 'Fast Open：带 Cookie 的 SYN'),
      play: (stage) => playCookie(stage, ASKS, SERVES),
    },
  ],
}

/** `atOnce`: the client writes before the connection is there. */
export function playThirdAck(stage: Stage, atOnce: boolean): void {
  const { client, server } = stage.pair()
  const log = new HostLog(stage, client)
  let heardAt = 0
  stage.serve(server, (accepted) => {
    accepted.onevent = () => {
      if (readText(accepted) === QUESTION) heardAt = stage.world.now
    }
  })
  const socket = stage.connect(client, server)
  if (atOnce) socket.write(bytesOf(QUESTION))
  stage.run(0.5)
  if (!atOnce) socket.write(bytesOf(QUESTION))
  stage.run(0.5)
  stage.check(
    log.sent[1]?.kind === 'ACK' && log.sent[1].length === QUESTION.length,
    both(
      'The third segment acknowledges the SYN,ACK and carries 10 bytes.',
      '第三个报文段既确认 SYN,ACK，又携带 10 字节。',
    ),
  )
  stage.check(
    log.sent.length === 2,
    both('The client needs no segment of its own for the ACK.', '客户端不必为 ACK 单独发送报文段。'),
  )
  stage.figure(both('read by the server after, ms', '服务器读到的时刻（毫秒）'), heardAt / 1000)
  stage.check(
    heardAt === 30_000,
    both(
      'The server reads them one round trip and a half after the SYN.',
      '服务器在 SYN 发出之后一个半往返时间读到它们。',
    ),
  )
}

/** The client puts data in its SYN without asking; `trusted`: the server takes them without a cookie. */
export function playSynData(stage: Stage, trusted: boolean): void {
  const { client, server } = stage.pair({
    client: { config: { tcp_fastopen: ASKS | ASKS_BLINDLY } },
    server: { config: { tcp_fastopen: trusted ? SERVES | SERVES_BLINDLY : 0 } },
  })
  const logs = { client: new HostLog(stage, client), server: new HostLog(stage, server) }
  let heard = ''
  let heardAt = 0
  stage.serve(
    server,
    (accepted) => {
      const read = () => {
        heard += readText(accepted)
        if (heardAt === 0 && heard !== '') heardAt = stage.world.now
      }
      accepted.onevent = read
      read()
    },
    { fastOpen: trusted ? 5 : 0 },
  )
  const socket = stage.connect(client, server, { options: { TCP_FASTOPEN_CONNECT: 1 } })
  socket.write(bytesOf(QUESTION))
  stage.run(1)
  const syn = logs.client.ofKind('SYN')[0]
  const answer = logs.server.ofKind('SYN,ACK')[0]
  stage.check(
    syn?.length === QUESTION.length && answer?.ack === add(syn.seq, 1),
    both('The SYN carries 10 bytes; the server acknowledges the SYN alone.', 'SYN 携带 10 字节；服务器只确认 SYN。'),
  )
  const again = logs.client.ofKind('ACK').filter(({ length }) => length > 0)
  stage.check(
    again.length === 1 && logs.client.sent[1] === again[0],
    both('The client sends the data again, with the third ACK.', '客户端在第三个 ACK 中重新发送数据。'),
  )
  stage.check(
    heard === QUESTION && heardAt === 30_000,
    both('They are read once, after the handshake.', '握手之后数据才被读取，只读一次。'),
  )
}

/** An attacker sends SYNs with a question in the name of the client; `trusting`: the server takes data without a cookie; `harm`: harm is claimed. */
export function playForgedSyn(stage: Stage, harm: boolean, trusting = harm): void {
  const { client, server, link } = stage.pair({
    server: { config: { tcp_fastopen: trusting ? SERVES | SERVES_BLINDLY : SERVES } },
  })
  const log = new HostLog(stage, server)
  let questions = 0
  stage.serve(
    server,
    (accepted) => {
      questions += 1
      accepted.write(bytesOf(ANSWER))
    },
    { fastOpen: 5 },
  )
  const forgery = forge({
    from: client.address(),
    to: server.address(),
    sourcePort: 5555,
    destinationPort: PORT,
    seq: 7000,
    flags: SYN,
    mss: 1460,
    payload: bytesOf(QUESTION),
  })
  link.forth.send(forgery)
  stage.run(1)
  const sent = log.sent.reduce((total, { length }) => total + length, 0)
  stage.figure(both('bytes of the forged packet', '伪造分组的字节数'), forgery.length)
  stage.figure(both('bytes of data sent to the victim', '发给受害者的数据字节数'), sent)
  if (harm) {
    stage.check(
      questions === 1,
      both('The application answers a question that nobody asked.', '应用程序回答了一个没有人问过的问题。'),
    )
    stage.check(
      sent > 100 * forgery.length,
      both(
        'The victim gets more than a hundred times what the attacker sent.',
        '受害者收到的数据是攻击者所发的一百多倍。',
      ),
    )
    return
  }
  stage.check(
    questions === 0 && sent === 0,
    both('The application hears nothing, and the victim gets no data.', '应用程序什么也没收到，受害者也没有收到数据。'),
  )
  stage.check(
    log.sent.length === 1,
    both(
      'All that is sent is one SYN,ACK, which the victim answers by RST.',
      '只发出一个 SYN,ACK，受害者以 RST 回答。',
    ),
  )
}

/** Twice a question by Fast Open. `asks` and `serves`: tcp_fastopen of the client, of the server. */
export function playCookie(stage: Stage, asks: number, serves: number): void {
  const { client, server } = stage.pair({
    client: { config: { tcp_fastopen: asks } },
    server: { config: { tcp_fastopen: serves } },
  })
  const heardAt: number[] = []
  stage.serve(
    server,
    (accepted) => {
      const read = () => {
        if (readText(accepted) === QUESTION) heardAt.push(stage.world.now)
      }
      accepted.onevent = read
      read()
    },
    { fastOpen: 5 },
  )
  const waits: number[] = []
  for (let i = 0; i < 2; i += 1) {
    const began = stage.world.now
    stage.connect(client, server, { options: { TCP_FASTOPEN_CONNECT: 1 } }).write(bytesOf(QUESTION))
    stage.run(1)
    waits.push(((heardAt[i] ?? 0) - began) / 1000)
  }
  stage.figure(both('question read after, ms', '读到问题所需时间（毫秒）'), waits.join(', '))
  stage.check(
    waits[0] === 30,
    both(
      'The first time the question waits for the handshake, which brings a cookie.',
      '第一次，问题要等握手完成；握手带来一个 Cookie。',
    ),
  )
  stage.check(
    waits[1] === 10,
    both('The second time it is read as soon as the SYN is there.', '第二次，SYN 一到，问题就被读取。'),
  )
}
