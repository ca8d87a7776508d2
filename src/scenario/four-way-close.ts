import { ENDED, READABLE, type StreamSocket } from '../socket/stream-socket.ts'
import { both } from './bilingual.ts'
import { HostLog } from './host-log.ts'
import { bytesOf, readText } from './message.ts'
import type { Scenario } from './scenario.ts'
import type { Stage } from './stage.ts'

const LATE_BYTES = 3000

/** Question 9. */
export const fourWayClose: Scenario = {
  name: 'close',
  number: 9,
  title: both('The four-way close', '四次挥手'),
  question: both(
    'Why does closing take four segments, when three suffice, and what can still flow in between?',
    '关闭连接为什么需要四个报文段，什么时候三个就够，其间还能传什么数据？',
  ),
  explanation: both(
    'A connection is two streams, and each side ends its own with a FIN, which the other acknowledges: two FINs and two ACKs. ' +
      'The ACK of the first FIN cannot wait for the second FIN, because only the application on the other side knows when it has no more to say; until then it may go on sending (half-close). ' +
      'If that application closes at once, while the ACK is still being delayed, FIN and ACK go in one segment, and three suffice. ' +
      'The side that closes first passes through FIN-WAIT-1, FIN-WAIT-2 and TIME-WAIT, the other through CLOSE-WAIT and LAST-ACK.',
    '一个连接是两个方向的数据流，每一方用 FIN 结束自己的方向，并由对方确认：两个 FIN，两个 ACK。' +
      '对第一个 FIN 的确认不能等到第二个 FIN，因为只有对方的应用程序才知道自己何时不再发送；在那之前它可以继续发送（半关闭）。' +
      '如果对方的应用程序立刻关闭，而 ACK 还在延迟之中，FIN 与 ACK 就合并为一个报文段，三个就够了。' +
      '先关闭的一方经过 FIN-WAIT-1、FIN-WAIT-2 和 TIME-WAIT，另一方经过 CLOSE-WAIT 和 LAST-ACK。',
  ),
  lookAt: both(
    'The states on both sides; in the second ladder, data from a server in CLOSE-WAIT; in the third, FIN and ACK in one segment.',
    '双方的状态；第二幅图中处于 CLOSE-WAIT 的服务器仍在发送数据；第三幅图中 FIN 与 ACK 在同一个报文段里。',
  ),
  parts: [
    { title: both('Four segments', '四个报文段'), play: (stage) => playFour(stage) },
    { title: both('Half-close: data after the FIN', '半关闭：FIN 之后的数据'), play: (stage) => playHalfClose(stage) },
    { title: both('Three suffice', '三个就够'), play: (stage) => playThree(stage) },
  ],
}

/** `patience`: seconds that the server's application takes to close after it has seen the client's end. */
export function playFour(stage: Stage, patience = 0.1): void {
  const { client, server } = stage.pair()
  stage.serve(server, (socket) => {
    socket.onevent = (events) => {
      if (events & ENDED) stage.world.at(stage.world.now / 1e6 + patience, () => socket.close())
    }
  })
  const socket = stage.connect(client, server)
  stage.run(1)
  const left = new HostLog(stage, client)
  const right = new HostLog(stage, server)
  socket.shutdown('write')
  stage.run(1)
  stage.check(
    left.path === 'FIN-WAIT-1 > FIN-WAIT-2 > TIME-WAIT',
    both(
      'The client, which closes first: FIN-WAIT-1, FIN-WAIT-2, TIME-WAIT.',
      '先关闭的客户端：FIN-WAIT-1、FIN-WAIT-2、TIME-WAIT。',
    ),
  )
  stage.check(
    right.path === 'CLOSE-WAIT > LAST-ACK > CLOSED',
    both('The server: CLOSE-WAIT, LAST-ACK, CLOSED.', '服务器：CLOSE-WAIT、LAST-ACK、CLOSED。'),
  )
  const four = [left.sent[0], right.sent[0], right.sent[1], left.sent[1]]
  stage.check(
    four.map((segment) => segment?.kind).join(' ') === 'FIN,ACK ACK FIN,ACK ACK' &&
      left.sent.length + right.sent.length === 4,
    both('Four segments: FIN, ACK, FIN, ACK.', '四个报文段：FIN、ACK、FIN、ACK。'),
  )
  const [fin, ack, otherFin, otherAck] = four
  stage.check(
    ack?.ack === (fin?.seq ?? 0) + 1 && otherAck?.ack === (otherFin?.seq ?? 0) + 1,
    both(
      'A FIN takes one sequence number: each is acknowledged by its own plus one.',
      'FIN 占用一个序号：每个 FIN 的确认号都是它的序号加一。',
    ),
  )
  stage.run(58)
  const waits = socket.state === 'TIME-WAIT'
  stage.run(2)
  stage.check(
    waits && left.path.endsWith('TIME-WAIT > CLOSED'),
    both('After 2 MSL, here 60 s, the client is CLOSED, too.', '经过 2MSL（这里是 60 秒），客户端也进入 CLOSED。'),
  )
}

