import type { SimHost } from '../sim/sim-host.ts'
import { CONNECTED, ENDED } from '../socket/stream-socket.ts'
import type { HostConfig } from '../stack/config.ts'
import { StackError } from '../stack/stack-error.ts'
import { both } from './bilingual.ts'
import type { Scenario } from './scenario.ts'
import type { Stage } from './stage.ts'

/** Ports 50,000 and up to choose from. */
const FIRST = 50_000
const THOUSAND = 1000
const FEW = 2
/** What Linux chooses from unless told otherwise, and 2 MSL in seconds. */
const USUAL = 60_999 - 32_768 + 1
const REST = 60

/** Question 14. */
export const timeWaitPorts: Scenario = {
  name: 'time-wait-ports',
  number: 14,
  title: both('TIME-WAIT by the thousand', '成千上万的 TIME-WAIT'),
  question: both(
    'What do many connections in TIME-WAIT cost, and what can be done about it?',
    '大量 TIME-WAIT 的代价是什么，怎么办？',
  ),
  explanation: both(
    'A TIME-WAIT costs little memory; what it costs the client is a port. To one address and port of a server a client can have as many connections as ip_local_port_range has ports, each of which rests for 60 s after it has closed first. ' +
      'tcp_tw_reuse: 1 lets a new connection take the place of one in TIME-WAIT after one second: timestamps, which both sides must use, tell the segments of the two apart (RFC 6191). ' +
      'tcp_max_tw_buckets is a bound for emergencies: whatever is beyond it is forgotten at once, with all that TIME-WAIT protects from. ' +
      'The best cure is to open fewer connections: keep them alive and use them again, or let the other side close first.',
    'TIME-WAIT 占用的内存很少，它真正占用的是客户端的端口。对服务器的同一个地址和端口，客户端最多只能有 ip_local_port_range 中端口数那么多的连接，而先关闭的一方，每个端口都要被 TIME-WAIT 占用 60 秒。' +
      'tcp_tw_reuse: 1 允许新连接在一秒之后接替处于 TIME-WAIT 的旧连接：双方都必须使用的时间戳把两者的报文段区分开来（RFC 6191）。' +
      'tcp_max_tw_buckets 是应急的上限：超出的部分立即丢弃，TIME-WAIT 的保护也随之失去。' +
      '最好的办法是少建连接：保持连接并重复使用，或者让对方先关闭。',
  ),
  lookAt: both(
    'The error when no port is left; in the two last parts, which SYN takes a port that rests.',
    '没有端口可用时的错误；后两部分中，哪个 SYN 用了仍处于 TIME-WAIT 的端口。',
  ),
  parts: [
    { title: both('A thousand ports run out', '一千个端口用尽'), play: (stage) => playRunOut(stage) },
    { title: both('Ports used again: tcp_tw_reuse', '端口复用：tcp_tw_reuse'), play: (stage) => playReuse(stage) },
    { title: both('A bound: tcp_max_tw_buckets', '上限：tcp_max_tw_buckets'), play: (stage) => playBuckets(stage) },
  ],
}

/** A client with few ports, which opens connections, each of which one side closes as soon as it is made. */
class Visitor {
  readonly client: SimHost
  readonly server: SimHost
  private readonly stage: Stage
  private readonly clientEnd: number

  /** `first`: which side closes first. */
  constructor(stage: Stage, client: SimHost, server: SimHost, first: 'client' | 'server' = 'client') {
    this.stage = stage
    this.clientEnd = first === 'client' ? CONNECTED : ENDED
    this.client = client
    this.server = server
    stage.serve(server, (socket) => {
      if (first === 'server') socket.close()
      socket.onevent = (events) => {
        if (events & ENDED) socket.close()
      }
    })
  }

  /** One connection more; '', or why not: the errno's name. */
  visit(): string {
    try {
      const socket = this.stage.connect(this.client, this.server)
      socket.onevent = (events) => {
        if (events & this.clientEnd) socket.close()
      }
    } catch (error) {
      if (error instanceof StackError) return error.code
      throw error
    }
    return ''
  }

  /** How many can be opened, one every `gap` seconds, up to `most`. */
  visits(most: number, gap: number): number {
    for (let i = 0; i < most; i += 1) {
      if (this.visit() !== '') return i
      this.stage.run(gap)
    }
    return most
  }

