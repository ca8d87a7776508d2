import { type Aim, forge, hasData, isSynAck } from '../sim/index.ts'
import { add } from '../wire/seq.ts'
import { ACK, PSH, SYN } from '../wire/tcp.ts'
import { both } from './bilingual.ts'
import { HostLog } from './host-log.ts'
import { bytesOf, readText } from './message.ts'
import type { Scenario } from './scenario.ts'
import { PORT, type Stage } from './stage.ts'

/** What a predictable server adds for each connection, as 4.2BSD did. */
const STEP = 64_000
const FIRST = 1_000_000
const PREDICTABLE = [FIRST, FIRST + STEP]
const TRUSTED_PORT = 1023
const LOCAL_PORT = 40_000
const COMMAND = 'open the door'

/** Question 6. */
export const initialNumber: Scenario = {
  name: 'initial-number',
  number: 6,
  title: both('Why the initial sequence number is random', '初始序号为什么要随机'),
  question: both(
    'Why does a connection not simply begin at 0, or at the next number?',
    '连接的序号为什么不从 0 开始，或者简单地顺延？',
  ),
  explanation: both(
    'Whoever knows the number can speak for another. An attacker who sees none of the server’s answers opens one connection of his own to learn a number, then forges a SYN and a third ACK in the name of a host that the server trusts: if he can foresee the server’s number, the server believes him. ' +
      'With a number that he cannot foresee his ACK fits nothing, and is answered by RST. ' +
      'The number must also be new: if each incarnation of a connection began at the same one, a segment of the old that was late would fit into the new. ' +
      'RFC 6528 gives both: a secret hash of addresses and ports, which no stranger can compute, plus a clock that ticks every 4 µs, so that one incarnation begins behind the last.',
    '谁知道序号，谁就能冒充别人。攻击者看不到服务器给别人的应答；他先建立一条自己的连接得知一个序号，再以服务器所信任的主机的名义伪造 SYN 和第三个 ACK：如果他能预测服务器的序号，服务器就会相信他。' +
      '序号无法预测时，他的 ACK 对不上，得到的回答是 RST。' +
      '序号还必须是新的：如果同一对地址和端口的每次连接都从同一序号开始，旧连接迟到的报文段就会混入新连接。' +
      'RFC 6528 兼顾两者：对地址和端口做带密钥的散列（外人无法算出），再加上每 4 微秒走一格的时钟，使新的连接总从旧连接之后的序号开始。',
  ),
  lookAt: both(
    'The forged segments, which come to the server from nowhere; the number by which they acknowledge, and the number that the server has given; what it answers, and what its application reads.',
    '来历不明的伪造报文段：它们的确认号与服务器给出的序号是否吻合；服务器如何应答，它的应用程序读到什么。',
  ),
  parts: [
    {
      title: both('Forgery against a predictable number', '伪造报文段，序号可预测'),
      play: (stage) => playForgery(stage, true, STEP, PREDICTABLE),
    },
    {
      title: both('Forgery against RFC 6528', '伪造报文段，序号按 RFC 6528'),
      play: (stage) => playForgery(stage, false, STEP, []),
    },
    {
      title: both('An old segment, the number always the same', '旧报文段，序号总是相同'),
      play: (stage) => playOldSegment(stage, true, [FIRST]),
    },
    {
      title: both('An old segment, numbers by RFC 6528', '旧报文段，序号按 RFC 6528'),
      play: (stage) => playOldSegment(stage, false, []),
    },
  ],
}

