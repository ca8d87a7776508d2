import type { Onward, Stage } from './stage.ts'
import type { VirtualClock } from './virtual-clock.ts'
import { WirePacket } from './wire-packet.ts'

/** Watches what goes into a path and what comes out of it. */
export interface PathObserver {
  sent(path: Path, bytes: Uint8Array, now: number): void
  arrived(path: Path, bytes: Uint8Array, now: number): void
}

const unobserved: PathObserver = { sent() {}, arrived() {} }

/** One direction of a wire: stages one after the other, and what takes the packets at its end. */
export class Path {
  /** 'client>server'. */
  readonly name: string
  /** Takes the packets that arrive. */
  onarrival: (bytes: Uint8Array) => void = () => {}
  observer: PathObserver = unobserved
  private readonly clock: VirtualClock
  private stages: readonly Stage[]

  /** `stages` in the order in which packets pass them. */
  constructor(name: string, clock: VirtualClock, stages: readonly Stage[]) {
    this.name = name
    this.clock = clock
    this.stages = stages
  }

  /** A packet begins its way now. */
  send(bytes: Uint8Array): void {
    const now = this.clock.now()
    this.observer.sent(this, bytes, now)
    this.pass(0, new WirePacket(bytes), now)
  }

  /** Puts a stage before all others, such as a fault. */
  prepend(stage: Stage): void {
    this.stages = [stage, ...this.stages]
  }

  remove(stage: Stage): void {
    this.stages = this.stages.filter((other) => other !== stage)
  }

  private pass(index: number, packet: WirePacket, at: number): void {
    const stage = this.stages[index]
    if (stage === undefined) {
      this.clock.at(at, () => this.arrive(packet.bytes))
      return
    }
    const onward: Onward = (next, time) => this.pass(index + 1, next, time)
    stage.pass(packet, at, onward)
  }

  private arrive(bytes: Uint8Array): void {
    this.observer.arrived(this, bytes, this.clock.now())
    this.onarrival(bytes)
  }
}
