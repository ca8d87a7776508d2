import { getContext, setContext } from 'svelte'
import type { Lab } from '../app/lab.svelte.ts'
import type { Moment } from '../engine/engine.ts'
import type { HostMoment } from '../run/moments.ts'

const KEY = Symbol('last step')

/** What was known before the last change of anything. */
class LastStep {
  private before = $state.raw<Moment | null>(null)
  private now: Moment | null = null

  /** The same moment of a run that hashes alike is no step. */
  look(moment: Moment | null): void {
    if (moment?.hash === this.now?.hash) return
    this.before = this.now
    this.now = moment
  }

  lane(lane: number): HostMoment | null {
    return this.before?.lanes[lane] ?? null
  }
}

/** Follows what is known from step to step, for the components within. */
export function trackChanges(lab: Lab): void {
  const step = setContext(KEY, new LastStep())
  $effect.pre(() => step.look(lab.moment))
}

/** What was known before the last step. */
export function useLastStep(): Pick<LastStep, 'lane'> {
  return getContext<LastStep>(KEY)
}
