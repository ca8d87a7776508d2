import { isSyn } from '../sim/aims.ts'
import type { FaultEffect } from '../sim/fault.ts'
import { forge } from '../sim/forge.ts'
import type { Link } from '../sim/link.ts'
import type { StreamSocket } from '../socket/stream-socket.ts'
import { formatAddress, parseAddress } from '../wire/address-text.ts'
import { writeU16 } from '../wire/bytes.ts'
import { fold, sum } from '../wire/checksum.ts'
import {
  emitIcmp,
  ICMP_CHECKSUM_OFFSET,
  ICMP_HEADER,
  ICMP_PROHIBITED,
  ICMP_UNREACHABLE,
  IcmpMessage,
} from '../wire/icmp.ts'
import { emitIp } from '../wire/ip-header.ts'
import { HEADROOM, IpHeader, PROTOCOL_ICMP } from '../wire/packet.ts'
import { add } from '../wire/seq.ts'
import { ACK, RST } from '../wire/tcp.ts'
import { both } from './bilingual.ts'
import type { Scenario } from './scenario.ts'
import { PORT, type Stage } from './stage.ts'

const SECOND = 1_000_000
/** One round trip between client and server, and to the firewall, which stands at the near end: seconds. */
const TO_SERVER = 0.02
const TO_FIREWALL = 0.01
/** tcp_syn_retries 6: 1 + 2 + 4 + ... + 64 seconds. */
const SYN_PATIENCE = 127
/** The firewall's own address. */
const FIREWALL = '10.0.1.254'

/** What a firewall at the client’s end of the link does with a SYN. */
export type Firewall = 'none' | 'drop' | 'reject by ICMP' | 'reject by RST'

/** Question 18. */
export const refusals: Scenario = {
  name: 'refusals',
  number: 18,
  title: both('A closed port and two kinds of firewall', '关闭的端口与两种防火墙'),
  question: both(
    'Nobody listens, a firewall drops, a firewall rejects: how does each feel to the client?',
    '无人监听、防火墙丢弃、防火墙拒绝：在客户端看来各是什么样子？',
  ),
  explanation: both(
    'A host answers a SYN for a port that nobody listens on with RST: the client has ECONNREFUSED after one round trip, and knows that the host is up. ' +
      'A firewall that drops says nothing: the client sends its SYN seven times and has ETIMEDOUT after 127 seconds, as if there were no such host. ' +
      'One that rejects by ICMP “administratively prohibited” ends the attempt at once with EHOSTUNREACH, and the message names the firewall. ' +
      'One that rejects by RST looks like a closed port; only that the answer comes sooner than the server could send it gives it away.',
    '主机对发往无人监听端口的 SYN 回以 RST：客户端在一个往返之后得到 ECONNREFUSED，并且知道主机在运行。' +
      '丢弃报文的防火墙一言不发：客户端发送七次 SYN，127 秒之后得到 ETIMEDOUT，就像没有这台主机一样。' +
      '用 ICMP“管理性禁止”拒绝的防火墙使尝试立即以 EHOSTUNREACH 结束，而且该消息表明了防火墙的地址。' +
      '用 RST 拒绝的防火墙看起来就像端口关闭；只有一处露出破绽：应答来得太早，服务器不可能这么快。',
  ),
  lookAt: both(
    'How many SYNs there are, what answers the first one, who sends that answer, and when it comes.',
    '有几个 SYN，第一个得到了什么应答，由谁发出，何时到达。',
  ),
  parts: [
    { title: both('Nobody listens', '无人监听'), play: (stage) => playClosedPort(stage) },
    { title: both('A firewall that drops', '丢弃的防火墙'), play: (stage) => playDrop(stage) },
    {
      title: both('A firewall that rejects by ICMP', '用 ICMP 拒绝的防火墙'),
      play: (stage) => playRejectByIcmp(stage),
    },
    { title: both('A firewall that rejects by RST', '用 RST 拒绝的防火墙'), play: (stage) => playRejectByRst(stage) },
  ],
}

/** No firewall, and no listener. */
export function playClosedPort(stage: Stage, { firewall = 'none' as Firewall, listens = false } = {}): void {
  const attempt = tryToConnect(stage, firewall, listens)
  stage.check(
    attempt.error === 'ECONNREFUSED' && near(attempt.seconds, TO_SERVER),
    both('ECONNREFUSED after one round trip.', '一个往返之后得到 ECONNREFUSED。'),
  )
  stage.check(attempt.serverResets === 1, both('The server itself sent the RST.', 'RST 由服务器自己发出。'))
}

/** The server listens behind a firewall that drops. */
export function playDrop(stage: Stage, { firewall = 'drop' as Firewall } = {}): void {
  const attempt = tryToConnect(stage, firewall, true)
  stage.check(
    attempt.error === 'ETIMEDOUT' && near(attempt.seconds, SYN_PATIENCE),
    both('ETIMEDOUT after 127 seconds.', '127 秒之后得到 ETIMEDOUT。'),
  )
  stage.check(attempt.syns === 7, both('The SYN went out seven times.', 'SYN 共发送七次。'))
}