/** `end`: how the client says that it will send no more. */
export function playHalfClose(
  stage: Stage,
  end: (socket: StreamSocket) => void = (socket) => socket.shutdown('write'),
): void {
  const { client, server } = stage.pair()
  let asked = ''
  stage.serve(server, (socket) => {
    socket.onevent = (events) => {
      if (events & READABLE) asked += readText(socket)
      if (events & ENDED) stage.world.at(stage.world.now / 1e6 + 0.1, () => answer(socket))
    }
  })
  const socket = stage.connect(client, server)
  stage.run(1)
  const right = new HostLog(stage, server)
  socket.write(bytesOf('all of my question'))
  end(socket)
  stage.run(0.08)
  const half = `${socket.state} ${server.host.connections()[1]?.state}`
  stage.check(
    half === 'FIN-WAIT-2 CLOSE-WAIT' && asked === 'all of my question',
    both(
      'The client in FIN-WAIT-2, the server in CLOSE-WAIT: one direction has ended, and the server knows that the question is complete.',
      '客户端处于 FIN-WAIT-2，服务器处于 CLOSE-WAIT：一个方向已经结束，服务器知道问题已经完整。',
    ),
  )
  stage.run(1)
  stage.check(
    right.sent.reduce((sum, { length }) => sum + length, 0) === LATE_BYTES && socket.readable === LATE_BYTES,
    both('All that the server sends after that arrives.', '服务器此后发送的数据全部到达。'),
  )
  stage.check(
    right.path === 'CLOSE-WAIT > LAST-ACK > CLOSED' && socket.state === 'TIME-WAIT',
    both('Then the server’s FIN ends the other direction.', '然后服务器的 FIN 结束另一个方向。'),
  )

  function answer(to: StreamSocket): void {
    to.write(new Uint8Array(LATE_BYTES))
    stage.world.at(stage.world.now / 1e6 + 0.1, () => to.close())
  }
}

/** `patience`: seconds that the server's application takes to close after it has seen the client's end. */
export function playThree(stage: Stage, patience = 0): void {
  const { client, server } = stage.pair()
  stage.serve(server, (socket) => {
    socket.onevent = (events) => {
      if (events & READABLE && readText(socket) !== '') socket.write(bytesOf('answer'))
      if (events & ENDED) stage.world.at(stage.world.now / 1e6 + patience, () => socket.close())
    }
  })
  const socket = stage.connect(client, server)
  socket.onevent = () => readText(socket)
  stage.run(1)
  // An exchange of short messages makes the server delay its acknowledgments, for its answers to carry them.
  socket.write(bytesOf('question'))
  stage.run(1)
  const left = new HostLog(stage, client)
  const right = new HostLog(stage, server)
  socket.close()
  stage.run(1)
  stage.check(
    left.sent.map(({ kind }) => kind).join(' ') === 'FIN,ACK ACK' &&
      right.sent.map(({ kind }) => kind).join() === 'FIN,ACK',
    both('Three segments: FIN; FIN and ACK together; ACK.', '三个报文段：FIN；FIN 与 ACK 合并；ACK。'),
  )
  stage.check(
    left.path === 'FIN-WAIT-1 > TIME-WAIT',
    both('The client goes from FIN-WAIT-1 straight to TIME-WAIT.', '客户端从 FIN-WAIT-1 直接进入 TIME-WAIT。'),
  )
  stage.check(
    right.path === 'CLOSE-WAIT > LAST-ACK > CLOSED',
    both('The server passes through the same states as before.', '服务器经过的状态与之前相同。'),
  )
}
