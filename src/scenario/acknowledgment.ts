import type { Aim, FaultEffect, Link, SimHost } from '../sim/index.ts'
import { hasData, isBareAck, nth } from '../sim/index.ts'
import type { StreamSocket } from '../socket/stream-socket.ts'
import { both } from './bilingual.ts'
import { HostLog, type SentSegment } from './host-log.ts'
import { readText } from './message.ts'
import type { Scenario } from './scenario.ts'
import type { Stage } from './stage.ts'

/** The first byte has the number 400. */
const CLIENT_ISN = 399
const SERVER_ISN = 8999
const PIECE = 100
const MILLISECOND = 1000
const ROUND_TRIP = 20 * MILLISECOND

/** Question 8. */
export const acknowledgment: Scenario = {
  name: 'acknowledgment',
  number: 8,
  title: both('Cumulative acknowledgment and retransmission', '累积确认与重传'),
  question: both(
    'A segment with sequence number 400 carries 100 bytes: what does the receiver answer? And what if it is lost, or comes out of order?',
    '序号为 400 的报文段带有 100 字节：接收方如何应答？如果它丢失或乱序到达呢？',
  ),
  explanation: both(
    'Every byte has a number. The acknowledgment number is that of the next byte expected, 500 here, and says that all before it have come: so a later acknowledgment makes up for a lost one. ' +
      'What stays unacknowledged is sent again when the retransmission timer runs out. ' +
      'A receiver keeps what comes out of order and repeats its last acknowledgment at once, for each such segment. Two of these duplicates may be the network’s doing; after three the sender takes the segment for lost and sends it again without waiting for the timer: fast retransmit. ' +
      'The number alone tells only of the first gap. SACK blocks tell what has come behind it, so that every gap can be filled within one round trip.',
    '每个字节都有编号。确认号是期望收到的下一个字节的序号，这里是 500，表示此前的字节全部收到；所以后来的确认可以弥补丢失的确认。' +
      '未被确认的数据在重传定时器到期时重传。' +
      '接收方会保存乱序到达的数据，并对每个这样的报文段立即重复上一次的确认。一两个重复确认可能只是网络造成的乱序；收到三个，发送方就认为报文段已经丢失，不等定时器到期就重传，这就是快速重传。' +
      '仅凭确认号只能知道第一个缺口。SACK 块说明缺口之后已经收到了什么，因此所有缺口可以在一个往返时间内补齐。',
  ),
  lookAt: both(
    'The acknowledgment numbers: how they stand still at a gap and then jump; how long after the loss the double line is drawn. The numbers on the ladder are those of the headers.',
    '确认号：它们如何停在缺口处，然后一下跳过去；再看丢失多久之后出现表示重传的双线。时序图上的数字就是首部里的数字。',
  ),
  parts: [
    {
      title: both('Sequence number 400, 100 bytes, ack 500', '序号 400，100 字节，确认号 500'),
      play: (stage) => playNumbers(stage, CLIENT_ISN, () => false),
    },
    {
      title: both('A lost ACK does no harm', '丢失一个 ACK 没有关系'),
      play: (stage) => playLostReply(stage, nth(1, isBareAck)),
    },
    { title: both('Loss and the timer', '丢失与定时器'), play: (stage) => playTimer(stage, nth(1, hasData)) },
    { title: both('Out of order', '乱序'), play: (stage) => playOutOfOrder(stage, 1500) },
    {
      title: both('Three duplicates: fast retransmit', '三个重复确认：快速重传'),
      play: (stage) => playFastRetransmit(stage, 6, nth(2, hasData)),
    },
    {
      title: both('Two gaps without SACK', '没有 SACK 的两个缺口'),
      play: (stage) => playTwoGaps(stage, false, [2, 4]),
    },
    { title: both('Two gaps with SACK', '有 SACK 的两个缺口'), play: (stage) => playTwoGaps(stage, true, [2, 4]) },
  ],
}

interface Talk {
  readonly socket: StreamSocket
  readonly client: HostLog
  readonly server: HostLog
  readonly clientHost: SimHost
  readonly link: Link
  /** All that the server's application has read. */
  heard(): string
  /** Data segments of the client, with their times since it began to talk. */
  data(): SentSegment[]
}

interface Mishap {
  readonly way: 'forth' | 'back'
  readonly aim: Aim
  readonly effect?: FaultEffect
}

