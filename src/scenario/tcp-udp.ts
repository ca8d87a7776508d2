import { DatagramSocket } from '../socket/datagram.ts'
import { type Probe, silentProbe } from '../stack/probe.ts'
import { both } from './bilingual.ts'
import { Inbox } from './inbox.ts'
import type { Scenario } from './scenario.ts'
import { type Pair, PORT, type Stage } from './stage.ts'

const MESSAGES = 50
/** Bytes of each; the first says which it is. */
const LENGTH = 100
/** Microseconds from one to the next, as of a voice. */
const PACE = 20_000
const DELAY = 10_000
const LOSS = 0.1
const SECOND = 1_000_000
/** When the first is said: a TCP connection is open by then, even if its SYN was lost once. */
const START = 2 * SECOND

/** Question 22. */
export const tcpUdp: Scenario = {
  name: 'tcp-udp',
  number: 22,
  title: both('TCP against UDP on the same lossy link', '同一条丢包链路上的 TCP 与 UDP'),
  question: both(
    'Ten percent of all packets are lost: what arrives, in which order, and when, over TCP and over UDP?',
    '所有分组的百分之十会丢失：用 TCP 和用 UDP，哪些会到达，按什么次序，何时到达？',
  ),
  explanation: both(
    'The same fifty messages, one each 20 ms, go over the same kind of link. UDP sends each once and never asks: what is lost stays lost, and what arrives has been under way for 10 ms, never longer. ' +
      'TCP numbers the bytes, hears what has arrived and sends again what has not: all arrives, once and in order. ' +
      'The price is time: what comes after a lost segment waits for it at the receiver (head-of-line blocking), and there are segments for opening, acknowledging and sending again. ' +
      'A voice would rather miss a message than wait for it; a file must not miss a byte.',
    '同样的五十条消息，每 20 毫秒一条，经过同样的链路。UDP 每条只发一次，从不过问：丢了就丢了，到达的都只在途中 10 毫秒，不会更久。' +
      'TCP 为字节编号，通过确认得知哪些已经到达，重传没有到达的：全部数据按序到达，各一次。' +
      '代价是时间：丢失的报文段之后的数据要在接收端等它（队头阻塞），而且建立连接、确认和重传都要发送报文段。' +
      '语音宁可缺一条消息也不愿等待；文件则一个字节也不能少。',
  ),
  lookAt: both(
    'What follows upon a loss: nothing at all over UDP; over TCP the acknowledgment that stands still, with a SACK block, then the double line. Compare the figures.',
    '丢失之后发生了什么：UDP 什么也不做；TCP 的确认号停住，带上 SACK 块，随后出现表示重传的双线。再比较各项数字。',
  ),
  parts: [
    { title: both('Over UDP', '使用 UDP'), play: (stage) => playUdp(stage) },
    { title: both('Over TCP', '使用 TCP'), play: (stage) => playTcp(stage) },
  ],
}

/** What has come of the messages. */
class Delivery {
  /** Which, in the order in which they came. */
  readonly order: number[] = []
  /** Microseconds that each was under way. */
  readonly delays: number[] = []

  take(message: number, now: number): void {
    this.order.push(message)
    this.delays.push(now - saidAt(message))
  }

  get inOrder(): boolean {
    return this.order.every((message, i) => i === 0 || message > (this.order[i - 1] ?? 0))
  }

  get longest(): number {
    return Math.max(...this.delays)
  }
}

/** The client's segments with data, by their sequence numbers: how often each was sent, and how often it arrived. */
class Copies {
  private readonly sent = new Map<number, number>()
  private readonly arrived = new Map<number, number>()

  constructor(stage: Stage, { client, server }: Pick<Pair, 'client' | 'server'>) {
    stage.world.watch(client, this.count('out', this.sent))
    stage.world.watch(server, this.count('in', this.arrived))
  }

  /** Copies that did not arrive. */
  get lost(): number {
    return total(this.sent) - total(this.arrived)
  }

  /** Segments of which no copy has arrived. */
  get missing(): number {
    return [...this.sent.keys()].filter((seq) => !this.arrived.has(seq)).length
  }

  private count(counted: 'in' | 'out', into: Map<number, number>): Probe {
    return {
      ...silentProbe,
      segment: (direction, _ip, { seq, payloadLength }) => {
        if (direction === counted && payloadLength > 0) into.set(seq, (into.get(seq) ?? 0) + 1)
      },
    }
  }
}

function total(counts: ReadonlyMap<number, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0)
}

