import { ENDED, type StreamSocket } from '../socket/stream-socket.ts'
import type { Warning } from '../stack/warning.ts'
import { type Bilingual, both } from './bilingual.ts'
import { HostLog } from './host-log.ts'
import { bytesOf } from './message.ts'
import type { Scenario } from './scenario.ts'
import type { Stage } from './stage.ts'

const DAY = 86_400
const LEAKS = 3
const MINUTE = 60

/** Question 13. */
export const stuckClose: Scenario = {
  name: 'stuck-close',
  number: 13,
  title: both('Closes that get stuck: FIN-WAIT-2 and CLOSE-WAIT', '卡住的关闭：FIN-WAIT-2 与 CLOSE-WAIT'),
  question: both('What if one side closes and the other never does?', '如果一方关闭了，而另一方始终不关闭，会怎样？'),
  explanation: both(
    'The side that has closed waits in FIN-WAIT-2 for the other’s FIN, and the protocol sets no limit: half-close may last for days, as long as an application still holds the socket. ' +
      'When none does any more, nobody can read what might come, so the host gives up after tcp_fin_timeout seconds; what comes later is answered by RST. ' +
      'The other side sits in CLOSE-WAIT, for which there is no timer at all: TCP has told the application of the end (read returns 0), and only the application can close. ' +
      'Many connections in CLOSE-WAIT are therefore always a bug of the local application, never of the network or of the peer; this host warns of each after close_wait_warning seconds.',
    '已经关闭的一方在 FIN-WAIT-2 中等待对方的 FIN，协议没有规定期限：只要还有应用程序持有套接字，半关闭可以持续好几天。' +
      '当没有应用程序持有它时，即使再来数据也没有人能读，所以主机在 tcp_fin_timeout 秒之后放弃；此后到来的报文段得到 RST。' +
      '另一方停在 CLOSE-WAIT，这个状态没有任何定时器：TCP 已经把结束告诉了应用程序（read 返回 0），只有应用程序能够关闭。' +
      '因此大量 CLOSE-WAIT 总是本机应用程序的缺陷，而不是网络或对方的问题；本主机在 close_wait_warning 秒之后对每个这样的连接发出警告。',
  ),
  lookAt: both(
    'How long nothing happens; what the server’s late data meets in the second ladder; the warnings in the third.',
    '长时间什么都不发生；第二幅图中服务器迟到的数据遇到了什么；第三部分中的警告。',
  ),
  parts: [
    { title: both('FIN-WAIT-2 for ever', '永远的 FIN-WAIT-2'), play: (stage) => playForEver(stage) },
    {
      title: both('Nobody holds it: tcp_fin_timeout', '无人持有：tcp_fin_timeout'),
      play: (stage) => playTimeout(stage),
    },
    {
      title: both('CLOSE-WAIT leaked by an application', '应用程序泄漏的 CLOSE-WAIT'),
      play: (stage) => playLeak(stage),
    },
  ],
}

/** A client that is connected to a server whose application does nothing when it sees the end. */
function idle(stage: Stage, finTimeout: number) {
  const { client, server } = stage.pair({ client: { config: { tcp_fin_timeout: finTimeout } } })
  const accepted: StreamSocket[] = []
  stage.serve(server, (socket) => accepted.push(socket))
  const socket = stage.connect(client, server)
  stage.run(1)
  return { client, server, socket, accepted }
}

/** `end`: how the client says that it will send no more. */
export function playForEver(
  stage: Stage,
  end: (socket: StreamSocket) => void = (socket) => socket.shutdown('write'),
): void {
  const { client, server, socket, accepted } = idle(stage, MINUTE)
  const log = new HostLog(stage, client)
  end(socket)
  stage.run(DAY)
  stage.check(
    log.path === 'FIN-WAIT-1 > FIN-WAIT-2' && server.host.connections()[1]?.state === 'CLOSE-WAIT',
    both(
      'A day later: FIN-WAIT-2 on one side, CLOSE-WAIT on the other.',
      '一天之后：一边是 FIN-WAIT-2，另一边是 CLOSE-WAIT。',
    ),
  )
  stage.check(
    log.sent.length === 1,
    both('Nothing was sent in all that time but the FIN.', '这段时间里除了 FIN 什么都没有发送。'),
  )
  accepted[0]?.close()
  stage.run(1)
  stage.check(
    log.path === 'FIN-WAIT-1 > FIN-WAIT-2 > TIME-WAIT',
    both('When the server closes at last, all goes its usual way.', '服务器最终关闭时，一切照常进行。'),
  )
}

