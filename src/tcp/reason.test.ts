import { describe, expect, it } from 'vitest'
import { listen } from '../socket/server-socket.ts'
import { connect } from '../socket/stream-socket.ts'
import { TapHost } from '../socket/tap-host.testkit.ts'
import { World } from '../socket/world.testkit.ts'
import { type Probe, silentProbe } from '../stack/probe.ts'
import { TimeWait } from '../stack/time-wait-record.ts'
import { ACK, FIN, SYN } from '../wire/tcp.ts'
import { PAGE_BYTES } from './chunk-pool.ts'
import { Peer, type PeerSetup } from './peer.testkit.ts'
import { REASONS, type Reason } from './reason.ts'

const noSack = { options: 'mss 1000,wscale 7' }
const SECOND = 1_000_000

/** Why an established connection has sent what it has sent in that script, and before. */
function play(script: string, setup: PeerSetup = {}): Reason[] {
  return free(Peer.established({ config: { tcp_early_retrans: false }, ...setup }), script)
}

/** The same, whatever segments the script draws. */
function free(peer: Peer, script: string): Reason[] {
  for (const line of script.split('\n').map((text) => text.trim())) {
    const [delay = '', ...event] = line.split(' ')
    if (delay === '') continue
    peer.advance(peer.now + Math.round(Number(delay) * SECOND))
    peer.perform(event.join(' '))
    peer.poll()
  }
  return peer.reasons
}

/** Past the quick acknowledgments at the start: 16 segments of 100 bytes, read. */
function warm(setup: PeerSetup = {}): Peer {
  const peer = Peer.established(setup)
  for (let i = 0; i < 16; i += 1) {
    free(peer, `0.01 < P. ${100 * i + 1}:${100 * i + 101}(100) ack 1 win 257\n0 read all`)
  }
  return peer
}

/** ECN, agreed. */
function marked(): Peer {
  return new Peer({ config: { tcp_ecn: 1 } }).run(`
    +0   connect
    +0   > SEW 0:0(0)
    +0.1 < S.E 0:0(0) ack 1 win 32792 <mss 1000,sackOK,wscale 7>
    +0   > . 1:1(0) ack 1
  `)
}

/** Opening with a cookie and 300 bytes. */
function openingFast(): Peer {
  const peer = new Peer()
  peer.connection.openFast(new Uint8Array(8), 1460)
  peer.perform('connect')
  free(peer, '0 write 300')
  return peer
}

/** Accepting a SYN with a cookie and 5 bytes. */
function acceptingFast(): Peer {
  const peer = new Peer({ verify: false })
  peer.connection.listen()
  const syn = peer.parse('S 0:5(5) win 32792 <mss 1000,sackOK,wscale 7>')
  peer.connection.receive(syn, peer.now)
  peer.connection.acceptFast(syn, peer.now)
  peer.poll()
  return peer
}

/** With that many pages of 256 in use elsewhere. */
function pressed(pages: number): Peer {
  const peer = Peer.established({ config: { tcp_mem: [64, 128, 256] }, options: 'mss 1460,sackOK,wscale 7' })
  peer.tcb.memory.pool.charge(pages * PAGE_BYTES)
  return peer
}

/** Notes why a host sends. */
class Reasons implements Probe {
  readonly packet = silentProbe.packet
  readonly state = silentProbe.state
  readonly all: Reason[] = []
  readonly ofArrivals = new Set<string>()

  segment: Probe['segment'] = (direction, _ip, _segment, _flow, _now, reason) => {
    if (direction === 'in' || reason === '') this.ofArrivals.add(reason)
    else this.all.push(reason)
  }
}

/** Why the server has sent what it has sent; the client is `scene`'s to act. */
function hosts(config: ConstructorParameters<typeof World>[0], scene: (world: World) => void): Reason[] {
  const world = new World(config)
  const seen = new Reasons()
  world.server.probe = seen
  scene(world)
  return seen.all
}

/** The same of a host on a tap, which listens on port 80; `scene` returns what it sends to be taken. */
function tapped(config: ConstructorParameters<typeof TapHost>[0], scene: (tap: TapHost) => void): Reason[] {
  const tap = new TapHost(config)
  const seen = new Reasons()
  tap.host.probe = seen
  scene(tap)
  tap.turn()
  return seen.all
}

