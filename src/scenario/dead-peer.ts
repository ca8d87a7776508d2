import { isBareAck } from '../sim/aims.ts'
import type { SimHost } from '../sim/sim-host.ts'
import type { StreamSocket } from '../socket/stream-socket.ts'
import { both } from './bilingual.ts'
import type { Scenario } from './scenario.ts'
import type { Stage } from './stage.ts'

const SECOND = 1_000_000
const HOUR = 3600
const DAY = 24 * HOUR
/** tcp_keepalive_time, tcp_keepalive_intvl, tcp_keepalive_probes: seconds, seconds, probes. */
const KEEPALIVE = { idle: 7200, interval: 75, probes: 10 } as const
/** Seconds of TCP_USER_TIMEOUT. */
const USER_TIMEOUT = 30
/** Between these Linux gives up data that nobody acknowledges: tcp_retries2 15, some 924.6 s. */
const RETRIES2 = { least: 850, most: 1000 } as const

/** Question 16. */
export const deadPeer: Scenario = {
  name: 'dead-peer',
  number: 16,
  title: both('The peer dies without a word', '对端无声无息地消失'),
  question: both(
    'The peer’s power fails, so that neither FIN nor RST comes. How, and when, does the other side learn of it?',
    '对端断电，既没有 FIN 也没有 RST。另一端如何得知，何时得知？',
  ),
  explanation: both(
    'A connection is only what two ends remember: one that waits to read sends nothing and so learns nothing, for ever. ' +
      'Keepalive asks: a probe after two hours of silence, then one every 75 seconds, and 75 seconds after the tenth it gives up, 7950 seconds after the last word (Linux itself stops at nine). ' +
      'Who has data under way learns by retransmission: about a quarter of an hour by tcp_retries2, or when TCP_USER_TIMEOUT has passed. ' +
      'A peer that has booted again knows no such connection and answers the first segment with RST; who sends none does not hear it.',
    '连接只是两端各自的记忆：只等待读取的一端什么都不发送，因此永远什么都不知道。' +
      '保活机制会主动询问：静默两小时后发出一次探测，之后每 75 秒一次，第十次探测之后再过 75 秒放弃，即最后一次通信后 7950 秒（Linux 自身只探测九次）。' +
      '有数据在途的一端通过重传得知：按 tcp_retries2 约一刻钟，或者到 TCP_USER_TIMEOUT 为止。' +
      '重新启动的对端不认识这个连接，用 RST 应答收到的第一个报文段；什么都不发送的一端则听不到它。',
  ),
  lookAt: both(
    'The client’s state: ESTABLISHED long after the server is gone, until something is sent that has no answer, or the wrong one.',
    '客户端的状态：服务器消失之后很久仍是 ESTABLISHED，直到它发出的报文段得不到应答，或得到 RST。',
  ),
  parts: [
    { title: both('Nothing, for ever', '什么都不会发生'), play: (stage) => playSilence(stage) },
    { title: both('Keepalive', '保活'), play: (stage) => playKeepalive(stage) },
    { title: both('Data under way: tcp_retries2', '数据在途：tcp_retries2'), play: (stage) => playRetries(stage) },
    { title: both('User timeout', '用户超时'), play: (stage) => playUserTimeout(stage) },
    { title: both('It boots again and answers RST', '对端重启，用 RST 应答'), play: (stage) => playReboot(stage) },
  ],
}

interface Talk {
  readonly client: SimHost
  readonly server: SimHost
  readonly socket: StreamSocket
  /** When the client has sent segments without data since, in seconds of the world. */
  readonly probes: number[]
}

/** A connection over which a request and its answer went; at 1 s the server dies, if it does. */
function talkThenDie(stage: Stage, dies: boolean): Talk {
  const { client, server, link } = stage.pair()
  stage.serve(server, answerWithAsMuch)
  const socket = stage.connect(client, server)
  stage.run(0.1)
  socket.write(new Uint8Array(10))
  stage.run(0.9)
  socket.read(new Uint8Array(100))
  if (dies) {
    server.crash()
    stage.remark(both('The server’s power fails.', '服务器断电。'))
  }
  const probes: number[] = []
  link.fault({
    way: 'forth',
    aim: isBareAck,
    effect: (packet) => {
      probes.push(stage.world.now / SECOND)
      return [packet]
    },
  })
  return { client, server, socket, probes }
}

function answerWithAsMuch(socket: StreamSocket): void {
  socket.onevent = () => {
    const count = socket.read(new Uint8Array(100))
    if (count > 0) socket.write(new Uint8Array(count))
  }
}

/** Lets time pass until the client has given up, at most so many seconds; how many have passed. */
function untilClosed(stage: Stage, socket: StreamSocket, seconds: number): number {
  const from = stage.world.now
  stage.world.runUntil(() => socket.state === 'CLOSED', seconds)
  const passed = (stage.world.now - from) / SECOND
  const error = socket.error === '' ? '-' : socket.error
  stage.figure(
    both('The client’s error, and after how long', '客户端的错误，以及经过的时间'),
    `${error}, ${passed.toFixed(2)} s`,
  )
  return passed
}