/** An attacker far from the path adds `step` to the number that he was given. `isn`: the server's; RFC 6528's if none are given. */
export function playForgery(stage: Stage, believing: boolean, step: number, isn: readonly number[]): void {
  const { client, server } = stage.pair({ server: { isn }, absolute: true })
  const attacker = stage.world.host('attacker')
  const wire = stage.world.link(attacker, server)
  stage.world.watch(attacker, stage.ladder.probe('client', 'attacker'))
  const heard: string[] = []
  stage.serve(server, (accepted) => {
    accepted.onevent = () => {
      if (accepted.readable > 0) heard.push(`${accepted.remoteAddress}: ${readText(accepted)}`)
    }
  })
  let learned = 0
  const note: Aim = (packet) => {
    if (isSynAck(packet)) learned = packet.tcp?.seq ?? 0
    return false
  }
  wire.fault({ way: 'back', aim: note })
  stage.remark(
    both(
      'The attacker opens a connection of his own, and learns a number.',
      '攻击者建立一条自己的连接，得知一个序号。',
    ),
  )
  stage.connect(attacker, server, { address: '10.0.2.2' })
  stage.run(1)
  const log = new HostLog(stage, server)
  // It would object, by RST, to a connection that it has not opened.
  client.freeze()
  stage.remark(
    both(
      'Now he speaks in the name of the client, which he keeps too busy to object.',
      '随后他冒用客户端的名义，并使客户端应接不暇，无法用 RST 反驳。',
    ),
  )
  const envelope = { from: client.address(), to: server.address(), sourcePort: TRUSTED_PORT, destinationPort: PORT }
  const guess = add(learned, step + 1)
  wire.forth.send(forge({ ...envelope, seq: 5000, flags: SYN }))
  stage.run(0.1)
  wire.forth.send(forge({ ...envelope, seq: 5001, ack: guess, flags: ACK }))
  stage.run(0.01)
  wire.forth.send(forge({ ...envelope, seq: 5001, ack: guess, flags: ACK | PSH, payload: bytesOf(COMMAND) }))
  stage.run(0.1)
  const answer = log.ofKind('SYN,ACK')[0]
  stage.figure(both('the attacker guesses', '攻击者猜测的确认号'), guess)
  stage.figure(both('right would be', '正确的确认号'), add(answer?.seq ?? 0, 1))
  const believed = heard.includes(`${client.address()}: ${COMMAND}`)
  if (believing) {
    stage.check(
      believed,
      both('The server takes the attacker’s words for the client’s.', '服务器把攻击者的话当成了客户端的话。'),
    )
    return
  }
  stage.check(heard.length === 0, both('The server’s application hears nothing.', '服务器的应用程序什么也没有收到。'))
  stage.check(
    log.ofKind('RST').length === 2,
    both('The ACKs fit nothing: each is answered by RST.', '这些 ACK 对不上：每一个都得到 RST。'),
  )
}

/** The same ports twice; a segment of the first time comes when the second has begun. `isn`: where both sides begin; RFC 6528's numbers if none are given. */
export function playOldSegment(stage: Stage, same: boolean, isn: readonly number[]): void {
  // Timestamps would tell the two apart.
  const options = { config: { tcp_timestamps: false }, isn }
  const { client, server, link } = stage.pair({ client: options, server: options, absolute: true })
  const heard: string[] = []
  stage.serve(server, (accepted) => {
    const incarnation = heard.push('') - 1
    accepted.onevent = () => {
      if (accepted.state === 'CLOSED') accepted.close()
      else heard[incarnation] += readText(accepted)
    }
  })
  const log = new HostLog(stage, client)
  let late = new Uint8Array(0)
  const note: Aim = (packet) => {
    if (late.length === 0 && hasData(packet)) late = packet.bytes.slice()
    return false
  }
  link.fault({ way: 'forth', aim: note })
  const first = stage.connect(client, server, { localPort: LOCAL_PORT })
  stage.run(0.1)
  first.write(bytesOf('old!!'))
  stage.run(0.1)
  first.abort()
  stage.run(5)
  const second = stage.connect(client, server, { localPort: LOCAL_PORT })
  stage.run(0.1)
  stage.remark(both('A copy of the first connection’s segment arrives late.', '第一条连接的报文段的副本迟到了。'))
  link.forth.send(late)
  stage.run(0.1)
  second.write(bytesOf('right'))
  stage.run(1)
  const numbers = log.ofKind('SYN').map(({ seq }) => seq)
  stage.figure(both('initial numbers', '初始序号'), numbers.join(', '))
  stage.figure(both('read on the second connection', '第二条连接上读到'), heard[1] ?? '')
  if (same) {
    stage.check(
      heard[1] === 'old!!',
      both(
        'The second delivers the old bytes, and throws the new ones away.',
        '第二条连接交付了旧字节，反而丢弃了新字节。',
      ),
    )
    return
  }
  const ahead = add(numbers[1] ?? 0, -(numbers[0] ?? 0))
  stage.check(
    ahead === Math.round(5.2 * 250_000),
    both(
      'The second begins 1300000 further on: 250 numbers each millisecond.',
      '第二条连接的序号前进了 1300000：每毫秒 250。',
    ),
  )
  stage.check(
    heard[1] === 'right',
    both(
      'The old segment lies outside the window; only the new bytes are read.',
      '旧报文段落在窗口之外；只读到新字节。',
    ),
  )
}
