import { isSynAck } from '../sim/aims.ts'
import { both } from './bilingual.ts'
import type { Scenario } from './scenario.ts'
import type { Stage } from './stage.ts'

const SECOND = 1_000_000

/** When a SYN,ACK goes out, in seconds after the first: the wait doubles each time. */
const TIMES = [0, 1, 3, 7, 15, 31, 63] as const

/** Question 17. */
export const halfOpen: Scenario = {
  name: 'half-open',
  number: 17,
  title: both('The client that never sends the third ACK', '从不发送第三个 ACK 的客户端'),
  question: both(
    'The server has answered a SYN, and nothing comes back. What does it hold, who can see it, and when does it let go?',
    '服务器应答了 SYN，却再也没有回音。它保留了什么？谁能看到？何时放弃？',
  ),
  explanation: both(
    'The half-open connection stands in the SYN queue of the listener, in SYN-RECEIVED, which ss shows as SYN-RECV. The application knows nothing of it: accept has nothing to give. ' +
      'The server sends its SYN,ACK again after 1, 3, 7, 15 and 31 seconds (tcp_synack_retries 5), waits once more and forgets the attempt 63 seconds after the SYN. ' +
      'Nobody is told: no RST, no error. With fewer retries the place is free earlier, which is what one wants under a flood.',
    '半开连接停留在监听套接字的 SYN 队列里，处于 SYN-RECEIVED，ss 显示为 SYN-RECV。应用程序对此一无所知：accept 取不到任何连接。' +
      '服务器在第 1、3、7、15、31 秒重传 SYN,ACK（tcp_synack_retries 为 5），再等最后一次，于收到 SYN 之后 63 秒放弃。' +
      '不通知任何人：没有 RST，也没有错误。重试次数越少，位置空出得越早，这正是遭受洪泛时所需要的。',
  ),
  lookAt: both(
    'One SYN, six SYN,ACKs at doubling distances; then the server’s half-open connection is CLOSED without a word.',
    '一个 SYN，六个间隔逐次加倍的 SYN,ACK；随后服务器的半开连接悄无声息地变为 CLOSED。',
  ),
  parts: [
    {
      title: both('Five retries, as Linux has it: a minute', 'Linux 默认重试五次：约一分钟'),
      play: (stage) => playHalfOpen(stage, { retries: 5, clientDies: true }),
    },
    {
      title: both('tcp_synack_retries 1: three seconds', 'tcp_synack_retries 为 1：三秒'),
      play: (stage) => playHalfOpen(stage, { retries: 1, clientDies: true }),
    },
  ],
}

export interface HalfOpenOptions {
  /** What the play says tcp_synack_retries is. */
  readonly retries: number
  /** What it is; `retries` if not given. */
  readonly setting?: number
  readonly clientDies: boolean
}

/** A client sends a SYN and is gone; the server waits for it. */
export function playHalfOpen(stage: Stage, { retries, setting = retries, clientDies }: HalfOpenOptions): void {
  const { client, server, link } = stage.pair({ server: { config: { tcp_synack_retries: setting } } })
  let accepted = 0
  const answers: number[] = []
  link.fault({
    way: 'back',
    aim: isSynAck,
    effect: (packet) => {
      answers.push(stage.world.now)
      return [packet]
    },
  })
  stage.serve(server, () => {
    accepted += 1
  })
  stage.connect(client, server)
  stage.run(0.005)
  if (clientDies) client.crash()
  stage.remark(both('The client is gone; its SYN is on the way.', '客户端已经消失，它的 SYN 还在途中。'))
  stage.run(0.495)
  const held = server.host.connections().find((each) => each.state === 'SYN-RECV')
  const timer = `timer:(${held?.timer?.name},${Math.round((held?.timer?.left ?? 0) / 1000)}ms,${held?.timer?.retransmissions})`
  const line = `${held?.state} ${held?.recvQ} ${held?.sendQ} ${held?.local}:${held?.localPort} ${held?.peer}:${held?.peerPort} ${timer}`
  stage.figure(both('As ss -o shows it', 'ss -o 的显示'), line)
  stage.check(
    held?.holder === 'listener' && held.peer === client.address() && held.timer?.name === 'on',
    both(
      'ss shows SYN-RECV with a running timer; the listener holds it.',
      'ss 显示 SYN-RECV，定时器在运行，由监听套接字持有。',
    ),
  )
  const end = TIMES[retries + 1] ?? 0
  stage.run(end - 1)
  const kept = server.host.connections().some((each) => each.state === 'SYN-RECV')
  stage.check(kept, both('It is still there half a second before the end.', '到期前半秒，它仍在。'))
  const gone = stage.world.runUntil(() => server.host.connections().every(({ state }) => state === 'LISTEN'), 1)
  stage.remark(both('Given up: nobody is told.', '放弃，不通知任何人。'))
  stage.check(gone, both(`After ${end} s it is gone; the listener remains.`, `${end} 秒后它消失了，监听套接字仍在。`))
  const first = answers[0] ?? 0
  const seconds = answers.map((at) => Math.round((at - first) / SECOND))
  const expected = TIMES.slice(0, retries + 1)
  stage.figure(both('SYN,ACKs sent, at seconds', '发送 SYN,ACK 的时刻（秒）'), seconds.join(', '))
  stage.check(
    seconds.join() === expected.join(),
    both('The wait between two SYN,ACKs doubles each time.', '相邻两个 SYN,ACK 的间隔逐次加倍。'),
  )
  stage.check(accepted === 0, both('The application never heard of it.', '应用程序自始至终不知道它。'))
}
