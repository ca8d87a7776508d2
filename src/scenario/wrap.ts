import { type Aim, forge, hasData, nth } from '../sim/index.ts'
import { add } from '../wire/seq.ts'
import { ACK, PSH } from '../wire/tcp.ts'
import { both } from './bilingual.ts'
import { HostLog } from './host-log.ts'
import { bytesOf, readText } from './message.ts'
import type { Scenario } from './scenario.ts'
import { PORT, type Stage } from './stage.ts'

const WRAP = 2 ** 32
const CLIENT_ISN = WRAP - 10
/** Seconds that 4 GiB take at 1 Gbit/s. */
const LAP = 34

/** Question 7. */
export const wrap: Scenario = {
  name: 'wrap',
  number: 7,
  title: both('Sequence numbers run out and begin again', '序号用完后从零开始'),
  question: both(
    'Sequence numbers have 32 bits: what happens after 4294967295, and what if an old segment has the number that is due now?',
    '序号只有 32 位：4294967295 之后是什么？如果一个旧报文段恰好带着现在该用的序号，又会怎样？',
  ),
  explanation: both(
    'After 4294967295 comes 0. All numbers are compared by their distance modulo 2^32: of two numbers less than 2^31 apart the later one is known, whichever is greater. ' +
      'So the wrap is no event at all, and losses across it are repaired as anywhere else. ' +
      'But at 1 Gbit/s the same number comes again after 34 s, while a segment may live for two minutes in the network. ' +
      'The timestamps option (RFC 7323) tells the laps apart: a segment whose timestamp is older than the last one is dropped, which is called PAWS, protection against wrapped sequences.',
    '4294967295 之后是 0。所有序号都按模 2^32 的距离比较：只要两个序号相距不到 2^31，就能知道谁在后，而与数值大小无关。' +
      '因此回绕没有任何特别之处，跨越回绕点的丢失也照常通过重传修复。' +
      '但在 1 Gbit/s 的速率下，34 秒后同一序号就会再次出现，而报文段在网络中可能存活两分钟。' +
      '时间戳选项（RFC 7323）可以区分不同的圈：时间戳比最近一次更旧的报文段会被丢弃，这称为 PAWS，即防止序号回绕。',
  ),
  lookAt: both(
    'The numbers on the ladder, which are those of the headers: the acknowledgment number is smaller than the sequence number it answers. In the last two parts: whether the old segment is acknowledged.',
    '时序图上的数字，它们就是首部里的数字：确认号比它所确认的序号还小。最后两部分：旧报文段是否得到确认。',
  ),
  parts: [
    {
      title: both('From 4294967287 to 91', '从 4294967287 到 91'),
      play: (stage) => playWrap(stage, CLIENT_ISN, () => false),
    },
    {
      title: both('A loss across the wrap', '跨越回绕点的丢失'),
      play: (stage) => playLossAcross(stage, nth(1, hasData)),
    },
    {
      title: both('An old segment, without timestamps', '旧报文段，没有时间戳'),
      play: (stage) => playOld(stage, false),
    },
    {
      title: both('An old segment, with timestamps: PAWS', '旧报文段，有时间戳：PAWS'),
      play: (stage) => playOld(stage, true),
    },
  ],
}

/** A client that says twice 50 bytes, a millisecond apart. `lost`: on the way to the server. */
function sayTwice(stage: Stage, isn: number, lost: Aim) {
  const { client, server, link } = stage.pair({ client: { isn: [isn] }, absolute: true })
  let heard = ''
  stage.serve(server, (accepted) => {
    accepted.onevent = () => {
      heard += readText(accepted)
    }
  })
  const socket = stage.connect(client, server, { options: { TCP_NODELAY: 1 } })
  stage.run(0.1)
  link.fault({ way: 'forth', aim: lost })
  const logs = { client: new HostLog(stage, client), server: new HostLog(stage, server) }
  socket.write(bytesOf('a'.repeat(50)))
  stage.run(0.001)
  socket.write(bytesOf('b'.repeat(50)))
  stage.run(1)
  stage.check(
    heard === 'a'.repeat(50) + 'b'.repeat(50),
    both('The application reads all 100 bytes, in order.', '应用程序按顺序读到全部 100 字节。'),
  )
  return { socket, ...logs }
}