  get resting(): number {
    return this.client.host.connections({ states: new Set(['TIME-WAIT']) }).length
  }
}

function ports(count: number): Partial<HostConfig> {
  return { ip_local_port_range: [FIRST, FIRST + count - 1] }
}

/** `config`: settings of the client, whose thousand connections no ladder shows; `first`: who closes first. */
export function playRunOut(
  stage: Stage,
  config: Partial<HostConfig> = {},
  first: 'client' | 'server' = 'client',
): void {
  const client = stage.world.host('client', { config: { ...ports(THOUSAND), ...config } })
  const server = stage.world.host('server')
  stage.world.link(client, server)
  const visitor = new Visitor(stage, client, server, first)
  const made = visitor.visits(2 * THOUSAND, 0.01)
  stage.run(1)
  stage.check(
    made === THOUSAND && visitor.resting === THOUSAND,
    both(
      'A thousand connections, one after the other, are a thousand in TIME-WAIT.',
      '先后一千个连接，就是一千个 TIME-WAIT。',
    ),
  )
  stage.check(
    visitor.visit() === 'EADDRNOTAVAIL',
    both('The next is refused: EADDRNOTAVAIL, no port is left.', '下一个被拒绝：EADDRNOTAVAIL，没有端口可用。'),
  )
  const servers = server.host.connections().length
  stage.check(servers === 1, both('The server has none of it: its listener alone.', '服务器没有负担：只剩监听套接字。'))
  stage.run(REST)
  stage.check(
    visitor.resting === 0 && visitor.visit() === '',
    both('After 60 s all ports are free again.', '60 秒之后所有端口又都可用。'),
  )
  stage.figure(both('Ports', '端口数'), THOUSAND)
  stage.figure(
    both('Connections to one server in a second, at most', '对同一服务器每秒最多的连接数'),
    (THOUSAND / REST).toFixed(1),
  )
  stage.figure(both(`With Linux’s usual ${USUAL} ports`, `Linux 默认的 ${USUAL} 个端口`), (USUAL / REST).toFixed(1))
}

/** `config`: settings of the client beside its two ports. */
export function playReuse(stage: Stage, config: Partial<HostConfig> = { tcp_tw_reuse: 1 }): void {
  const { client, server } = stage.pair({ client: { config: { ...ports(FEW), ...config } } })
  const visitor = new Visitor(stage, client, server)
  const made = visitor.visits(FEW, 0.3)
  stage.check(
    made === FEW && visitor.visit() === 'EADDRNOTAVAIL',
    both(
      'Two ports, both resting: for a second they are not given away.',
      '两个端口都处于 TIME-WAIT：一秒之内不会让出。',
    ),
  )
  stage.run(1)
  const again = visitor.visits(FEW, 0.3)
  stage.check(
    again === FEW && client.host.stats().TcpExtTWRecycled === FEW,
    both(
      'After that, new connections take the places of the old: TcpExtTWRecycled 2.',
      '此后新连接接替旧连接：TcpExtTWRecycled 为 2。',
    ),
  )
  stage.check(
    server.host.stats().TcpPassiveOpens === 2 * FEW && visitor.resting === FEW,
    both(
      'Four connections with two ports; there are never more in TIME-WAIT than ports.',
      '四个连接只用了两个端口；TIME-WAIT 从不多于端口数。',
    ),
  )
}

/** `buckets`: tcp_max_tw_buckets of the client. */
export function playBuckets(stage: Stage, buckets = 1): void {
  const { client, server } = stage.pair({ client: { config: { ...ports(FEW), tcp_max_tw_buckets: buckets } } })
  const visitor = new Visitor(stage, client, server)
  const made = visitor.visits(2 * FEW, 0.3)
  stage.check(
    made === 2 * FEW,
    both('Four connections, one after the other, with two ports.', '四个连接先后只用了两个端口。'),
  )
  stage.check(
    visitor.resting === 1 && client.host.stats().TcpExtTCPTimeWaitOverflow === 2 * FEW - 1,
    both(
      'One in TIME-WAIT; three were forgotten and counted: TcpExtTCPTimeWaitOverflow 3.',
      '一个处于 TIME-WAIT；三个被丢弃并计数：TcpExtTCPTimeWaitOverflow 为 3。',
    ),
  )
}
