import type { Probe } from '../stack/probe.ts'
import { silentProbe } from '../stack/probe.ts'
import type { Path, PathObserver } from './path.ts'
import { TraceHash } from './trace-hash.ts'

/** All that happens in a world, as one number: every packet on every wire, every move of every connection. */
export class Trace implements PathObserver {
  /** Packets that were sent, and that arrived. */
  sentPackets = 0
  arrivedPackets = 0
  private readonly sum = new TraceHash()

  sent(path: Path, bytes: Uint8Array, now: number): void {
    this.sentPackets += 1
    this.note('>', path.name, now)
    this.sum.bytes(bytes)
  }

  arrived(path: Path, bytes: Uint8Array, now: number): void {
    this.arrivedPackets += 1
    this.note('<', path.name, now)
    this.sum.bytes(bytes)
  }

  /** What the host of that name tells of its connections. */
  probe(name: string): Probe {
    return {
      ...silentProbe,
      state: (flow, from, to, now) => {
        this.note(`${from} ${to}`, name, now)
        this.sum.number(flow.localPort)
        this.sum.number(flow.remotePort)
      },
    }
  }

  /** 16 hexadecimal digits: the same for the same world and seed, in every engine. */
  get hash(): string {
    return this.sum.digest
  }

  private note(what: string, where: string, now: number): void {
    this.sum.text(what)
    this.sum.text(where)
    this.sum.number(now)
  }
}
