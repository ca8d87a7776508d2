import { ENDED, READABLE, type StreamSocket } from '../socket/stream-socket.ts'
import { both } from './bilingual.ts'
import { HostLog } from './host-log.ts'
import { bytesOf, readText } from './message.ts'
import type { Scenario } from './scenario.ts'
import type { Stage } from './stage.ts'

const FILE = 5000
/** A server with so little memory for what it receives that data has to wait at the client. */
const NARROW = { config: { tcp_rmem: [4096, 4096, 4096] } } as const

/** Question 10. */
export const dataAtClose: Scenario = {
  name: 'data-at-close',
  number: 10,
  title: both('Data at the close', '关闭时的数据'),
  question: both(
    'What becomes of data that was not yet sent, or not yet read, when a connection is closed?',
    '关闭连接时，尚未发送或尚未读取的数据会怎样？',
  ),
  explanation: both(
    'Close means “I have no more to say”: what was written before is still sent, and again if it is lost, and the FIN comes after the last byte, though the application is long gone. ' +
      'Close with received data unread is different: those bytes will never be read, and a FIN would make their sender believe that all went well, so a RST tells the truth (RFC 2525, 2.17). ' +
      'An abort (SO_LINGER of 0 seconds) throws away what is unsent and sends RST; nobody goes into TIME-WAIT. ' +
      'Whoever receives RST gets an error (ECONNRESET) and cannot know how much has arrived.',
    '关闭的意思是“我的数据发完了”：此前写入的数据仍会发送，丢失了还会重传，FIN 排在最后一个字节之后，即使应用程序早已退出。' +
      '接收缓冲区里还有未读数据时关闭则不同：这些字节永远不会被读取，而 FIN 会让发送方以为一切顺利，所以用 RST 说明真相（RFC 2525，2.17）。' +
      '异常终止（SO_LINGER 为 0 秒）丢弃尚未发送的数据并发送 RST，双方都不进入 TIME-WAIT。' +
      '收到 RST 的一方得到错误 ECONNRESET，无法知道有多少数据已经到达。',
  ),
  lookAt: both(
    'Where the FIN stands in the first ladder; RST in its place in the two others.',
    '第一幅图中 FIN 的位置；另外两幅图中 RST 代替了它。',
  ),
  parts: [
    { title: both('Unsent data: it is sent first', '未发送的数据：先发完'), play: (stage) => playUnsent(stage) },
    { title: both('Unread data: RST', '未读取的数据：RST'), play: (stage) => playUnread(stage) },
    { title: both('Abort: what is unsent is lost', '异常终止：未发送的数据丢失'), play: (stage) => playAbort(stage) },
  ],
}

/** A server that reads all it gets, and closes when the client has ended. */
class Reader {
  text = ''
  ended = false
  error = ''

  serve(socket: StreamSocket): void {
    socket.onevent = (events) => {
      if (events & READABLE) this.text += readText(socket)
      if (socket.error !== '') this.error = socket.error
      else if (events & ENDED) {
        this.ended = true
        socket.close()
      }
    }
  }
}

/** `end`: how the client ends after it has written. */
export function playUnsent(stage: Stage, end: (socket: StreamSocket) => void = (socket) => socket.close()): void {
  const reader = new Reader()
  const { client, server, link } = stage.pair({ server: NARROW })
  stage.serve(server, (socket) => reader.serve(socket))
  const socket = stage.connect(client, server)
  stage.run(1)
  const left = new HostLog(stage, client)
  let data = 0
  const fault = link.fault({ way: 'forth', aim: ({ tcp }) => tcp !== null && tcp.payloadLength > 0 && ++data === 2 })
  socket.write(new Uint8Array(FILE))
  end(socket)
  const unsent = socket.unacknowledged
  stage.run(2)
  stage.check(
    unsent === FILE && left.states[0] === 'FIN-WAIT-1',
    both(
      'The application closes when nothing has been acknowledged yet, and is gone.',
      '应用程序关闭时还没有任何数据得到确认，随后它就退出了。',
    ),
  )
  stage.check(
    reader.text.length === FILE && fault.hits === 1,
    both('All 5,000 bytes arrive, even the segment that was lost.', '5000 字节全部到达，丢失的报文段也不例外。'),
  )
  const [fin] = left.sent.filter(({ kind }) => kind === 'FIN,ACK')
  const [first] = left.sent.filter(({ length }) => length > 0)
  stage.check(
    fin !== undefined && first !== undefined && fin.seq + fin.length === first.seq + FILE && reader.ended,
    both(
      'The FIN stands after the last byte, and the server sees the end only then.',
      'FIN 排在最后一个字节之后，服务器此时才看到结束。',
    ),
  )
}

/** `read`: the client reads before it closes; `news`: what the server sends. */
export function playUnread(stage: Stage, read = false, news = 'news that nobody reads'): void {
  const { client, server } = stage.pair()
  let error = ''
  stage.serve(server, (socket) => {
    socket.write(bytesOf(news))
    socket.onevent = () => {
      error = socket.error
    }
  })
  const socket = stage.connect(client, server)
  stage.run(1)
  const left = new HostLog(stage, client)
  stage.check(socket.readable === 22, both('22 bytes wait to be read.', '有 22 字节等待读取。'))
  if (read) readText(socket)
  socket.close()
  stage.run(1)
  stage.check(
    left.sent.map(({ kind }) => kind).join() === 'RST,ACK' && left.path === 'CLOSED',
    both('The client sends RST, not FIN, and is CLOSED at once.', '客户端发送 RST 而不是 FIN，并立即进入 CLOSED。'),
  )
  stage.check(
    error === 'ECONNRESET',
    both('The server learns that its data was not read: ECONNRESET.', '服务器得知自己的数据没有被读取：ECONNRESET。'),
  )
  stage.check(
    client.host.stats().TcpExtTCPAbortOnClose === 1,
    both('nstat counts it: TcpExtTCPAbortOnClose 1.', 'nstat 有记录：TcpExtTCPAbortOnClose 为 1。'),
  )
}

/** `linger`: seconds of SO_LINGER, null = off. */
export function playAbort(stage: Stage, linger: number | null = 0): void {
  const reader = new Reader()
  const { client, server } = stage.pair({ server: NARROW })
  stage.serve(server, (socket) => reader.serve(socket))
  const socket = stage.connect(client, server)
  stage.run(1)
  const left = new HostLog(stage, client)
  socket.setLinger(linger)
  socket.write(new Uint8Array(FILE))
  stage.run(0.001)
  socket.close()
  stage.run(1)
  const sent = left.sent.reduce((sum, { length }) => sum + length, 0)
  stage.figure(both('Bytes written', '写入的字节数'), FILE)
  stage.figure(both('Bytes sent before the abort', '终止前发送的字节数'), sent)
  stage.check(
    sent < FILE && reader.text.length < FILE,
    both('What was not yet sent is thrown away.', '尚未发送的数据被丢弃。'),
  )
  stage.check(
    left.ofKind('RST,ACK').length === 1 && left.path === 'CLOSED',
    both('RST, and CLOSED at once: no TIME-WAIT.', 'RST，立即 CLOSED：没有 TIME-WAIT。'),
  )
  stage.check(
    reader.error === 'ECONNRESET' && !reader.ended,
    both(
      'The server sees an error and no end: the file is known to be incomplete.',
      '服务器看到的是错误而不是结束：它知道文件不完整。',
    ),
  )
}