const SENT_10 = '0.1 write 10000'
const DUPLICATES = '0.01 < . 1:1(0) ack 1 win 257\n'.repeat(3)

/** For each reason a way to it: why segments were sent until one was sent for that. */
const WAYS: Readonly<Record<Reason, () => Reason[]>> = {
  open: () => Peer.reach('SYN-SENT').reasons,
  'open-fast': () => openingFast().reasons,
  'open-again': () => free(Peer.reach('SYN-SENT'), '1 quiet'),
  'answer-syn': () => Peer.reach('SYN-RECEIVED').reasons,
  'simultaneous-open': () => free(Peer.reach('SYN-SENT'), '0.1 < S 0:0(0) win 5792 <mss 1000>'),
  'answer-again': () => free(Peer.reach('SYN-RECEIVED'), '1 quiet'),
  'answer-repeated-syn': () => free(Peer.reach('SYN-RECEIVED'), '0.6 < S 0:0(0) win 32792 <mss 1000>'),
  cookie: () =>
    tapped({ tcp_syncookies: 2 }, (tap) => {
      listen(tap.host, { port: 80 })
      tap.segment({ flags: SYN, seq: 99 })
    }),

  data: () => play('0.1 write 100'),
  'data-fin': () => {
    const peer = Peer.established()
    peer.perform('write 100')
    return free(peer, '0 shutdown')
  },
  fin: () => play('0.1 shutdown'),
  'data-fast': () => free(acceptingFast(), '0 write 300'),
  'data-first': () => play(`${SENT_10}\n0 write 10000\n0.3 quiet\n0.05 < . 1:1(0) ack 1001 win 257`, noSack),
  'data-held': () => play('0.1 set cork true\n0 write 100\n0.3 quiet'),

  'retransmission-timeout': () => play('0.1 write 100\n0.31 quiet'),
  'after-timeout': () => play(`${SENT_10}\n0.3 quiet\n0.1 < . 1:1(0) ack 1001 win 257`, noSack),
  'fast-retransmit': () => play(`${SENT_10}\n${DUPLICATES}`, noSack),
  'partial-ack': () => play(`${SENT_10}\n${DUPLICATES}${DUPLICATES}0.1 < . 1:1(0) ack 5001 win 257`, noSack),
  rack: () => play(`${SENT_10}\n0.1 < . 1:1(0) ack 1 win 257 <sack 1001:4001>`),
  'reorder-timeout': () => play(`${SENT_10}\n0.1 < . 1:1(0) ack 1 win 257 <sack 1001:2001>\n0.025 quiet`),
  'path-mtu': () => play('0.1 write 1000\n0.1 mss 400'),
  'fast-open-refused': () => free(openingFast(), '0.1 < S. 0:0(0) ack 1 win 32792 <mss 1000,sackOK,wscale 7>'),

  'loss-probe': () => play('0.1 write 3000\n0.21 quiet', { config: {} }),
  'window-probe': () => play('0.1 < . 1:1(0) ack 1 win 0\n0 write 100\n0.31 quiet'),
  keepalive: () => play('0 keepalive 10 5 3\n10 quiet'),

  'ack-handshake': () => free(Peer.reach('SYN-SENT'), '0.1 < S. 0:0(0) ack 1 win 5792 <mss 1000>'),
  'ack-quick': () => play('0.1 < P. 1:101(100) ack 1 win 257'),
  'ack-every-second': () =>
    free(warm(), '0.01 < . 1601:2601(1000) ack 1 win 257\n0 read all\n0.01 < . 2601:3601(1000) ack 1 win 257'),
  'ack-delayed': () => free(warm(), '0.01 < P. 1601:1701(100) ack 1 win 257\n0.04 quiet'),
  'ack-read': () =>
    free(warm(), '0.01 < P. 1601:1701(100) ack 1 win 257\n0 < P. 1701:1801(100) ack 1 win 257\n0 read all'),
  'ack-asked': () =>
    hosts({}, (world) => {
      const { client, server } = world.pair()
      const into = new Uint8Array(1000)
      server.setOption('TCP_QUICKACK', 0)
      client.write(into)
      world.run(2000)
      server.setOption('TCP_QUICKACK', 1)
      world.run(0)
    }),
  'ack-out-of-order': () => play('0.1 < . 1001:2001(1000) ack 1 win 257'),
  'ack-hole-filled': () => play('0.1 < . 1001:2001(1000) ack 1 win 257\n0 < . 1:1001(1000) ack 1 win 257'),
  'ack-duplicate': () => play('0.1 < P. 1:101(100) ack 1 win 257\n0.1 < P. 1:101(100) ack 1 win 257'),
  'ack-fin': () => play('0.1 < F. 1:1(0) ack 1 win 257'),
  'ack-beyond-window': () => {
    const peer = Peer.established()
    const seq = 1 + peer.tcb.rcvWnd
    return free(peer, `0.1 < . ${seq - 10}:${seq + 90}(100) ack 1 win 257`)
  },
  'ack-unacceptable': () => play('0.1 < . 0:0(0) ack 1 win 257'),
  'ack-old-timestamp': () =>
    play('0.1 < P. 1:101(100) ack 1 win 257 <TS val 0 ecr 100>', {
      options: 'mss 1000,sackOK,TS val 1 ecr 0,wscale 7',
    }),
  'ack-no-memory': () =>
    free(pressed(254), [0, 1, 2].map((i) => `0 < . ${1460 * i + 1}:${1460 * i + 1461}(1460) ack 1 win 257`).join('\n')),
  'ack-window-reduced': () => {
    const peer = marked()
    for (let i = 0; i < 20; i += 1) {
      free(peer, `0.01 < P. ${100 * i + 1}:${100 * i + 101}(100) ack 1 win 257 [ect0]\n0 read all`)
    }
    return free(peer, '0.01 < P.W 2001:2101(100) ack 1 win 257 [ect0]')
  },
  'window-update': () => {
    const peer = Peer.established()
    for (let i = 0; peer.tcb.rcvWnd > 0 && i < 1000; i += 1) {
      free(peer, `0 < . ${1000 * i + 1}:${1000 * i + 1001}(1000) ack 1 win 257`)
    }
    return free(peer, '0.1 read all')
  },
  'challenge-rst': () => play('0.1 < R 100:100(0)'),
  'challenge-syn': () => play('0.1 < S 1000:1000(0) win 32792 <mss 1000>'),
  'challenge-ack': () => play('0.1 < . 1:1(0) ack 9999 win 257'),
  'time-wait-ack': () => free(Peer.reach('TIME-WAIT'), '0.6 < F. 1:1(0) ack 2 win 257'),

  abort: () => play('0.1 abort'),
  'abort-unread': () => play('0.1 < P. 1:101(100) ack 1 win 257\n0 close'),
  'abort-unaccepted': () =>
    hosts({}, (world) => {
      const listener = listen(world.server, { port: 80 })
      connect(world.client, { address: '10.0.0.2', port: 80 })
      world.run(SECOND)
      listener.close()
      world.run(SECOND)
    }),
  'abort-overflow': () =>
    tapped({ tcp_abort_on_overflow: true }, (tap) => {
      listen(tap.host, { port: 80, backlog: 1 })
      const isns = [0, 1, 2].map((i) => {
        tap.segment({ flags: SYN, seq: 0, sourcePort: 1000 + i })
        const isn = tap.sent()[0]?.segment.seq ?? 0
        if (i === 0) tap.segment({ flags: ACK, seq: 1, ack: isn + 1, sourcePort: 1000 })
        return isn
      })
      for (const i of [1, 2]) tap.segment({ flags: ACK, seq: 1, ack: (isns[i] ?? 0) + 1, sourcePort: 1000 + i })
    }),
  'abort-silence': () => play('0 keepalive 10 5 3\n26 quiet'),
  'abort-scarcity': () =>
    hosts({ tcp_max_orphans: 0 }, (world) => {
      world.pair().server.close()
      world.run(SECOND)
    }),
  'reset-text': () => play('0.1 close\n0.1 < P. 1:101(100) ack 2 win 257'),
  'reset-half-open': () => free(Peer.reach('SYN-SENT'), '0.001 < . 500:500(0) ack 300 win 257'),
  'reset-bad-ack': () => free(Peer.reach('SYN-RECEIVED'), '0.1 < . 1:1(0) ack 99 win 257'),
  'reset-other-syn': () => free(Peer.reach('SYN-RECEIVED'), '0.1 < S 5:5(0) win 32792 <mss 1000>'),
  refusal: () => tapped({}, (tap) => tap.segment({ flags: SYN, seq: 99, destinationPort: 81 })),
}

