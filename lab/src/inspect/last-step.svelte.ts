import { getContext, setContext, untrack } from 'svelte'
import type { Lab } from '../app/lab.svelte.ts'
import type { Shown } from '../app/shown.ts'
import type { Moment } from '../engine/engine.ts'
import type { HostMoment } from '../run/moments.ts'

const KEY = Symbol('last step')

/** What was known before the last change of anything. */
class LastStep {
  private before = $state.raw<Moment | null>(null)
  private now: Moment | null = null
  private shown: Shown | null = null
  /** Of the run that was shown before: no step leads from it. */
  private stale: Moment | null = null

  /** What is known now; what hashes alike is no step. */
  look(shown: Shown | null, moment: Moment | null): void {
    if (shown !== this.shown) {
      this.shown = shown
      this.stale = moment
      this.before = null
      this.now = null
    }
    if (moment === this.stale || moment?.hash === this.now?.hash) return
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
  $effect.pre(() => {
    const { shown, moment } = lab
    untrack(() => step.look(shown, moment))
  })
}

/** What was known before the last step. */
export function useLastStep(): Pick<LastStep, 'lane'> {
  return getContext<LastStep>(KEY)
}
