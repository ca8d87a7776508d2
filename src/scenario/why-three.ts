import { isSyn, isSynAck, nth } from '../sim/aims.ts'
import { both } from './bilingual.ts'
import type { Scenario } from './scenario.ts'
import type { Pair, Stage } from './stage.ts'
import { openWithTwo } from './two-segments.ts'

const CLIENT_ISN = 1000
const SERVER_ISN = 5000
const HOUR = 3600
/** An old SYN is so late, seconds. */
const LATE = 5

/** Question 2. */
export const whyThree: Scenario = {
  name: 'why-three',
  number: 2,
  title: both('Why three segments, and not two', '为什么是三次握手，而不是两次'),
  question: both(
    'The server has heard the client and has answered. What is the third segment good for?',
    '服务器已经听到客户端并作了应答，第三个报文段还有什么用？',
  ),
  explanation: both(
    'After its answer the server does not know two things: whether the answer has arrived, and whether the SYN was meant at all or is an old one that the network has kept. ' +
      'The third segment tells it both. A server that does without it takes a connection for open that the client knows nothing of: ' +
      'if its answer is lost it sends no other, the two wait for each other, and only the client’s patience ends; if the SYN was an old one it serves a client that is not there. ' +
      'To show this, the server’s own TCP is left as it is and gets, with each of its answers, a forged third segment at once. ' +
      'With the true third segment the server stays in SYN-RECEIVED, sends its answer again, and forgets what nobody confirms.',
    '应答之后，服务器还不知道两件事：应答是否到达；这个 SYN 是对方此刻发出的，还是滞留在网络中的旧报文段。第三个报文段同时说明了这两点。' +
      '不要第三个报文段的服务器，会把客户端一无所知的连接当作已经建立：应答丢失后它不会再发，双方互相等待，直到客户端超时放弃；' +
      '若 SYN 是旧的，它就在为一个并不存在的客户端服务。为了演示这一点，服务器的 TCP 保持原样，只是每发出一个应答，就立刻收到一个伪造的第三个报文段。' +
      '有了真正的第三个报文段，服务器停留在 SYN-RECEIVED，重传应答，并丢弃无人确认的连接。',
  ),
  lookAt: both(
    'When the server becomes ESTABLISHED: before the client’s word with two segments, after it with three; and what is left in the table of variables.',
    '服务器何时进入 ESTABLISHED：两次握手时在得到客户端的回音之前，三次握手时在其后；再看变量表中还剩下什么。',
  ),
  parts: [
    { title: both('Two segments: the answer is lost', '两次握手：应答丢失'), play: (stage) => loseAnswer(stage, 2) },
    { title: both('Three segments: the answer is lost', '三次握手：应答丢失'), play: (stage) => loseAnswer(stage, 3) },
    {
      title: both('Two segments: an old SYN, and the client is gone', '两次握手：旧的 SYN 到达，而客户端已经关机'),
      play: (stage) => oldSynOfNobody(stage, 2),
    },
    {
      title: both('Three segments: an old SYN, and the client is gone', '三次握手：旧的 SYN 到达，而客户端已经关机'),
      play: (stage) => oldSynOfNobody(stage, 3),
    },
    {
      title: both('Three segments: an old SYN, and the client is there', '三次握手：旧的 SYN 到达，客户端仍在'),
      play: (stage) => oldSynRefused(stage),
    },
  ],
}

/** How many segments it takes to open: with 2 the server does not wait for the third. */
export type Segments = 2 | 3

/** The server's first answer is lost. What is claimed is what `segments` come to; `actual`: how many it really takes. */
export function loseAnswer(stage: Stage, segments: Segments, actual = segments): void {
  const pair = join(stage)
  const { client, server, link } = pair
  let accepted = 0
  stage.serve(server, () => {
    accepted += 1
  })
  link.fault({ way: 'back', aim: nth(1, isSynAck) })
  if (actual === 2) openWithTwo(link)
  const socket = stage.connect(client, server)
  stage.run(0.5)
  if (segments === 2) {
    stage.remark(
      both(
        'The server takes the connection for open; the client waits for its answer.',
        '服务器以为连接已经建立；客户端还在等待应答。',
      ),
    )
    stage.check(
      accepted === 1 && socket.state === 'SYN-SENT',
      both(
        'The server’s application has a connection; the client is still in SYN-SENT.',
        '服务器的应用程序已经得到一个连接；客户端仍处于 SYN-SENT。',
      ),
    )
    stage.run(HOUR)
    stage.check(
      socket.error === 'ETIMEDOUT',
      both(
        'The client has sent its SYN again and again, in vain, and has given up: ETIMEDOUT.',
        '客户端一再重传 SYN，始终没有应答，最终放弃：ETIMEDOUT。',
      ),
    )
    stage.check(
      states(pair).includes('ESTAB') && client.host.connections().length === 0,
      both(
        'The server still waits, an hour later, in ESTABLISHED, for a request that will never come; on the client there is nothing.',
        '一小时后，服务器仍处于 ESTABLISHED，等待永远不会到来的请求；客户端上则什么都没有留下。',
      ),
    )
    return
  }
  stage.check(
    accepted === 0 && states(pair).includes('SYN-RECV'),
    both(
      'The server knows that it does not know: SYN-RECEIVED, and its application has not been told.',
      '服务器知道自己还不能确定：它处于 SYN-RECEIVED，应用程序尚未得到通知。',
    ),
  )
  stage.run(2)
  stage.check(
    socket.state === 'ESTABLISHED' && accepted === 1,
    both('The answer was sent again, and the connection is open on both sides.', '应答重传之后，连接在双方都已建立。'),
  )
}

