import type { Bilingual } from './bilingual.ts'
import type { Stage } from './stage.ts'

/** A question about TCP, and a play that answers it: real hosts in virtual time, whose claims are checked. */
export interface Scenario {
  /** As it is typed: 'handshake'. */
  readonly name: string
  /** Its place in the order in which one learns. */
  readonly number: number
  readonly title: Bilingual
  readonly question: Bilingual
  /** Two to six sentences. */
  readonly explanation: Bilingual
  /** What to look at in the ladders. */
  readonly lookAt: Bilingual
  /** One, or several that are to be compared. */
  readonly parts: readonly ScenarioPart[]
}

export interface ScenarioPart {
  readonly title: Bilingual
  play(stage: Stage): void
}