/** The client waits to read, and that is all. */
export function playSilence(stage: Stage, { keepAlive = 0, writes = false } = {}): void {
  const { socket } = talkThenDie(stage, true)
  socket.setOption('SO_KEEPALIVE', keepAlive)
  const before = stage.world.trace.sentPackets
  if (writes) socket.write(new Uint8Array(10))
  stage.run(DAY)
  stage.remark(both('A day later.', '一天之后。'))
  stage.check(
    socket.state === 'ESTABLISHED' && socket.error === '',
    both(
      'A day later the client is still ESTABLISHED, and knows of no error.',
      '一天之后，客户端仍处于 ESTABLISHED，不知道任何错误。',
    ),
  )
  stage.check(
    stage.world.trace.sentPackets === before,
    both('Not one segment was sent in that day.', '这一天里一个报文段都没有发送。'),
  )
}

/** The client waits to read, with SO_KEEPALIVE. */
export function playKeepalive(stage: Stage, { keepAlive = 1, dies = true } = {}): void {
  const { socket, probes } = talkThenDie(stage, dies)
  socket.setOption('SO_KEEPALIVE', keepAlive)
  const passed = untilClosed(stage, socket, DAY)
  const [first = 0] = probes
  stage.figure(both('Probes', '探测次数'), probes.length)
  stage.check(
    first >= KEEPALIVE.idle && first < KEEPALIVE.idle + 1,
    both('The first probe goes out two hours after the last word.', '最后一次通信两小时后发出第一次探测。'),
  )
  const steady = probes.every((at, i) => Math.abs(at - first - i * KEEPALIVE.interval) < 0.1)
  stage.check(
    steady && probes.length === KEEPALIVE.probes,
    both('Ten probes go out, 75 s apart.', '共发出十次探测，相隔 75 秒。'),
  )
  const total = KEEPALIVE.idle + KEEPALIVE.probes * KEEPALIVE.interval
  stage.check(
    socket.error === 'ETIMEDOUT' && Math.abs(passed - total) < 1.5,
    both('75 s after the tenth the client fails with ETIMEDOUT.', '第十次之后 75 秒，客户端以 ETIMEDOUT 失败。'),
  )
}

/** The client has something to send, and retransmits it. */
export function playRetries(stage: Stage, { dies = true } = {}): void {
  const { socket } = talkThenDie(stage, dies)
  socket.write(new Uint8Array(10))
  const passed = untilClosed(stage, socket, DAY)
  stage.check(
    socket.error === 'ETIMEDOUT' && passed > RETRIES2.least && passed < RETRIES2.most,
    both(
      'After about a quarter of an hour of retransmissions it fails with ETIMEDOUT.',
      '重传约一刻钟之后，以 ETIMEDOUT 失败。',
    ),
  )
  const { tcpi_total_retrans: again } = socket.tcpInfo()
  stage.figure(both('Retransmissions', '重传次数'), again)
  stage.check(again >= 15, both('The data went out again at least 15 times.', '数据至少重传了 15 次。'))
}

/** The same with TCP_USER_TIMEOUT. */
export function playUserTimeout(stage: Stage, { seconds = USER_TIMEOUT } = {}): void {
  const { socket } = talkThenDie(stage, true)
  socket.setOption('TCP_USER_TIMEOUT', seconds * 1000)
  socket.write(new Uint8Array(10))
  const passed = untilClosed(stage, socket, DAY)
  stage.check(
    socket.error === 'ETIMEDOUT' && Math.abs(passed - USER_TIMEOUT) < 2,
    both(
      'Half a minute after the data was sent the client fails with ETIMEDOUT.',
      '数据发出半分钟后，客户端以 ETIMEDOUT 失败。',
    ),
  )
}

/** The server comes up again, and remembers nothing. */
export function playReboot(stage: Stage, { reboots = true, keepAlive = 0 } = {}): void {
  const { server, socket } = talkThenDie(stage, true)
  socket.setOption('TCP_KEEPIDLE', HOUR / 2)
  socket.setOption('SO_KEEPALIVE', keepAlive)
  stage.run(60)
  if (reboots) {
    server.reboot()
    stage.serve(server, answerWithAsMuch)
    stage.remark(both('The server is up again, its program listens.', '服务器重新启动，程序又在监听。'))
  }
  stage.run(HOUR)
  stage.check(
    socket.state === 'ESTABLISHED',
    both('An hour later the client, which was silent, knows nothing of it.', '一小时后，一直沉默的客户端仍毫不知情。'),
  )
  if (socket.error === '') socket.write(new Uint8Array(10))
  stage.remark(both('The client writes again.', '客户端再次写入。'))
  const passed = untilClosed(stage, socket, 1)
  stage.check(
    socket.error === 'ECONNRESET' && passed < 0.1,
    both('The answer is RST: ECONNRESET after one round trip.', '应答是 RST：一个往返之后得到 ECONNRESET。'),
  )
  stage.check(server.host.stats().TcpOutRsts === 1, both('The server sent that RST.', '这个 RST 由服务器发出。'))
}