/** `loss`: probability for each packet. */
export function playUdp(stage: Stage, loss = LOSS): void {
  const { client, server } = stage.pair({ link: { delay: DELAY, loss } })
  const delivery = new Delivery()
  const into = new Uint8Array(LENGTH)
  const receiver = new DatagramSocket(server.host, { port: PORT })
  receiver.onevent = () => {
    while (receiver.receive(into) >= 0) delivery.take(into[0] ?? 0, stage.world.now)
  }
  const sender = new DatagramSocket(client.host)
  sayAll(stage, (message) => sender.send(message, server.address(), PORT))
  const { sentPackets } = stage.world.trace
  tell(stage, delivery, sentPackets)
  stage.check(
    sentPackets === MESSAGES,
    both('Fifty packets were sent, and nothing else.', '发送了五十个分组，此外别无其他。'),
  )
  stage.check(
    delivery.order.length > 0 && delivery.order.length < MESSAGES,
    both('Some messages never arrived, and nobody was told.', '有些消息始终没有到达，也没有人得到通知。'),
  )
  stage.check(
    delivery.longest === DELAY,
    both(
      'Those that arrived took 10 ms each, whatever was lost before them.',
      '到达的消息各用 10 毫秒，与之前丢失了什么无关。',
    ),
  )
}

/** `loss`: probability for each packet; `atOnce`: all is said at one time, and what is small is held back. */
export function playTcp(stage: Stage, loss = LOSS, atOnce = false): void {
  const { client, server }: Pair = stage.pair({ link: { delay: DELAY, loss } })
  const delivery = new Delivery()
  const copies = new Copies(stage, { client, server })
  stage.serve(server, (socket) => {
    const inbox = new Inbox()
    socket.onevent = () => {
      inbox.fill(socket)
      while (inbox.bytes.length >= LENGTH) delivery.take(inbox.take(LENGTH)[0] ?? 0, stage.world.now)
    }
  })
  const socket = stage.connect(client, server, { options: { TCP_NODELAY: atOnce ? 0 : 1 } })
  sayAll(stage, (message) => socket.write(message), atOnce ? 0 : PACE)
  const { sentPackets } = stage.world.trace
  const retransmissions = socket.tcpInfo().tcpi_total_retrans
  const blocked = delivery.delays.filter((delay) => delay > DELAY).length
  tell(stage, delivery, sentPackets)
  stage.figure(both('Retransmissions', '重传次数'), retransmissions)
  stage.figure(both('Messages that came late', '迟到的消息'), blocked)
  stage.check(
    delivery.order.length === MESSAGES && delivery.inOrder,
    both('All messages arrived, once and in order.', '所有消息都到达了，各一次，且按次序。'),
  )
  stage.check(
    copies.lost > 0 && copies.missing === 0,
    both(
      'Segments were lost, and each of them was sent again until it arrived.',
      '有报文段丢失，丢失的都已重传，直到到达。',
    ),
  )
  stage.check(
    delivery.longest >= 3 * DELAY,
    both(
      'It took a round trip more at least to find a loss and to mend it.',
      '发现并弥补一次丢失，至少要多花一个往返。',
    ),
  )
  stage.check(
    blocked > retransmissions,
    both(
      'More messages were late than segments were sent again: they waited behind those.',
      '迟到的消息多于重传的报文段：它们排在后面等待。',
    ),
  )
  stage.check(sentPackets > MESSAGES, both('It took more packets than messages.', '所用的分组比消息多。'))
}

/** Hands each message to `send` at its time, `pace` microseconds apart, and waits for what comes of it. */
function sayAll(stage: Stage, send: (message: Uint8Array) => void, pace = PACE): void {
  for (let i = 0; i < MESSAGES; i += 1) {
    stage.world.at((START + i * pace) / SECOND, () => send(new Uint8Array(LENGTH).fill(i)))
  }
  stage.run(10)
}

function saidAt(message: number): number {
  return START + message * PACE
}

function tell(stage: Stage, delivery: Delivery, packets: number): void {
  const sum = delivery.delays.reduce((total, delay) => total + delay, 0)
  stage.figure(both('Messages that arrived, of 50', '到达的消息（共 50 条）'), delivery.order.length)
  stage.figure(
    both('Milliseconds under way, on average', '平均在途毫秒数'),
    Math.round(sum / delivery.delays.length / 1000),
  )
  stage.figure(both('Milliseconds under way, at most', '最长在途毫秒数'), delivery.longest / 1000)
  stage.figure(both('Packets on the wire, both ways', '线路上的分组数（双向）'), packets)
}
