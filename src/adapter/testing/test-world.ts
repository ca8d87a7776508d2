import type { Link, LinkOptions } from '../../sim/link.ts'
import type { SimHost, SimHostOptions } from '../../sim/sim-host.ts'
import { World } from '../../sim/world.ts'
import { armLink, armPeer, type PlannedFault } from './fault-plan.ts'
import { Recorder } from './recorder.ts'

/** What runs in a world, and throws when something is wrong. */
export type WorldTest = (world: TestWorld) => void | Promise<void>

/** A world that records what happens, and in which planned faults happen by themselves. */
export class TestWorld extends World {
  readonly recorder = new Recorder()
  readonly faults: readonly PlannedFault[]
  private first = true

  constructor(seed: number, faults: readonly PlannedFault[] = []) {
    super(seed)
    this.faults = faults
  }

  override host(name: string, options: SimHostOptions = {}): SimHost {
    const made = super.host(name, options)
    this.recorder.watch(this, made)
    if (!this.first) armPeer(this, made, this.faults)
    this.first = false
    return made
  }

  override link(left: SimHost, right: SimHost, options: LinkOptions = {}): Link {
    const made = super.link(left, right, options)
    armLink(this, made, this.faults)
    return made
  }
}
