import { CLOSING_QUIZZES } from './quiz-closing.ts'
import { DATA_QUIZZES } from './quiz-data.ts'
import type { Quiz, Quizzes } from './quiz-kind.ts'
import { OPENING_QUIZZES } from './quiz-opening.ts'
import { TROUBLE_QUIZZES } from './quiz-trouble.ts'

const ALL: Quizzes = { ...OPENING_QUIZZES, ...DATA_QUIZZES, ...CLOSING_QUIZZES, ...TROUBLE_QUIZZES }

/** Null for a scenario that asks nothing. */
export function quizOf(name: string): Quiz | null {
  return Object.hasOwn(ALL, name) ? (ALL[name] ?? null) : null
}
