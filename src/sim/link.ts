import type { Device } from '../stack/device.ts'
import { type Aim, isAny } from './aims.ts'
import { Fault, type FaultEffect } from './fault.ts'
import { Path } from './path.ts'
import { Port } from './port.ts'
import { SeededRandom } from './seeded-random.ts'
import type { VirtualClock } from './virtual-clock.ts'
import { stagesOf, type WayOptions } from './way.ts'

export interface LinkOptions extends WayOptions {
  /** Largest IP packet, bytes; 1500 if not given. */
  readonly mtu?: number
  /** What is different in one direction: from the first end to the second, and back. */
  readonly forth?: WayOptions
  readonly back?: WayOptions
}

export interface FaultOptions {
  /** 'forth' from the first end to the second, 'back'; both if not given. */
  readonly way?: 'forth' | 'back'
  /** Which packets; all if not given. */
  readonly aim?: Aim
  /** 'drop' if not given. */
  readonly effect?: FaultEffect
  /**
   * 'start': before the wire and its queue, as if the sender had done it; 'end': on arrival, so that the fate of other
   * packets does not change by it. 'start' if not given.
   */
  readonly place?: 'start' | 'end'
}

/** A fault that is there until it is lifted. */
export interface ActiveFault {
  /** Packets that it has met. */
  readonly hits: number
  lift(): void
}

const MTU = 1500

/** A link in virtual time: a device at each end, and a way in each direction. */
export class Link {
  /** The devices of the first and of the second end. */
  readonly ports: readonly [Port, Port]
  readonly forth: Path
  readonly back: Path

  /** `names` of the two ends; `random` for what happens by chance. */
  constructor(names: readonly [string, string], clock: VirtualClock, options: LinkOptions, random: SeededRandom) {
    const [left, right] = names
    const { mtu = MTU, forth, back } = options
    this.forth = new Path(`${left}>${right}`, clock, stagesOf({ ...options, ...forth }, random.named('forth')))
    this.back = new Path(`${right}>${left}`, clock, stagesOf({ ...options, ...back }, random.named('back')))
    this.ports = [new Port(left, mtu, this.forth, this.back), new Port(right, mtu, this.back, this.forth)]
  }

  /** Lets something go wrong from now on. */
  fault(options: FaultOptions = {}): ActiveFault {
    const { way, aim = isAny, effect = 'drop', place = 'start' } = options
    const fault = new Fault(aim, effect)
    const paths = way === undefined ? [this.forth, this.back] : [this[way]]
    for (const path of paths) {
      if (place === 'start') path.prepend(fault)
      else path.append(fault)
    }
    return {
      get hits() {
        return fault.hits
      },
      lift: () => {
        for (const path of paths) path.remove(fault)
      },
    }
  }
}

/** Two devices with a delay between them, where nothing goes wrong. */
export function link(clock: VirtualClock, options: { readonly delay: number; readonly mtu: number }): [Device, Device] {
  const { delay, mtu } = options
  const [left, right] = new Link(['left', 'right'], clock, { delay, mtu }, new SeededRandom(0)).ports
  return [left, right]
}