/** The same for a SYN that arrives after the client has given up and was switched off. */
export function oldSynOfNobody(stage: Stage, segments: Segments, actual = segments): void {
  const pair = join(stage)
  if (actual === 2) openWithTwo(pair.link)
  const { client } = pair
  const accepted = sendLateSyn(stage, pair)
  client.crash()
  stage.remark(both('The client’s machine is switched off.', '客户端的机器关机。'))
  stage.run(LATE)
  if (segments === 2) {
    stage.remark(
      both(
        'The old SYN has arrived: the server has opened a connection with nobody.',
        '旧的 SYN 已经到达：服务器与一个不存在的对端建立了连接。',
      ),
    )
    stage.check(
      accepted() === 1,
      both('The server’s application was given a connection.', '服务器的应用程序得到了一个连接。'),
    )
    stage.run(HOUR)
    stage.check(
      states(pair).includes('ESTAB'),
      both(
        'It is there an hour later: without keepalive nothing ends it.',
        '一小时后它还在：若无保活，没有任何东西会结束它。',
      ),
    )
    return
  }
  stage.check(
    states(pair).includes('SYN-RECV'),
    both('The server has answered, in SYN-RECEIVED.', '服务器已经应答，处于 SYN-RECEIVED。'),
  )
  stage.run(120)
  stage.check(
    states(pair).join() === 'LISTEN' && pair.server.host.stats().TcpRetransSegs === 5,
    both(
      'It has sent its answer five times more, and has then forgotten it.',
      '它又把应答重传了五次，随后丢弃了这个半开连接。',
    ),
  )
  stage.check(accepted() === 0, NEVER_TOLD)
}

/** A SYN arrives after the client has given up, and then done `meanwhile`. */
export function oldSynRefused(stage: Stage, actual: Segments = 3, meanwhile: (pair: Pair) => void = () => {}): void {
  const pair = join(stage)
  if (actual === 2) openWithTwo(pair.link)
  const accepted = sendLateSyn(stage, pair)
  meanwhile(pair)
  stage.run(LATE)
  stage.check(
    pair.client.host.stats().TcpOutRsts === 1,
    both(
      'The client acknowledges nothing of what it did not ask for: it answers by RST.',
      '客户端不会确认自己没有请求的东西：它以 RST 作答。',
    ),
  )
  stage.check(
    states(pair).join() === 'LISTEN',
    both('The RST has ended the half-open connection.', 'RST 结束了这个半开连接。'),
  )
  stage.check(accepted() === 0, NEVER_TOLD)
}

const NEVER_TOLD = both('The server’s application was never told.', '服务器的应用程序从未得到通知。')

function join(stage: Stage): Pair {
  return stage.pair({ client: { isn: [CLIENT_ISN] }, server: { isn: [SERVER_ISN] } })
}

/** The client sends a SYN that will be late, and gives up. Tells how many connections were accepted. */
function sendLateSyn(stage: Stage, { client, server, link }: Pair): () => number {
  let accepted = 0
  stage.serve(server, () => {
    accepted += 1
  })
  link.fault({ way: 'forth', aim: nth(1, isSyn), effect: { delay: LATE * 1_000_000 } })
  const socket = stage.connect(client, server)
  stage.run(0.5)
  socket.close()
  stage.remark(
    both(
      'The SYN is held up in the network; the client’s application gives up.',
      'SYN 滞留在网络中；客户端的应用程序放弃了这次连接。',
    ),
  )
  return () => accepted
}

/** States of all that is on the server, the listener first. */
function states({ server }: Pair): string[] {
  return server.host.connections().map(({ state }) => state)
}
