import type { LiveHello, LiveMoment, LiveMove, LiveNews, LivePacket } from 'estab/host'
import type { CapturedPacket } from 'estab/trace'
import type { Moment } from '../engine/engine.ts'
import { hashOf } from '../engine/state-hash.ts'
import { WireRecorder } from '../files/wire-recorder.ts'
import { endpoint } from '../run/fields.ts'
import { Moments } from '../run/moments.ts'
import type { RunData } from '../run/play.ts'

/** Packets that are kept; the oldest go first, a quarter at a time. */
const MOST_PACKETS = 20_000
const KEPT_PACKETS = 15_000
/** Moments that are kept, likewise. */
const MOST_MOMENTS = 4000
const KEPT_MOMENTS = 3000

/** The lane of the host that is followed. */
const HOST = 0
/** LINKTYPE_RAW. */
const RAW = 101

interface Known extends Omit<LivePacket, 'bytes' | 'at'> {
  readonly at: number
  readonly bytes: Uint8Array
}

/** The run of a host that is followed, as it grows. Times are microseconds since one began to follow. */
export class LiveRun {
  readonly hello: LiveHello
  /** Packets that were not told of. */
  leftOut = 0
  /** Packets that were forgotten, for there are too many. */
  forgotten = 0
  end = 0
  private recorder: WireRecorder
  private packets: Known[] = []
  private moves: LiveMove[] = []
  private moments: LiveMoment[] = []
  private byTime = new Moments()
  /** Connections of which a state of the host is known. */
  private told = new Set<number>()

  constructor(hello: LiveHello) {
    this.hello = hello
    this.recorder = this.begin()
  }

  take(news: LiveNews): void {
    const packets = news.packets.map((packet) => ({
      ...packet,
      at: this.time(packet.at),
      bytes: decoded(packet.bytes),
    }))
    const moves = news.moves.map((move) => ({ ...move, at: this.time(move.at) }))
    this.end = Math.max(this.end, this.time(news.at))
    this.leftOut += news.leftOut
    for (const packet of packets) {
      this.packets.push(packet)
      this.note(packet)
    }
    // A connection is known by its first packet.
    for (const move of moves) {
      this.moves.push(move)
      this.move(move)
    }
    if (news.moment !== null) this.look({ ...news.moment, at: this.time(news.moment.at) })
    if (this.packets.length > MOST_PACKETS) this.forget()
  }

  /** The host at a moment; null before anything was known. */
  momentAt(at: number): Moment | null {
    const host = this.byTime.at(at)
    if (host === null) return null
    const lanes = this.recorder.lanes.finish().map((_, lane) => (lane === HOST ? host : null))
    return { at, lanes, hash: hashOf(lanes) }
  }

  /** All that is known so far. */
  snapshot(): RunData {
    return this.recorder.finish(this.end)
  }

  private time(at: number): number {
    return Math.max(0, at - this.hello.at)
  }

  private begin(): WireRecorder {
    const { name, addresses, epoch, at } = this.hello
    const recorder = new WireRecorder('live', epoch + at)
    recorder.lanes.name(name, 'vantage', addresses)
    recorder.watch(HOST)
    return recorder
  }

  private note({ at, direction, reason, dropped, bytes }: Known): void {
    const packet: CapturedPacket = {
      time: at,
      direction,
      bytes,
      ip: 0,
      linkType: RAW,
      interfaceIndex: 0,
      interfaceName: '',
      originalLength: bytes.length,
    }
    const noted = this.recorder.add(packet, reason)
    if (noted !== null && dropped) this.recorder.lose(noted.index)
  }

  private move({ at, localAddress, localPort, remoteAddress, remotePort, from, to }: LiveMove): void {
    const connection = this.recorder.between(endpoint(localAddress, localPort), endpoint(remoteAddress, remotePort))
    if (connection < 0) return
    this.told.add(connection)
    this.recorder.move({ at, lane: HOST, connection, from, to })
  }

  /** Connections that were there before are known by their state alone. */
  private look(moment: LiveMoment): void {
    this.moments.push(moment)
    this.byTime.add({ ...moment, condition: 'up' })
    for (const { localAddress, localPort, remoteAddress, remotePort, state } of moment.connections) {
      const connection = this.recorder.between(endpoint(localAddress, localPort), endpoint(remoteAddress, remotePort))
      if (connection < 0 || this.told.has(connection)) continue
      this.told.add(connection)
      this.recorder.move({ at: moment.at, lane: HOST, connection, from: '', to: state })
    }
    if (this.moments.length <= MOST_MOMENTS) return
    this.moments = this.moments.slice(-KEPT_MOMENTS)
    this.byTime = new Moments()
    for (const each of this.moments) this.byTime.add({ ...each, condition: 'up' })
  }

  /** Begins again with what is newest. */
  private forget(): void {
    this.forgotten += this.packets.length - KEPT_PACKETS
    this.packets = this.packets.slice(-KEPT_PACKETS)
    const since = this.packets[0]?.at ?? 0
    this.moves = this.moves.filter(({ at }) => at >= since)
    this.recorder = this.begin()
    this.told = new Set()
    for (const each of this.packets) this.note(each)
    for (const each of this.moves) this.move(each)
  }
}

function decoded(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
}
