import { ENDED, type StreamSocket } from '../socket/stream-socket.ts'
import { both } from './bilingual.ts'
import { HostLog } from './host-log.ts'
import { bytesOf, readText } from './message.ts'
import type { Scenario } from './scenario.ts'
import { PORT, type Stage } from './stage.ts'

const CLIENT_PORT = 40_000

/** Question 12. */
export const simultaneous: Scenario = {
  name: 'simultaneous',
  number: 12,
  title: both('Both at the same time', '双方同时'),
  question: both('What if both sides open, or close, at the same time?', '如果双方同时打开或同时关闭连接，会怎样？'),
  explanation: both(
    'TCP has no client and no server, only two ends. When two SYNs cross, each side goes from SYN-SENT to SYN-RECEIVED, acknowledges the other’s SYN by sending its own again with an ACK, and one connection comes about. ' +
      'When two FINs cross, each side goes from FIN-WAIT-1 to CLOSING, for the FIN that has come does not acknowledge its own; the ACK leads on to TIME-WAIT, here on both sides. ' +
      'A FIN that does acknowledge one’s own leads from FIN-WAIT-1 straight to TIME-WAIT.',
    'TCP 并没有客户端和服务器之分，只有两端。两个 SYN 交错时，双方都从 SYN-SENT 进入 SYN-RECEIVED，各自用带 ACK 的 SYN 确认对方的 SYN，建立起一个连接。' +
      '两个 FIN 交错时，双方都从 FIN-WAIT-1 进入 CLOSING，因为收到的 FIN 没有确认自己的 FIN；随后的 ACK 使双方都进入 TIME-WAIT。' +
      '如果收到的 FIN 同时确认了自己的 FIN，就从 FIN-WAIT-1 直接进入 TIME-WAIT。',
  ),
  lookAt: both(
    'The arrows that cross, and the states that are the same on both sides.',
    '交错的箭头，以及双方相同的状态。',
  ),
  parts: [
    { title: both('Simultaneous open', '同时打开'), play: (stage) => playOpen(stage) },
    { title: both('Simultaneous close: CLOSING', '同时关闭：CLOSING'), play: (stage) => playClose(stage) },
    { title: both('FIN and ACK together', 'FIN 与 ACK 合并'), play: (stage) => playTogether(stage) },
  ],
}

/** `later`: seconds after the client that the server opens. */
export function playOpen(stage: Stage, later = 0): void {
  const { client, server } = stage.pair()
  const left = new HostLog(stage, client)
  const right = new HostLog(stage, server)
  const one = stage.connect(client, server, { localPort: CLIENT_PORT })
  stage.run(later)
  const other = stage.connect(server, client, { port: CLIENT_PORT, localPort: PORT })
  stage.run(1)
  const path = 'SYN-SENT > SYN-RECEIVED > ESTABLISHED'
  stage.check(
    left.path === path && right.path === path,
    both('Both: SYN-SENT, SYN-RECEIVED, ESTABLISHED.', '双方：SYN-SENT、SYN-RECEIVED、ESTABLISHED。'),
  )
  const kinds = (log: HostLog) => log.sent.map(({ kind }) => kind).join(' ')
  stage.check(
    kinds(left) === 'SYN SYN,ACK ACK' && kinds(right) === 'SYN SYN,ACK ACK',
    both(
      'SYN and SYN,ACK from each open it; an ACK from each says that the SYN came twice (SACK 0:1).',
      '双方各发一个 SYN 和一个 SYN,ACK，连接就建立了；随后双方各用一个 ACK 报告 SYN 到达了两次（SACK 0:1）。',
    ),
  )
  stage.check(
    client.host.connections().length === 1 && server.host.connections().length === 1,
    both('One connection, not two.', '一个连接，不是两个。'),
  )
  stage.check(talk(stage, one, other), both('It carries data both ways.', '它在两个方向上都能传输数据。'))
}

/** Whether what each writes reaches the other. */
function talk(stage: Stage, one: StreamSocket, other: StreamSocket): boolean {
  if (one.writable === 0 || other.writable === 0) return false
  one.write(bytesOf('ping'))
  stage.run(0.1)
  other.write(bytesOf('pong'))
  stage.run(0.1)
  return readText(other) === 'ping' && readText(one) === 'pong'
}

/** `later`: seconds after the client that the server closes. */
export function playClose(stage: Stage, later = 0): void {
  const { client, server } = stage.pair()
  stage.serve(server, (socket) => {
    stage.world.at(1 + later, () => socket.close())
  })
  const socket = stage.connect(client, server)
  stage.run(0.5)
  const left = new HostLog(stage, client)
  const right = new HostLog(stage, server)
  stage.world.at(1, () => socket.close())
  stage.run(2)
  const path = 'FIN-WAIT-1 > CLOSING > TIME-WAIT'
  stage.check(
    left.path === path && right.path === path,
    both('Both: FIN-WAIT-1, CLOSING, TIME-WAIT.', '双方：FIN-WAIT-1、CLOSING、TIME-WAIT。'),
  )
  const kinds = (log: HostLog) => log.sent.map(({ kind }) => kind).join(' ')
  stage.check(
    kinds(left) === 'FIN,ACK ACK' && kinds(right) === 'FIN,ACK ACK',
    both('Each sends one FIN and one ACK.', '双方各发一个 FIN 和一个 ACK。'),
  )
  stage.check(
    client.host.stats().TcpExtTW === 1 && server.host.stats().TcpExtTW === 1,
    both('Both sides wait in TIME-WAIT.', '双方都在 TIME-WAIT 中等待。'),
  )
}

/** `interactive`: the server has just answered a question, so that it delays its acknowledgments. */
export function playTogether(stage: Stage, interactive = true): void {
  const { client, server } = stage.pair()
  stage.serve(server, (socket) => {
    socket.onevent = (events) => {
      if (readText(socket) !== '') socket.write(bytesOf('answer'))
      if (events & ENDED) socket.close()
    }
  })
  const socket = stage.connect(client, server)
  socket.onevent = () => readText(socket)
  stage.run(0.5)
  if (interactive) socket.write(bytesOf('question'))
  stage.run(0.5)
  const left = new HostLog(stage, client)
  const right = new HostLog(stage, server)
  socket.close()
  stage.run(1)
  const fins = right.ofKind('FIN,ACK')
  const [fin] = left.ofKind('FIN,ACK')
  stage.check(
    right.sent.length === 1 && fins[0]?.ack === (fin?.seq ?? 0) + 1,
    both('The server’s FIN acknowledges the client’s.', '服务器的 FIN 同时确认了客户端的 FIN。'),
  )
  stage.check(
    left.path === 'FIN-WAIT-1 > TIME-WAIT',
    both('The client skips FIN-WAIT-2 and CLOSING.', '客户端跳过了 FIN-WAIT-2 和 CLOSING。'),
  )
}