const IDS = Object.keys(WAYS) as Reason[]

describe('REASONS', () => {
  it.each(IDS)('%s is why something is sent', (reason) => {
    expect(WAYS[reason]().at(-1)).toBe(reason)
  })

  it('names a rule for each, once, in both languages', () => {
    expect(Object.keys(REASONS).sort()).toEqual([...IDS].sort())
    for (const language of ['rule', 'ruleZh'] as const) {
      const sentences = Object.values(REASONS).map((each) => each[language])
      expect(new Set(sentences).size).toBe(IDS.length)
      expect(sentences.filter((sentence) => !/^.{10,160}[.。]$/.test(sentence))).toEqual([])
    }
    for (const { rfc } of Object.values(REASONS)) expect(rfc).toMatch(/^(RFC \d{3,4}, \d[\d.]*|Linux: \w+)$/)
  })
})

describe('why each segment of a conversation is sent', () => {
  it('from the handshake to TIME-WAIT, on both sides', () => {
    const world = new World()
    const [client, server] = [new Reasons(), new Reasons()]
    world.client.probe = client
    world.server.probe = server
    const pair = world.pair()
    pair.client.write(new Uint8Array(100))
    world.run(SECOND)
    pair.server.read(new Uint8Array(100))
    pair.client.close()
    world.run(SECOND)
    pair.server.close()
    world.run(SECOND)
    expect(client.all).toEqual(['open', 'ack-handshake', 'data', 'fin', 'ack-fin'])
    expect(server.all).toEqual(['answer-syn', 'ack-quick', 'ack-fin', 'fin'])
    expect([...client.ofArrivals, ...server.ofArrivals]).toEqual(['', ''])
  })

  it('of several rules that demand an acknowledgment the first is told, but a FIN before all', () => {
    const peer = Peer.established()
    peer.inject('. 1001:2001(1000) ack 1 win 257')
    peer.inject('. 1:1001(1000) ack 1 win 257')
    expect([peer.poll().length, ...peer.reasons.slice(1)]).toEqual([1, 'ack-out-of-order'])
    peer.inject('P. 2001:2101(100) ack 1 win 257')
    peer.inject('F. 2101:2101(0) ack 1 win 257')
    expect([peer.poll().length, ...peer.reasons.slice(2)]).toEqual([1, 'ack-fin'])
  })

  it('without SACK each out-of-order segment has its own acknowledgment', () => {
    const peer = Peer.established(noSack)
    for (const seq of [1001, 2001, 3001]) peer.inject(`. ${seq}:${seq + 1000}(1000) ack 1 win 257`)
    peer.poll()
    expect(peer.reasons.slice(1)).toEqual(Array(3).fill('ack-out-of-order'))
  })

  it('in fast recovery one is lost, then another', () => {
    const partial = '0.1 < . 1:1(0) ack 5001 win 257\n0.1 < . 1:1(0) ack 6001 win 257'
    const reasons = play(`${SENT_10}\n${DUPLICATES}${DUPLICATES}${partial}`, noSack)
    expect(reasons.slice(11)).toEqual(['fast-retransmit', 'partial-ack', 'partial-ack'])
  })

  it('a timeout is the reason of one segment, once for each time', () => {
    expect(play(`${SENT_10}\n0.3 quiet\n0.6 quiet\n0.1 < . 1:1(0) ack 1001 win 257`, noSack).slice(11)).toEqual([
      'retransmission-timeout',
      'retransmission-timeout',
      'after-timeout',
      'after-timeout',
    ])
  })

  it('the record of a connection in TIME-WAIT repeats the last acknowledgment', () => {
    const reasons = tapped({}, (tap) => {
      const listener = listen(tap.host, { port: 80 })
      tap.segment({ flags: SYN, seq: 0 })
      const isn = tap.sent()[0]?.segment.seq ?? 0
      tap.segment({ flags: ACK, seq: 1, ack: isn + 1 })
      listener.accept()?.close()
      tap.turn()
      tap.segment({ flags: ACK | FIN, seq: 1, ack: isn + 2 })
      expect([...tap.host.tcp.connections()].map((each) => each instanceof TimeWait)).toEqual([true])
      tap.segment({ flags: ACK | FIN, seq: 1, ack: isn + 2 })
    })
    expect(reasons).toEqual(['answer-syn', 'fin', 'ack-fin', 'time-wait-ack'])
  })
})
