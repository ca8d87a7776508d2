import type { Bilingual } from 'estab/scenario'
import { CLOSING_QUIZZES } from './quiz-closing.ts'
import { DATA_QUIZZES } from './quiz-data.ts'
import { OPENING_QUIZZES } from './quiz-opening.ts'
import { TROUBLE_QUIZZES } from './quiz-trouble.ts'

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

const ALL: Quizzes = { ...OPENING_QUIZZES, ...DATA_QUIZZES, ...CLOSING_QUIZZES, ...TROUBLE_QUIZZES }

/** Null for a scenario that asks nothing. */
export function quizOf(name: string): Quiz | null {
  return Object.hasOwn(ALL, name) ? (ALL[name] ?? null) : null
}
