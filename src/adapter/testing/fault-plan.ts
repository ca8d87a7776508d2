import { isBareAck, isFin, isSyn, nth } from '../../sim/aims.ts'
import type { Link } from '../../sim/link.ts'
import type { SeededRandom } from '../../sim/seeded-random.ts'
import type { SimHost } from '../../sim/sim-host.ts'
import type { World } from '../../sim/world.ts'

/** What can go wrong. The peer is every machine but the first of the world. */
export type FaultKind = 'lost SYN' | 'lost FIN' | 'lost third ACK' | 'peer crash' | 'freeze' | 'partition'

export const FAULT_KINDS: readonly FaultKind[] = [
  'lost SYN',
  'lost FIN',
  'lost third ACK',
  'peer crash',
  'freeze',
  'partition',
]

/** One thing that goes wrong, once. */
export interface PlannedFault {
  readonly kind: FaultKind
  /** When, seconds of the world; of a segment, the first one from then on is lost. */
  readonly at: number
  /** How long a freeze or a partition lasts; 0 for the others. */
  readonly seconds: number
  /** Which end's FIN is lost: 'forth' the first machine's, 'back' the peer's. */
  readonly way: 'forth' | 'back'
}

const SECOND = 1_000_000
/** Most faults in one run. */
const MOST = 3
/** Longest freeze and partition, milliseconds. */
const LONGEST = 2000

/** One to three faults of those kinds by chance, within so many seconds. */
export function planFaults(random: SeededRandom, kinds: readonly FaultKind[], within: number): PlannedFault[] {
  const left = [...kinds]
  const plan: PlannedFault[] = []
  for (let count = 1 + random.below(MOST); count > 0 && left.length > 0; count -= 1) {
    const [kind] = left.splice(random.below(left.length), 1)
    if (kind === undefined) break
    const lasts = kind === 'freeze' || kind === 'partition'
    // The opening is over in a moment: a segment of it is met only by a fault that is there from the beginning.
    const opening = kind === 'lost SYN' || kind === 'lost third ACK'
    plan.push({
      kind,
      at: opening ? 0 : random.below(Math.max(1, Math.round(within * 1000))) / 1000,
      seconds: lasts ? (1 + random.below(LONGEST)) / 1000 : 0,
      way: random.chance(0.5) ? 'forth' : 'back',
    })
  }
  return plan
}

/** `partition at 0.812 s for 0.4 s`. */
export function describeFault({ kind, at, seconds, way }: PlannedFault): string {
  const who = kind === 'lost FIN' ? ` ${way}` : ''
  return `${kind}${who} at ${at} s${seconds > 0 ? ` for ${seconds} s` : ''}`
}

/** Makes the faults of the wire happen on a link. */
export function armLink(world: World, link: Link, faults: readonly PlannedFault[]): void {
  for (const { kind, at, seconds, way } of faults) {
    if (kind === 'lost SYN') schedule(world, at, () => link.fault({ aim: nth(1, isSyn) }))
    else if (kind === 'lost FIN') schedule(world, at, () => link.fault({ way, aim: nth(1, isFin) }))
    else if (kind === 'lost third ACK') schedule(world, at, () => link.fault({ way: 'forth', aim: nth(1, isBareAck) }))
    else if (kind === 'partition') {
      schedule(world, at, () => {
        const fault = link.fault()
        world.at(at + seconds, () => fault.lift())
      })
    }
  }
}

/** Makes the faults of a peer happen to a machine. */
export function armPeer(world: World, host: SimHost, faults: readonly PlannedFault[]): void {
  for (const { kind, at, seconds } of faults) {
    if (kind === 'peer crash') schedule(world, at, () => host.crash())
    else if (kind === 'freeze') {
      schedule(world, at, () => host.freeze())
      world.at(at + seconds, () => host.thaw())
    }
  }
}

/** At that time, or now if it has come: a SYN may go out before the world's first event. */
function schedule(world: World, at: number, action: () => void): void {
  if (at * SECOND <= world.now) action()
  else world.at(at, action)
}