/** A connection over which the client says so many pieces of 100 bytes, one each millisecond from now on; what goes wrong is set before. */
function talk(
  stage: Stage,
  pieces: number,
  mishaps: readonly Mishap[],
  setting: { sack?: boolean; isn?: number } = {},
): Talk {
  const { sack = true, isn = CLIENT_ISN } = setting
  // The timer alone, without the tail loss probe that comes before it.
  const config = { tcp_sack: sack, tcp_early_retrans: false }
  const { client, server, link } = stage.pair({
    absolute: true,
    client: { isn: [isn], config },
    server: { isn: [SERVER_ISN], config },
  })
  let said = ''
  stage.serve(server, (accepted) => {
    accepted.onevent = () => {
      said += readText(accepted)
    }
  })
  const socket = stage.connect(client, server, { options: { TCP_NODELAY: 1 } })
  stage.run(0.1)
  for (const mishap of mishaps) link.fault(mishap)
  const logs = { client: new HostLog(stage, client), server: new HostLog(stage, server) }
  for (let i = 0; i < pieces; i += 1) {
    stage.world.at((stage.world.now + i * MILLISECOND) / 1_000_000, () => socket.write(pieceOf(i)))
  }
  return {
    socket,
    ...logs,
    clientHost: client,
    link,
    heard: () => said,
    data: () => logs.client.sent.filter(({ length }) => length > 0),
  }
}

/** 100 times the i-th letter. */
function pieceOf(i: number): Uint8Array {
  return new Uint8Array(PIECE).fill(65 + i)
}

/** Whether just these pieces were heard, in order. */
function heardAll(heard: string, pieces: number): boolean {
  let all = ''
  for (let i = 0; i < pieces; i += 1) all += String.fromCharCode(65 + i).repeat(PIECE)
  return heard === all
}

const INTACT = both('The application reads every byte once, in order.', '应用程序按顺序读到每个字节，各一次。')

/** `lost`: on the way to the client. */
export function playNumbers(stage: Stage, isn: number, lost: Aim): void {
  const { socket, server, data } = talk(stage, 1, [{ way: 'back', aim: lost }], { isn })
  stage.run(0.3)
  const [segment] = data()
  const reply = server.sent[0]
  stage.figure(both('sequence number', '序号'), segment?.seq ?? 0)
  stage.figure(both('acknowledgment number', '确认号'), reply?.ack ?? 0)
  stage.check(
    segment?.seq === 400 && segment.length === 100,
    both(
      'The client sends sequence number 400 with 100 bytes: 400 to 499.',
      '客户端发送序号 400、100 字节：编号 400 到 499。',
    ),
  )
  stage.check(
    reply?.ack === 500,
    both('The server acknowledges 500: the next byte that it expects.', '服务器的确认号是 500：它期望的下一个字节。'),
  )
  stage.check(
    socket.unacknowledged === 0,
    both('The client need not keep the bytes any longer.', '客户端不必再保留这些字节。'),
  )
}

/** `lost`: on the way to the client. */
export function playLostReply(stage: Stage, lost: Aim): void {
  const { socket, link, client, server, heard, data } = talk(stage, 4, [])
  const loss = link.fault({ way: 'back', aim: lost })
  stage.run(1)
  const numbers = server.sent.map(({ ack }) => ack)
  stage.figure(both('acknowledgments sent', '发出的确认号'), numbers.join(', '))
  stage.check(loss.hits === 1, both('One acknowledgment is lost on the way.', '有一个确认在途中丢失。'))
  stage.check(
    numbers.at(-1) === 800 && socket.unacknowledged === 0,
    both('The last acknowledgment stands for all before it.', '最后一个确认代表此前的全部。'),
  )
  stage.check(data().length === 4 && client.sent.length === 4, both('Nothing was sent again.', '没有任何重传。'))
  stage.check(heardAll(heard(), 4) && socket.unacknowledged === 0, INTACT)
}

/** `lost`: on the way to the server. */
export function playTimer(stage: Stage, lost: Aim): void {
  const { socket, heard, data } = talk(stage, 1, [{ way: 'forth', aim: lost }])
  stage.run(0.1)
  const rto = socket.tcpInfo().tcpi_rto
  stage.figure(both('retransmission timeout, ms', '重传超时（毫秒）'), rto / MILLISECOND)
  stage.check(
    heard() === '' && socket.unacknowledged === PIECE,
    both('The client keeps what is not acknowledged.', '客户端保留未被确认的数据。'),
  )
  stage.run(1)
  const [first, second] = data()
  const waited = first === undefined || second === undefined ? 0 : second.at - first.at
  stage.check(
    waited === rto && second?.seq === first?.seq,
    both(
      'The same bytes go again, with the same number, when the timer runs out.',
      '定时器到期时，同样的字节以同样的序号重传。',
    ),
  )
  stage.check(heardAll(heard(), 1) && socket.unacknowledged === 0, INTACT)
}

