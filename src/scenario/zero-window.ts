import { type Aim, isBareAck, nth } from '../sim/aims.ts'
import type { SimHost } from '../sim/sim-host.ts'
import { both } from './bilingual.ts'
import type { Stage } from './stage.ts'

const SECOND = 1_000_000
/** Bytes to be sent: more than the server's buffer takes. */
const AMOUNT = 20_000
/** For so many seconds the server does not read. */
const PAUSE = 10
const UNANSWERED = both(
  'This probe gets no answer: such segments are answered once in 500 ms only (tcp_invalid_ratelimit in Linux).',
  '这次探测没有得到应答：对这类报文段，每 500 毫秒最多应答一次（Linux 的 tcp_invalid_ratelimit）。',
)

/** Says so if the server does not answer what is on its way to it. */
function remarkUnanswered(stage: Stage, server: SimHost): void {
  const skipped = () => server.host.stats().TcpExtTCPACKSkippedSeq ?? 0
  const before = skipped()
  stage.world.at(stage.world.now / SECOND + 0.05, () => {
    if (skipped() > before) stage.remark(UNANSWERED)
  })
}

/** A server does not read for a while, and its word that it reads again is lost. `reads`: it reads from the first; `probesPass`: probes get there. */
export function playZeroWindow(stage: Stage, { reads = false, probesPass = true } = {}): void {
  const { client, server, link } = stage.pair({ server: { config: { tcp_rmem: [4096, 8192, 8192] } } })
  let got = 0
  const into = new Uint8Array(AMOUNT)
  let begin = () => {}
  stage.serve(server, (accepted) => {
    const read = () => {
      for (let count = accepted.read(into); count > 0; count = accepted.read(into)) got += count
    }
    begin = () => {
      accepted.onevent = read
      read()
    }
    if (reads) begin()
  })
  const socket = stage.connect(client, server)
  stage.run(0.05)
  const probes: number[] = []
  const asked = link.fault({
    way: 'forth',
    aim: (packet) => isBareAck(packet) && client.host.connections()[0]?.timer?.name === 'persist',
    effect: (packet) => {
      probes.push(stage.world.now / SECOND)
      remarkUnanswered(stage, server)
      return probesPass ? [packet] : []
    },
  })
  socket.write(new Uint8Array(AMOUNT))
  stage.run(PAUSE)
  const timer = client.host.connections()[0]?.timer
  stage.check(
    socket.unacknowledged > 0 && timer?.name === 'persist',
    both(
      'The window is shut; the client has more to send, and its persist timer runs.',
      '窗口关闭；客户端还有数据要发，持续定时器在运行。',
    ),
  )
  const gaps = probes.slice(1).map((at, i) => at - (probes[i] ?? 0))
  const doubling = gaps.slice(1).every((gap, i) => Math.abs(gap / (gaps[i] ?? 1) - 2) < 0.1)
  stage.figure(both('Seconds between probes', '探测间隔（秒）'), gaps.map((gap) => gap.toFixed(2)).join(', '))
  stage.check(
    gaps.length >= 3 && doubling,
    both('Probes go out, each after twice the wait.', '探测陆续发出，间隔逐次加倍。'),
  )
  const opens: Aim = (packet) => isBareAck(packet) && (packet.tcp?.window ?? 0) > 0
  const update = link.fault({ way: 'back', aim: nth(1, opens) })
  stage.remark(both('The server reads again; its window update gets lost.', '服务器恢复读取；它的窗口更新丢失了。'))
  const probesBefore = asked.hits
  begin()
  stage.run(2 * PAUSE)
  stage.check(
    update.hits === 1 && probesBefore < asked.hits,
    both('The update was lost, and the client asked once more.', '窗口更新确实丢失了，客户端又探测了一次。'),
  )
  stage.check(
    got === AMOUNT,
    both(
      'The next probe finds the window open, and every byte arrives.',
      '下一次探测发现窗口已打开，所有字节都到达了。',
    ),
  )
}
