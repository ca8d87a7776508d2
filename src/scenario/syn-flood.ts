import { forge } from '../sim/forge.ts'
import type { Link } from '../sim/link.ts'
import type { SimHost } from '../sim/sim-host.ts'
import { connect, type StreamSocket } from '../socket/stream-socket.ts'
import type { HostConfig } from '../stack/config.ts'
import type { Probe } from '../stack/probe.ts'
import { SYN } from '../wire/tcp.ts'
import { both } from './bilingual.ts'
import type { Scenario } from './scenario.ts'
import { PORT, type Stage } from './stage.ts'

/** Forged SYNs, one a millisecond. */
const FORGED = 2000
/** Places for half-open connections where they are few: as small as the flood is. */
const SMALL = 64
/** Honest clients, one every 50 ms while the flood lasts; they wait for no longer than the flood. */
const HONEST = 25
const HONEST_EVERY = 0.05
/** Seconds. */
const FLOOD_LASTS = FORGED / 1000
/** With tcp_synack_retries 1 a place is free again after 1 + 2 seconds. */
const PLACE_LASTS = 3
/** Honest clients come when the flood has filled what it can fill of a small queue. */
const FIRST_HONEST = 0.5
/** The honest client on the ladder: the first. */
const FIRST_PORT = 40_000

/** How a server defends itself, and against whom. */
export interface Flood {
  readonly config: Partial<HostConfig>
  /** Of listen(). */
  readonly backlog: number
  /** Addresses that the forged SYNs come from, in turn. */
  readonly sources: number
}

const NO_DEFENCE: Flood = {
  config: { tcp_syncookies: 0, tcp_max_syn_backlog: SMALL },
  backlog: SMALL,
  sources: FORGED,
}
const PER_SOURCE = { ...NO_DEFENCE.config, syn_per_source: 4 }

/** The defences by name, for the parts and for those who compare them. */
export const FLOODS = {
  none: NO_DEFENCE,
  larger: {
    ...NO_DEFENCE,
    config: { tcp_syncookies: 0, tcp_max_syn_backlog: 4096, tcp_synack_retries: 1 },
    backlog: 4096,
  },
  fewSources: { ...NO_DEFENCE, config: PER_SOURCE, sources: 8 },
  manySources: { ...NO_DEFENCE, config: PER_SOURCE },
  cookies: { ...NO_DEFENCE, config: { ...NO_DEFENCE.config, tcp_syncookies: 1 } },
} as const satisfies Readonly<Record<string, Flood>>

/** Question 15. */
export const synFlood: Scenario = {
  name: 'syn-flood',
  number: 15,
  title: both('The SYN flood, and what helps', 'SYN 洪泛与对策'),
  question: both(
    'Somebody sends SYNs by the thousand from forged addresses. What becomes of honest clients, and which defence helps?',
    '有人用伪造的地址发送成千上万个 SYN。正常客户端会怎样？哪种防御有效？',
  ),
  explanation: both(
    'Each SYN takes a place among the half-open connections until its answer comes or the retries are over; from a forged address no answer ever comes. ' +
      'When the places are taken, SYNs are dropped, those of honest clients too. ' +
      'A larger queue and fewer retries hold as long as the flood’s rate times the wait is smaller than the queue, and cost memory. ' +
      'A limit per source stops a flood from few addresses, and does nothing against one that makes up an address for each SYN. ' +
      'With SYN cookies the server remembers nothing: its sequence number says all it needs to know, and the third ACK brings it back, so that a place is needed only for those who really are there.',
    '每个 SYN 都占据一个半开连接的位置，直到应答到来或重试用尽；而伪造的地址永远不会应答。' +
      '位置占满之后，SYN 就被丢弃，正常客户端的也不例外。' +
      '加大队列、减少重试，只要洪泛速率乘以等待时间小于队列长度就撑得住，代价是内存。' +
      '按来源限制能挡住来自少数地址的洪泛，却挡不住每个 SYN 都换一个地址的洪泛。' +
      '使用 SYN cookie 时服务器什么都不记：它的序号包含了所需的一切，由第三个 ACK 带回，因此只有真正存在的客户端才占用位置。',
  ),
  lookAt: both(
    'The first honest client: its SYN is left unanswered, and goes out again; or it is served at once. Below, how many were served.',
    '第一个正常客户端：它的 SYN 得不到应答而重传，或者立即得到服务。下面是得到服务的客户端数目。',
  ),
  parts: [
    {
      title: both('No defence', '没有防御'),
      play: (stage) => playFewServed(stage, FLOODS.none),
    },
    {
      title: both('A larger queue, shorter waits', '加大队列，缩短等待'),
      play: (stage) => playLargerQueue(stage, FLOODS.larger),
    },
    {
      title: both('A limit per source, flood from 8 addresses', '按来源限制，洪泛来自 8 个地址'),
      play: (stage) => playPerSource(stage, FLOODS.fewSources),
    },
    {
      title: both('The same limit, an address for each SYN', '同样的限制，每个 SYN 换一个地址'),
      play: (stage) => playFewServed(stage, FLOODS.manySources),
    },
    {
      title: both('SYN cookies', '使用 SYN cookie'),
      play: (stage) => playCookies(stage, FLOODS.cookies),
    },
  ],
}

/** The flood wins. */
export function playFewServed(stage: Stage, flood: Flood): void {
  const { served, stats } = playFlood(stage, flood)
  stage.check(served < HONEST / 4, both('Hardly any honest client is served.', '几乎没有正常客户端得到服务。'))
  stage.check(
    (stats.TcpExtTCPReqQFullDrop ?? 0) > FORGED / 2,
    both('The server drops most SYNs, for want of a place.', '服务器因没有位置而丢弃大部分 SYN。'),
  )
}