/** `end`: how the client ends; `finTimeout`: tcp_fin_timeout, seconds. */
export function playTimeout(
  stage: Stage,
  end: (socket: StreamSocket) => void = (socket) => socket.close(),
  finTimeout = 20,
): void {
  const { client, socket, accepted } = idle(stage, finTimeout)
  const log = new HostLog(stage, client)
  end(socket)
  stage.run(19.9)
  stage.check(
    log.path === 'FIN-WAIT-1 > FIN-WAIT-2' && client.host.connections()[0]?.holder === 'nobody',
    both('In FIN-WAIT-2, held by nobody: an orphan.', '处于 FIN-WAIT-2，没有应用程序持有：孤儿连接。'),
  )
  stage.run(0.2)
  stage.check(
    log.path === 'FIN-WAIT-1 > FIN-WAIT-2 > CLOSED',
    both('Gone after tcp_fin_timeout, here 20 s, without a word.', '经过 tcp_fin_timeout（这里是 20 秒）悄然消失。'),
  )
  const [late] = accepted
  late?.write(bytesOf('too late'))
  stage.run(1)
  stage.check(
    log.ofKind('RST').length === 1 && late?.error === 'EPIPE',
    both(
      'The server’s late data is answered by RST; the error in CLOSE-WAIT is EPIPE.',
      '服务器迟到的数据得到 RST；在 CLOSE-WAIT 中错误是 EPIPE。',
    ),
  )
}

/** What the host says, in both languages. */
function warned({ message }: Warning): Bilingual {
  const [, local = '', remote = ''] = /(\S+) to (\S+)/.exec(message) ?? []
  const chinese = `连接 ${local} → ${remote} 停留在 CLOSE-WAIT 已有 600 秒：对端已经关闭，应用程序也必须关闭`
  return both(`The host warns: ${message}`, `主机警告：${chinese}`)
}

/** `forgets`: the server's application does not close when it sees the end. */
export function playLeak(stage: Stage, forgets = true): void {
  const { client, server } = stage.pair()
  const warnings: Warning[] = []
  server.host.onwarning = (warning) => {
    warnings.push(warning)
    stage.remark(warned(warning))
  }
  stage.serve(server, (socket) => {
    socket.onevent = (events) => {
      if (events & ENDED && !forgets) socket.close()
    }
  })
  for (let i = 0; i < LEAKS; i += 1) {
    const socket = stage.connect(client, server)
    stage.run(0.5)
    socket.close()
    stage.run(0.5)
  }
  const leaked = () => server.host.connections({ states: new Set(['CLOSE-WAIT']) }).length
  stage.run(5 * MINUTE)
  stage.check(
    leaked() === LEAKS && client.host.connections({ states: new Set(['FIN-WAIT-2', 'TIME-WAIT']) }).length === 0,
    both(
      'The clients have long gone; ss on the server shows 3 in CLOSE-WAIT.',
      '客户端早已离开；服务器上 ss 显示 3 个 CLOSE-WAIT。',
    ),
  )
  stage.run(6 * MINUTE)
  stage.check(
    warnings.length === LEAKS && warnings.every(({ code }) => code === 'CLOSE_WAIT'),
    both('After 600 s the host warns of each: CLOSE_WAIT.', '600 秒之后主机对每一个发出警告：CLOSE_WAIT。'),
  )
  stage.run(DAY)
  stage.check(
    leaked() === LEAKS,
    both(
      'A day later they are still there: no timer ends CLOSE-WAIT.',
      '一天之后它们还在：没有定时器会结束 CLOSE-WAIT。',
    ),
  )
  stage.figure(both('In CLOSE-WAIT', '处于 CLOSE-WAIT'), leaked())
  stage.figure(both('Warnings', '警告'), server.host.stats().TcpExtCloseWaitForgotten ?? 0)
}
