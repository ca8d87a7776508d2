import { type LinkOptions, SeededRandom, World } from '../sim/index.ts'
import { listen } from '../socket/server-socket.ts'
import { connect, type StreamSocket } from '../socket/stream-socket.ts'
import type { Host } from '../stack/host.ts'
import type { Probe } from '../stack/probe.ts'
import { StackError } from '../stack/stack-error.ts'
import type { State } from '../tcp/states.ts'
import { parseIp } from '../wire/ip-header.ts'
import { IpHeader } from '../wire/packet.ts'
import { TcpSegment } from '../wire/tcp.ts'
import { parseTcp } from '../wire/tcp-header.ts'
import { ConnectionObserver } from './observer.ts'

const SECOND = 1_000_000

/** The moves of one end, true or told. */
export interface Moves {
  readonly list: { time: number; from: State | ''; to: State }[]
  /** '' before the first. */
  state: State | ''
}

const none = (): Moves => ({ list: [], state: '' })

/** An observer at one machine's devices, and what it tells of each address. */
class Bystander {
  readonly observer = new ConnectionObserver()
  private readonly moves = new Map<string, Moves>()
  private readonly ip = new IpHeader()
  private readonly segment = new TcpSegment()

  readonly probe: Probe = {
    packet: (_direction, _device, { bytes, start, end }, now) => this.packet(bytes.slice(start, end), now),
    segment() {},
    state() {},
  }

  of(address: string): Moves {
    return this.moves.get(address) ?? none()
  }

  private packet(bytes: Uint8Array, now: number): void {
    const { ip, segment } = this
    if (!parseIp(bytes, 0, bytes.length, ip) || ip.protocol !== 6) return
    if (!parseTcp(bytes, ip.payloadStart, ip.payloadLength, segment)) return
    const seen = this.observer.see(now, ip, segment)
    if (seen === null) return
    for (const { time, end, from, to } of seen.moves) {
      const { address } = seen.connection.ends[end]
      const moves = this.moves.get(address) ?? none()
      moves.list.push({ time, from, to })
      moves.state = to
      this.moves.set(address, moves)
    }
  }
}

/** The true moves of a machine. */
function truth(): { probe: Probe; moves: Moves } {
  const moves = none()
  const state: Probe['state'] = (_flow, from, to, now) => {
    moves.list.push({ time: now, from, to })
    moves.state = to
  }
  return { probe: { packet() {}, segment() {}, state }, moves }
}

/**
 * What each end does: sends so many bytes, and then ends its side in one way at some time, a FIN not before all has been
 * acknowledged: what waits for data that are not sent yet, nobody can see.
 */
interface Part {
  readonly bytes: number
  readonly ending: 'close' | 'shutdown' | 'abort' | 'after peer'
  /** Seconds. */
  readonly at: number
}

export interface Play {
  readonly client: Part
  readonly server: Part
  readonly link: LinkOptions
  readonly kind: 'ordinary' | 'refused' | 'both open'
}

/** A play by chance. */
export function randomPlay(seed: number): Play {
  const random = new SeededRandom(seed).named('play')
  const choose = <T>(list: readonly T[]) => list[random.uint32() % list.length] as T
  const part = (): Part => ({
    bytes: choose([0, 0, 1, 500, 5000, 30_000]),
    ending: choose(['close', 'shutdown', 'after peer', 'after peer', 'abort'] as const),
    at: choose([0, 0.01, 0.05, 0.3, 0.3, 2]),
  })
  const way = () => ({
    loss: choose([0, 0, 0.03, 0.15]),
    duplicate: choose([0, 0, 0.05]),
    delay: choose([2000, 20_000]),
  })
  return {
    client: part(),
    server: part(),
    link: { forth: way(), back: way() },
    kind: choose(['ordinary', 'ordinary', 'ordinary', 'ordinary', 'refused', 'both open'] as const),
  }
}

function play(world: World, host: Host, socket: StreamSocket, { bytes, ending, at }: Part): void {
  const into = new Uint8Array(4096)
  const payload = new Uint8Array(bytes)
  let sent = 0
  let due = false
  let done = false
  const finish = () => {
    done = true
    if (ending === 'abort') socket.abort()
    else if (ending === 'shutdown') socket.shutdown('write')
    else socket.close()
  }
  const act = () => {
    if (done && ending !== 'shutdown') return
    for (let count = socket.read(into); count > 0; count = socket.read(into));
    if (!done && sent < bytes) sent += socket.write(payload.subarray(sent))
    if (done && socket.ended) socket.close()
    if (done || sent < bytes || !(ending === 'after peer' ? socket.ended : due)) return
    if (ending === 'abort' || socket.unacknowledged === 0) finish()
    else world.at(world.now / SECOND + 0.01, look)
  }
  const attempt = () => {
    try {
      act()
    } catch (error) {
      // The connection has failed, by a RST or a timeout.
      if (!(error instanceof StackError)) throw error
      socket.onevent = () => {}
    }
  }
  const look = () => {
    attempt()
    host.turn()
  }
  socket.onevent = attempt
  world.at(world.now / SECOND + at, () => {
    due = true
    look()
  })
}

/** Plays it, with a bystander at each end; `seconds` long. */
export function observe(seed: number, { client, server, link, kind }: Play, seconds: number) {
  const world = new World(seed)
  const truths = [truth(), truth()] as const
  const bystanders = [new Bystander(), new Bystander()] as const
  const booting = (part: Part, active: boolean) => (host: Host) => {
    const peer = world.named(active ? 'server' : 'client').address()
    if (active || kind === 'both open') {
      play(world, host, connect(host, { address: peer, port: 7, localPort: kind === 'both open' ? 7 : 4000 }), part)
    } else if (kind === 'ordinary') {
      const listener = listen(host, { port: 7 })
      listener.onready = () => {
        const socket = listener.accept()
        if (socket !== null) play(world, host, socket, part)
      }
    }
  }
  const hosts = [
    world.host('client', { boot: booting(client, true) }),
    world.host('server', { boot: booting(server, false) }),
  ] as const
  world.link(hosts[0], hosts[1], link)
  for (const index of [0, 1] as const) {
    world.watch(hosts[index], truths[index].probe)
    world.watch(hosts[index], bystanders[index].probe)
  }
  world.run(seconds)
  return { truths: truths.map(({ moves }) => moves), bystanders, addresses: hosts.map((host) => host.address()) }
}