/** `lost`: on the way to the server. */
export function playWrap(stage: Stage, isn: number, lost: Aim): void {
  const { socket, client, server } = sayTwice(stage, isn, lost)
  const [first, second] = client.sent
  const numbers = server.sent.map(({ ack }) => ack)
  stage.figure(both('sequence numbers', '序号'), `${first?.seq} ${second?.seq}`)
  stage.figure(both('acknowledgment numbers', '确认号'), numbers.join(', '))
  stage.check(
    first?.seq === WRAP - 9 && second?.seq === 41,
    both(
      'Nine bytes before the wrap, 41 after it: the second segment has the number 41.',
      '回绕之前 9 字节，之后 41 字节：第二个报文段的序号是 41。',
    ),
  )
  stage.check(
    numbers.join() === '41,91' && socket.unacknowledged === 0,
    both(
      '41 and 91 acknowledge it all, though they are smaller than 4294967287.',
      '41 和 91 虽然小于 4294967287，却确认了全部数据。',
    ),
  )
}

/** `lost`: on the way to the server. */
export function playLossAcross(stage: Stage, lost: Aim): void {
  const { client, server } = sayTwice(stage, CLIENT_ISN, lost)
  const data = client.sent.filter(({ length }) => length > 0)
  const again = data.filter(({ seq }) => seq === WRAP - 9)
  const [early] = server.sent
  stage.check(
    early?.ack === WRAP - 9,
    both(
      'The second segment, with the smaller number, is known to be later: ack 4294967287 again.',
      '第二个报文段序号虽小，却被认出在后：再次确认 4294967287。',
    ),
  )
  stage.check(
    again.length === 2 && data.length === 3,
    both('The first goes again, once, and the second does not.', '只有第一个报文段重传，而且只重传一次。'),
  )
  stage.check(server.sent.at(-1)?.ack === 91, both('The gap across the wrap is filled.', '跨越回绕点的缺口补上了。'))
}

/**
 * What has gone round the network for a lap comes when its numbers are due again; the 4 GiB in between are left out.
 * `guarded`: it is claimed that the old segment does no harm; `timestamps`: they are used.
 */
export function playOld(stage: Stage, guarded: boolean, timestamps = guarded): void {
  const config = { tcp_timestamps: timestamps }
  const { client, server, link } = stage.pair({ client: { config }, server: { config } })
  let heard = ''
  stage.serve(server, (accepted) => {
    accepted.onevent = () => {
      heard += readText(accepted)
    }
  })
  const socket = stage.connect(client, server)
  const log = new HostLog(stage, client)
  let clock = 0
  const note: Aim = (packet) => {
    if (clock === 0 && hasData(packet)) clock = packet.tcp?.tsVal ?? 0
    return false
  }
  link.fault({ way: 'forth', aim: note })
  stage.run(0.1)
  socket.write(bytesOf('one, '))
  stage.run(LAP)
  socket.write(bytesOf('two, '))
  stage.run(1)
  const last = log.sent.filter(({ length }) => length > 0).at(-1)
  stage.remark(both('A segment of the lap before arrives.', '上一圈的报文段到达。'))
  link.forth.send(
    forge({
      from: client.address(),
      to: server.address(),
      sourcePort: socket.localPort,
      destinationPort: PORT,
      seq: add(last?.seq ?? 0, 5),
      ack: last?.ack ?? 0,
      flags: ACK | PSH,
      hasTimestamps: timestamps,
      tsVal: clock,
      payload: bytesOf('old, '),
    }),
  )
  stage.run(0.1)
  socket.write(bytesOf('three'))
  stage.run(1)
  stage.figure(both('read by the server', '服务器读到'), heard.replace(/[, ]+$/, ''))
  figureLaps(stage)
  const dropped = server.host.stats().TcpExtPAWSEstab
  if (guarded) {
    stage.check(
      dropped === 1,
      both('Its timestamp is older than the last: the server drops it.', '它的时间戳比最近的旧：服务器将它丢弃。'),
    )
    stage.check(
      heard === 'one, two, three',
      both('The application reads what the client said.', '应用程序读到的就是客户端所说的。'),
    )
  } else {
    stage.check(
      heard === 'one, two, old, ',
      both(
        'The old bytes are read, and the new ones of the same numbers thrown away.',
        '旧字节被读取，相同序号的新字节反被丢弃。',
      ),
    )
  }
}

/** How long 4 GiB take. */
function figureLaps(stage: Stage): void {
  const gigabit = (WRAP * 8) / 1_000_000_000
  for (const [rate, seconds] of [
    ['10 Mbit/s', gigabit * 100],
    ['1 Gbit/s', gigabit],
    ['100 Gbit/s', gigabit / 100],
  ] as const) {
    stage.figure(both(`a lap at ${rate}, s`, `${rate} 时一圈（秒）`), Math.round(seconds * 100) / 100)
  }
}
