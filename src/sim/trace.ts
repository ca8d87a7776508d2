import type { Probe } from '../stack/probe.ts'
import { silentProbe } from '../stack/probe.ts'
import type { Path, PathObserver } from './path.ts'
import { TraceHash } from './trace-hash.ts'
import type { WirePacket } from './wire-packet.ts'

/** What became of a packet, beside the hash of its path. */
const SENT = 0
const ARRIVED = 2 ** 32

/** All that happens in a world, as one number: every packet on every wire, every move of every connection. */
export class Trace implements PathObserver {
  /** Packets that were sent, and that arrived. */
  sentPackets = 0
  arrivedPackets = 0
  private readonly sum = new TraceHash()

  sent(path: Path, packet: WirePacket, now: number): void {
    this.sentPackets += 1
    this.packet(SENT, path, packet, now)
  }

  arrived(path: Path, packet: WirePacket, now: number): void {
    this.arrivedPackets += 1
    this.packet(ARRIVED, path, packet, now)
  }

  /** What the host of that name tells of its connections. */
  probe(name: string): Probe {
    return {
      ...silentProbe,
      state: (flow, from, to, now) => {
        this.sum.text(`${name} ${from} ${to}`)
        this.sum.number(now)
        this.sum.number(flow.localPort)
        this.sum.number(flow.remotePort)
      },
    }
  }

  /** 16 hexadecimal digits: the same for the same world and seed, in every engine. */
  get hash(): string {
    return this.sum.digest
  }

  private packet(what: number, path: Path, packet: WirePacket, now: number): void {
    this.sum.number(path.hash + what)
    this.sum.number(now)
    this.sum.number(packet.hash)
  }
}
