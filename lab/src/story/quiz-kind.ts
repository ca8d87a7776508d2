import type { Bilingual } from 'estab/scenario'

/** A question to be answered before the play answers it. */
export interface Quiz {
  /** The part of the scenario that shows the answer, from 0. */
  readonly part: number
  readonly ask: Bilingual
  /** Two to four. */
  readonly choices: readonly Bilingual[]
  /** Index of the right one. */
  readonly right: number
  /** Why it is right, and what is wrong with the others. */
  readonly why: Bilingual
}

/** By the name of the scenario. */
export type Quizzes = Readonly<Record<string, Quiz>>
