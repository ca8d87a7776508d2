import type { Onward, Stage } from './stage.ts'
import { hashText } from './trace-hash.ts'
import type { VirtualClock } from './virtual-clock.ts'
import { WirePacket } from './wire-packet.ts'

/** Watches what goes into a path and what comes out of it. */
export interface PathObserver {
  sent(path: Path, packet: WirePacket, now: number): void
  arrived(path: Path, packet: WirePacket, now: number): void
}

const unobserved: PathObserver = { sent() {}, arrived() {} }

/** One direction of a wire: stages one after the other, and what takes the packets at its end. */
export class Path {
  /** 'client>server'. */
  readonly name: string
  /** A hash of the name, 32 bits. */
  readonly hash: number
  /** Takes the packets that arrive. */
  onarrival: (bytes: Uint8Array) => void = () => {}
  observer: PathObserver = unobserved
  private readonly clock: VirtualClock
  /** Through the stages of the wire, and to its end. */
  private readonly onto: Onward
  /** What comes before them, and the way through all of it. */
  private before: readonly Stage[] = []
  private way: Onward
  /** What comes behind them. */
  private behind: readonly Stage[] = []
  private last: Onward

  /** `stages` in the order in which packets pass them. */
  constructor(name: string, clock: VirtualClock, stages: readonly Stage[]) {
    this.name = name
    this.hash = hashText(name)
    this.clock = clock
    const finish = (packet: WirePacket) => this.last(packet, clock.now())
    const end: Onward = (packet, at) => clock.at(at, finish, packet)
    this.onto = stages.reduceRight<Onward>((next, stage) => (packet, at) => stage.pass(packet, at, next), end)
    this.way = this.onto
    this.last = this.arrive
  }

  /** A packet begins its way now. */
  send(bytes: Uint8Array): void {
    const now = this.clock.now()
    const packet = new WirePacket(bytes)
    this.observer.sent(this, packet, now)
    this.way(packet, now)
  }

  /** A packet that nobody has sent is there at the end of the wire. */
  deliver(bytes: Uint8Array): void {
    this.arrive(new WirePacket(bytes), this.clock.now())
  }

  /** Puts a stage before all others, such as a fault. */
  prepend(stage: Stage): void {
    this.begin([stage, ...this.before])
  }

  /** Puts a stage behind all others: it meets what would arrive now, so that the fate of other packets does not change. */
  append(stage: Stage): void {
    this.end([...this.behind, stage])
  }

  /** Takes out a stage that was put before or behind the others. */
  remove(stage: Stage): void {
    this.begin(this.before.filter((other) => other !== stage))
    this.end(this.behind.filter((other) => other !== stage))
  }

  private begin(before: readonly Stage[]): void {
    this.before = before
    this.way = this.through(before, this.onto)
  }

  private end(behind: readonly Stage[]): void {
    this.behind = behind
    this.last = this.through(behind, this.arrive)
  }

  private through(stages: readonly Stage[], end: Onward): Onward {
    return stages.reduceRight<Onward>((next, stage) => {
      const inTime = this.inTime(next)
      return (packet, at) => stage.pass(packet, at, inTime)
    }, end)
  }

  /** What a fault holds back goes on when its time has come, so that it does not hold up those that come before it. */
  private inTime(next: Onward): Onward {
    const { clock } = this
    return (packet, at) => {
      if (at <= clock.now()) next(packet, at)
      else clock.at(at, () => next(packet, at))
    }
  }

  private readonly arrive: Onward = (packet) => {
    this.observer.arrived(this, packet, this.clock.now())
    this.onarrival(packet.bytes)
  }
}
