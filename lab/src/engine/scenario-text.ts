import { type Bilingual, SCENARIOS } from 'estab/scenario'

/** What is said of a scenario and its parts, without the play. */
export interface ScenarioText {
  readonly name: string
  readonly number: number
  readonly title: Bilingual
  readonly question: Bilingual
  readonly explanation: Bilingual
  readonly lookAt: Bilingual
  /** Titles, in their order. */
  readonly parts: readonly Bilingual[]
}

/** Of all scenarios, in the order in which one learns. */
export function scenarioTexts(): ScenarioText[] {
  return SCENARIOS.map(({ name, number, title, question, explanation, lookAt, parts }) => ({
    name,
    number,
    title,
    question,
    explanation,
    lookAt,
    parts: parts.map((part) => part.title),
  }))
}