/** The second of three segments is held back for so many microseconds, whenever it is sent. */
export function playOutOfOrder(stage: Stage, late: number): void {
  const effect = { delay: late }
  const { clientHost, server, heard, data } = talk(stage, 3, [{ way: 'forth', aim: hasNumber(500), effect }])
  stage.run(1)
  const numbers = server.sent.map(({ ack }) => ack)
  stage.figure(both('acknowledgments', '确认号'), numbers.join(', '))
  stage.check(
    numbers.join() === '500,500,700',
    both(
      'The third segment, come too early, draws 500 again; when the gap is filled, 700 at once.',
      '第三个报文段来得太早，再次引出 500；缺口补上后，一下变成 700。',
    ),
  )
  stage.check(
    data().length === 3 && clientHost.host.stats().TcpRetransSegs === 0,
    both('One duplicate does not make the client send again.', '一个重复确认并不使客户端重传。'),
  )
  stage.check(heardAll(heard(), 3), INTACT)
}

/** Without SACK, so that duplicates are what tells. `lost`: of so many segments to the server. */
export function playFastRetransmit(stage: Stage, pieces: number, lost: Aim): void {
  const { socket, clientHost, server, heard, data } = talk(stage, pieces, [{ way: 'forth', aim: lost }], {
    sack: false,
  })
  stage.run(1)
  const duplicates = server.sent.filter(({ ack }) => ack === 500).slice(1)
  const again = data().filter(({ seq }) => seq === 500)
  const waited = (again[1]?.at ?? 0) - (again[0]?.at ?? 0)
  stage.figure(both('sent again after, ms', '多久之后重传（毫秒）'), waited / MILLISECOND)
  stage.check(
    duplicates.length === pieces - 2,
    both('Every segment behind the gap draws ack 500 again.', '缺口之后的每个报文段都再次引出确认号 500。'),
  )
  stage.check(
    again.length === 2 &&
      again[1]?.at === (duplicates[2]?.at ?? 0) + ROUND_TRIP / 2 &&
      waited < socket.tcpInfo().tcpi_rto &&
      clientHost.host.stats().TcpExtTCPFastRetrans === 1,
    both(
      'The third duplicate makes the client send 500 again, long before the timer.',
      '第三个重复确认使客户端重传 500，远早于定时器到期。',
    ),
  )
  stage.check(
    server.sent.at(-1)?.ack === 400 + pieces * PIECE,
    both('One acknowledgment then covers all that had been kept.', '随后一个确认就涵盖了所有已保存的数据。'),
  )
  stage.check(heardAll(heard(), pieces), INTACT)
}

/** Of ten segments those are lost, counted from 1, the first time that they are sent. */
export function playTwoGaps(stage: Stage, sack: boolean, lost: readonly number[]): void {
  const mishaps = lost.map((n): Mishap => ({ way: 'forth', aim: nth(1, hasNumber(400 + (n - 1) * PIECE)) }))
  const { socket, link, heard, data } = talk(stage, 10, mishaps, { sack })
  const blocks = new Set<string>()
  const note: Aim = ({ tcp }) => {
    for (let i = 0; i < (tcp?.sackCount ?? 0); i += 1)
      blocks.add(`${tcp?.sackEdges[2 * i]}:${tcp?.sackEdges[2 * i + 1]}`)
    return false
  }
  link.fault({ way: 'back', aim: note })
  stage.run(1)
  const [first, second, ...others] = data().slice(10)
  const apart = (second?.at ?? 0) - (first?.at ?? 0)
  if (sack) stage.figure(both('SACK blocks', 'SACK 块'), [...blocks].join(', '))
  stage.figure(both('between the two retransmissions, ms', '两次重传相隔（毫秒）'), apart / MILLISECOND)
  stage.check(
    first?.seq === 500 && second?.seq === 700 && others.length === 0,
    both('What was lost goes again, and nothing else: 500 and 700.', '只重传丢失的部分：500 和 700。'),
  )
  if (sack) {
    stage.check(
      blocks.has('600:700') && blocks.has('800:900'),
      both('The blocks 600:700 and 800:900 show both gaps.', '块 600:700 和 800:900 显示出两个缺口。'),
    )
    stage.check(
      apart < ROUND_TRIP,
      both('Both gaps are filled within one round trip.', '两个缺口在一个往返时间内补齐。'),
    )
  } else {
    stage.check(
      apart >= ROUND_TRIP,
      both(
        'The client learns of the second gap a round trip later, when the first is filled.',
        '第一个缺口补上之后，又过一个往返时间，客户端才知道第二个缺口。',
      ),
    )
  }
  stage.check(heardAll(heard(), 10) && socket.unacknowledged === 0, INTACT)
}

function hasNumber(seq: number): Aim {
  return (packet) => hasData(packet) && packet.tcp?.seq === seq
}
