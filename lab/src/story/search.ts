import type { Bilingual } from 'estab/scenario'
import type { ScenarioText } from '../engine/scenario-text.ts'
import type { Question } from './questions.ts'

/** Where a search leads. */
export interface Found {
  readonly kind: 'question' | 'scenario' | 'part'
  readonly scenario: string
  /** From 0. */
  readonly part: number
  readonly text: Bilingual
}

/** Most that are found. */
const MOST = 24
/** A word that stands in an explanation only; not told of where there are so many better ones. */
const IN_EXPLANATION = 4
const PLENTY = 4

/** What of the library has all the words looked for, in either language: the best first, each place once. */
export function search(query: string, scenarios: readonly ScenarioText[], questions: readonly Question[]): Found[] {
  const words = plain(query).split(' ').filter(Boolean)
  if (words.length === 0) return []
  const ranked: { rank: number; found: Found }[] = []
  const consider = (ranks: readonly [rank: number, haystack: string][], found: Found) => {
    const hit = ranks.find(([, haystack]) => words.every((word) => haystack.includes(word)))
    if (hit !== undefined) ranked.push({ rank: hit[0], found })
  }
  for (const { text, scenario, part } of questions) {
    consider([[1, both(text)]], { kind: 'question', scenario, part, text })
  }
  for (const { name, title, question, explanation, parts } of scenarios) {
    const titled = `${plain(name)} ${both(title)}`
    const asked = `${titled} ${both(question)}`
    consider(
      [
        [0, titled],
        [3, asked],
        [IN_EXPLANATION, `${asked} ${both(explanation)}`],
      ],
      { kind: 'scenario', scenario: name, part: 0, text: title },
    )
    parts.forEach((text, part) => {
      if (parts.length > 1) consider([[2, both(text)]], { kind: 'part', scenario: name, part, text })
    })
  }
  const better = ranked.filter(({ rank }) => rank < IN_EXPLANATION)
  return (better.length >= PLENTY ? better : ranked)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, MOST)
    .map(({ found }) => found)
}

function both({ en, zh }: Bilingual): string {
  return `${plain(en)} ${plain(zh)}`
}

/** As it is compared: small letters, words apart, signs away. */
function plain(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}