/** The queue holds the whole flood, for as long as each waits. */
export function playLargerQueue(stage: Stage, flood: Flood): void {
  const { served, mostHalfOpen } = playFlood(stage, flood)
  checkAllServed(stage, served)
  stage.check(
    mostHalfOpen > FORGED / 2,
    both(
      'It costs a place for each forged SYN: more than half of them at once.',
      '代价是每个伪造的 SYN 占一个位置：同时超过一半。',
    ),
  )
  stage.run(PLACE_LASTS + 1)
  const left = server(stage)
    .host.connections()
    .filter((each) => each.state === 'SYN-RECV').length
  stage.check(left === 0, both('Four seconds later all those places are free again.', '四秒之后，这些位置全部空出。'))
}

/** The flood may have no more than its sources' share. */
export function playPerSource(stage: Stage, flood: Flood): void {
  const { served, mostHalfOpen } = playFlood(stage, flood)
  checkAllServed(stage, served)
  const share = (flood.sources + 1) * PER_SOURCE.syn_per_source
  stage.check(
    mostHalfOpen <= share,
    both('The flood has no more places than four for each address.', '洪泛占据的位置不超过每个地址四个。'),
  )
}

/** No place is needed. */
export function playCookies(stage: Stage, flood: Flood): void {
  const { served, mostHalfOpen, stats } = playFlood(stage, flood)
  checkAllServed(stage, served)
  stage.check(
    (stats.TcpExtSyncookiesRecv ?? 0) > HONEST / 2 && (stats.TcpExtSyncookiesSent ?? 0) > FORGED / 2,
    both(
      'The forged SYNs got cookies, and so did honest ones, who brought them back.',
      '伪造的 SYN 得到 cookie，正常的也一样，而后者把它带了回来。',
    ),
  )
  stage.check(mostHalfOpen <= SMALL + 1, both('The queue has never been larger than before.', '队列从未变大。'))
}

function checkAllServed(stage: Stage, served: number): void {
  stage.check(served === HONEST, both('Every honest client is served.', '每个正常客户端都得到服务。'))
}

interface Outcome {
  readonly served: number
  readonly mostHalfOpen: number
  readonly stats: Readonly<Record<string, number>>
}

/** The flood, and honest clients meanwhile; looked at when it ends. */
function playFlood(stage: Stage, flood: Flood): Outcome {
  const { world } = stage
  const client = world.host('client')
  const victim = world.host('server', { config: flood.config })
  const attacker = world.host('attacker')
  world.link(client, victim)
  const wire = world.link(attacker, victim)
  // What has no other way goes back to where the flood comes from, and nobody is there to reset it.
  victim.route('0.0.0.0/0', wire.ports[1])
  world.watch(client, only(FIRST_PORT, stage.ladder.probe('client')))
  world.watch(victim, only(FIRST_PORT, stage.ladder.probe('server')))
  stage.serve(victim, (socket) => socket.write(new Uint8Array(1)), { backlog: flood.backlog })
  const clients = honest(stage, client, victim)
  let mostHalfOpen = 0
  for (let i = 0; i < FORGED; i += 1) world.at(i / 1000, () => sendForged(wire, victim, i, flood.sources))
  for (let i = 1; i <= 30; i += 1) {
    world.at((FLOOD_LASTS * i) / 30, () => {
      const now = victim.host.tcp.listening()[0]?.halfOpen.size ?? 0
      mostHalfOpen = Math.max(mostHalfOpen, now)
    })
  }
  stage.run(FLOOD_LASTS)
  const served = clients.filter((socket) => socket.readable > 0).length
  stage.figure(both('Honest clients served', '得到服务的正常客户端'), `${served} / ${HONEST}`)
  stage.figure(both('Most half-open connections at once', '同时存在的最多半开连接'), mostHalfOpen)
  return { served, mostHalfOpen, stats: victim.host.stats() }
}

/** Filled, in time, with the sockets of honest clients. */
function honest(stage: Stage, from: SimHost, to: SimHost): readonly StreamSocket[] {
  const sockets: StreamSocket[] = []
  for (let i = 0; i < HONEST; i += 1) {
    stage.world.at(FIRST_HONEST + i * HONEST_EVERY, () => {
      sockets.push(connect(from.host, { address: to.address(), port: PORT, localPort: FIRST_PORT + i }))
    })
  }
  return sockets
}

/** The `i`-th SYN of the flood, from one of so many addresses of 198.18.0.0/15 (RFC 2544). */
function sendForged(wire: Link, to: SimHost, i: number, sources: number): void {
  const source = i % sources
  const from = `198.18.${source >>> 8}.${source & 255}`
  const sourcePort = 1024 + (i % 60_000)
  wire.forth.send(forge({ from, to: to.address(), sourcePort, destinationPort: PORT, seq: i, flags: SYN, mss: 1460 }))
}

function server(stage: Stage): SimHost {
  return stage.world.named('server')
}

/** Tells `probe` of the connection alone that has that port of the client's. */
function only(port: number, probe: Probe): Probe {
  return {
    packet() {},
    segment(direction, ip, segment, flow, now, reason) {
      if (segment.sourcePort === port || segment.destinationPort === port)
        probe.segment(direction, ip, segment, flow, now, reason)
    },
    state(flow, from, to, now) {
      if (flow.localPort === port || flow.remotePort === port) probe.state(flow, from, to, now)
    },
  }
}
