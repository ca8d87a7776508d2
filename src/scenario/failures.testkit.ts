import type { ScenarioPart } from './scenario.ts'
import { Stage } from './stage.ts'

/** What a play claims though it is not so, in English. */
export function failures(play: ScenarioPart['play']): string[] {
  const stage = new Stage()
  play(stage)
  return stage.checks.filter((check) => !check.holds).map((check) => check.claim.en)
}