/** The same with a firewall that rejects by ICMP. */
export function playRejectByIcmp(stage: Stage, { firewall = 'reject by ICMP' as Firewall } = {}): void {
  const attempt = tryToConnect(stage, firewall, true)
  stage.check(
    attempt.error === 'EHOSTUNREACH' && near(attempt.seconds, TO_FIREWALL),
    both('EHOSTUNREACH as soon as the message is there.', '消息一到就得到 EHOSTUNREACH。'),
  )
  stage.check(attempt.syns === 1, both('The SYN went out once.', 'SYN 只发送一次。'))
}

/** The same with a firewall that rejects by RST. */
export function playRejectByRst(stage: Stage, { firewall = 'reject by RST' as Firewall } = {}): void {
  const attempt = tryToConnect(stage, firewall, true)
  stage.check(
    attempt.error === 'ECONNREFUSED',
    both('ECONNREFUSED, as from a closed port.', '得到 ECONNREFUSED，与端口关闭时一样。'),
  )
  stage.check(
    near(attempt.seconds, TO_FIREWALL) && attempt.serverResets === 0,
    both(
      'The answer comes sooner than the server, which sent none, could give it.',
      '应答来得太早，不可能出自服务器，而服务器也确实没有发出过 RST。',
    ),
  )
}

interface Attempt {
  readonly error: string
  /** How long the client waited to know. */
  readonly seconds: number
  readonly syns: number
  /** RSTs that the server has sent. */
  readonly serverResets: number
}

/** A client connects, and waits for as long as it takes. */
function tryToConnect(stage: Stage, firewall: Firewall, listens: boolean): Attempt {
  const { client, server, link } = stage.pair()
  if (listens) stage.serve(server, () => {})
  const effect = effectOf(firewall, link, stage)
  const wall = link.fault({ way: 'forth', aim: isSyn, effect })
  const socket = stage.connect(client, server)
  stage.world.runUntil(() => isDecided(socket), 2 * SYN_PATIENCE)
  const seconds = stage.world.now / SECOND
  stage.run(1)
  stage.figure(both('What connect() tells', 'connect() 的结果'), socket.error === '' ? socket.state : socket.error)
  stage.figure(both('Seconds waited', '等待的秒数'), seconds)
  stage.figure(both('SYNs sent', '发送的 SYN'), wall.hits)
  return { error: socket.error, seconds, syns: wall.hits, serverResets: server.host.stats().TcpOutRsts ?? 0 }
}

function isDecided(socket: StreamSocket): boolean {
  return socket.state !== 'SYN-SENT'
}

function near(seconds: number, expected: number): boolean {
  return Math.abs(seconds - expected) < expected / 100
}

function effectOf(firewall: Firewall, link: Link, stage: Stage): FaultEffect {
  if (firewall === 'drop') return 'drop'
  return (packet) => {
    const { ip, tcp } = packet
    if (firewall === 'none' || ip === null || tcp === null) return [packet]
    if (firewall === 'reject by ICMP') {
      stage.remark(both(`The firewall, ${FIREWALL}, answers by ICMP.`, `防火墙 ${FIREWALL} 用 ICMP 应答。`))
      link.back.send(prohibited(packet.bytes, ip))
    } else {
      const from = formatAddress(ip.destination)
      const to = formatAddress(ip.source)
      const ports = { sourcePort: PORT, destinationPort: tcp.sourcePort }
      link.back.send(forge({ from, to, ...ports, flags: RST | ACK, ack: add(tcp.seq, 1), window: 0 }))
    }
    return []
  }
}

/** ICMP “communication administratively prohibited” (RFC 1812, 5.2.7.1) about `packet`, whose header is `ip`. */
function prohibited(packet: Uint8Array, { source }: IpHeader): Uint8Array {
  const bytes = new Uint8Array(HEADROOM + packet.length)
  bytes.set(packet, HEADROOM)
  const message = new IcmpMessage()
  message.type = ICMP_UNREACHABLE
  message.code = ICMP_PROHIBITED
  message.bytes = bytes
  message.payloadStart = HEADROOM
  message.payloadLength = packet.length
  const start = emitIcmp(message)
  const length = ICMP_HEADER + packet.length
  writeU16(bytes, start + ICMP_CHECKSUM_OFFSET, ~fold(sum(bytes, start, length, 0)) & 0xffff)
  const header = new IpHeader()
  header.source.set(parseAddress(FIREWALL) ?? source)
  header.destination.set(source)
  header.protocol = PROTOCOL_ICMP
  header.payloadLength = length
  return bytes.slice(emitIp(header, bytes, start))
}
