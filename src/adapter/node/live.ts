import type { Device } from '../../stack/device.ts'
import type { Host } from '../../stack/host.ts'
import type { Direction, Flow, Probe } from '../../stack/probe.ts'
import { Probes } from '../../stack/probes.ts'
import type { Reason } from '../../tcp/reason.ts'
import type { State } from '../../tcp/states.ts'
import { ETHERNET_HEADER } from '../../wire/ethernet.ts'
import type { IpHeader, Packet } from '../../wire/packet.ts'
import type { TcpSegment } from '../../wire/tcp.ts'
import { doAct, readAct } from './live-acts.ts'
import { liveMoment, liveMomentKey } from './live-moment.ts'
import type { LiveHello, LiveMessage, LiveMove, LivePacket } from './live-protocol.ts'
import type { PacketGate } from './packet-gate.ts'

/** Milliseconds between two words: 20 times a second. */
const PACE = 50
/** What changes without a packet - an application reads - is looked for so often, in these. */
const LOOK_EVERY = 10
/** More packets in one word are left out. */
const MOST_PACKETS = 2000
/** All headers there can be, and 256 bytes of payload. */
const MOST_BYTES = 376
/** With more on its way, bytes, a follower is too slow: it is told nothing until it has caught up. */
const MOST_WAITING = 4 * 1024 * 1024

export interface LiveOptions {
  /** What the host is called. */
  readonly name: string
  readonly addresses: readonly string[]
  /** Whether followers may act on it. */
  readonly write: boolean
  /** Where packets can be lost; null = nowhere. */
  readonly gate: PacketGate | null
}

/** Who follows a host, at the other end of something that carries text. */
export interface LiveFollower {
  /** Bytes that it has not taken yet. */
  readonly waiting: number
  send(text: string): void
}

interface Following {
  readonly follower: LiveFollower
  /** Packets that it was not told of since its last word. */
  leftOut: number
  /** It has not been told of the last moment. */
  behind: boolean
}

/** Tells followers what goes on in a host. It holds no more than one word, and costs little while nobody follows. */
export class Live {
  private readonly host: Host
  private readonly options: LiveOptions
  private readonly before: Probe
  private readonly start: number
  private readonly epoch: number
  private readonly all = new Set<Following>()
  private readonly timer: NodeJS.Timeout
  private packets: LivePacket[] = []
  private moves: LiveMove[] = []
  private leftOut = 0
  private reason: Reason | '' = ''
  private key = ''
  private rounds = 0

  /** Watches `host` from now on, beside the probe that it has. */
  constructor(host: Host, options: LiveOptions) {
    this.host = host
    this.options = options
    this.before = host.probe
    this.start = host.now()
    this.epoch = Date.now() * 1000
    host.probe = new Probes([this.before, this.probe()])
    if (options.gate !== null) options.gate.onloss = (direction, packet) => this.lost(direction, packet)
    this.timer = setInterval(() => this.tell(), PACE)
    this.timer.unref()
  }

  /** Tells of it from now on; the function that comes back takes what it says. `leave` ends it. */
  follow(follower: LiveFollower): { readonly hear: (text: string) => void; readonly leave: () => void } {
    const { name, addresses, write } = this.options
    const following: Following = { follower, leftOut: 0, behind: true }
    const hello: LiveHello = { kind: 'hello', name, addresses, epoch: this.epoch, at: this.now(), write }
    say(follower, hello)
    this.all.add(following)
    return { hear: (text) => this.hear(follower, text), leave: () => this.all.delete(following) }
  }

  close(): void {
    clearInterval(this.timer)
    this.all.clear()
    this.host.probe = this.before
  }

  private hear(follower: LiveFollower, text: string): void {
    let act: LiveMessage = { kind: 'outcome', act: '', error: '' }
    try {
      const asked = readAct(text)
      act = { ...act, act: asked.kind }
      if (!this.options.write) throw new TypeError('this host is only looked at: it was started without --lab-write')
      doAct(this.host, this.options.gate, asked)
    } catch (error) {
      act = { ...act, error: error instanceof Error ? error.message : String(error) }
    }
    say(follower, act)
  }

  private probe(): Probe {
    return {
      packet: (direction, device, packet) => this.packet(direction, device, packet),
      segment: (direction: Direction, _ip: IpHeader, _segment: TcpSegment, _flow: Flow | null, _now, reason) => {
        this.reason = direction === 'out' ? reason : ''
      },
      state: (flow, from, to) => this.move(flow, from, to),
    }
  }

  private packet(direction: Direction, device: Device, packet: Packet): void {
    const reason = direction === 'out' ? this.reason : ''
    this.reason = ''
    if (this.all.size === 0) return
    if (this.packets.length === MOST_PACKETS) {
      this.leftOut += 1
      return
    }
    const start = packet.start + (device.medium === 'ethernet' ? ETHERNET_HEADER : 0)
    const version = (packet.bytes[start] ?? 0) >>> 4
    if (start >= packet.end || (version !== 4 && version !== 6)) return
    const head = packet.bytes.subarray(start, Math.min(packet.end, start + MOST_BYTES))
    const bytes = Buffer.from(head.buffer, head.byteOffset, head.length).toString('base64')
    this.packets.push({ at: this.now(), direction, reason, dropped: false, bytes })
  }

  /** What is sent was seen before it is lost; what comes has not been. */
  private lost(direction: Direction, packet: Packet): void {
    const { gate } = this.options
    if (gate !== null && direction === 'in') this.packet(direction, gate, packet)
    const last = this.packets.at(-1)
    if (last !== undefined) this.packets[this.packets.length - 1] = { ...last, dropped: true }
  }

  private move({ localAddress, localPort, remoteAddress, remotePort }: Flow, from: State, to: State): void {
    if (this.all.size === 0 || this.moves.length === MOST_PACKETS) return
    this.moves.push({ at: this.now(), localAddress, localPort, remoteAddress, remotePort, from, to })
  }

  private tell(): void {
    if (this.all.size === 0) return
    const { packets, moves, leftOut } = this
    this.rounds += 1
    const happened = packets.length > 0 || moves.length > 0 || this.rounds % LOOK_EVERY === 0
    if (!happened && ![...this.all].some(({ behind }) => behind)) return
    this.packets = []
    this.moves = []
    this.leftOut = 0
    const at = this.now()
    const moment = liveMoment(this.host, at)
    const key = liveMomentKey(moment)
    const changed = key !== this.key
    this.key = key
    for (const following of this.all) {
      const { follower, behind } = following
      following.leftOut += leftOut
      const nothing = packets.length === 0 && moves.length === 0 && !changed && !behind && following.leftOut === 0
      if (nothing) continue
      if (follower.waiting > MOST_WAITING) {
        following.leftOut += packets.length
        following.behind = true
        continue
      }
      const news = { kind: 'news', at, packets, moves, leftOut: following.leftOut } as const
      say(follower, { ...news, moment: changed || behind ? moment : null })
      following.leftOut = 0
      following.behind = false
    }
  }

  private now(): number {
    return this.host.now() - this.start
  }
}

function say(follower: LiveFollower, message: LiveMessage): void {
  follower.send(JSON.stringify(message))
}
