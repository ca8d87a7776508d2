import { type Pair, type PairOptions, SCENARIOS, Stage } from 'estab/scenario'
import { describe, expect, it } from 'vitest'
import { scenarioTexts } from '../engine/scenario-text.ts'
import { isAbsolute } from './absolute.ts'
import { CHAPTERS, chapterOf, READING_ORDER } from './chapters.ts'
import { paragraphs } from './paragraphs.ts'
import { piecesOf } from './pieces.ts'
import { QUESTIONS } from './questions.ts'
import { quizOf } from './quiz.ts'
import { search } from './search.ts'
import { currentPassage, tell } from './telling.ts'

const both = (en: string) => ({ en, zh: en })
const names = SCENARIOS.map(({ name }) => name)

describe('chapters', () => {
  it('hold each scenario once, and nothing else', () => {
    expect([...READING_ORDER].sort()).toEqual([...names].sort())
    for (const name of names) expect(CHAPTERS).toContain(chapterOf(name))
    expect(chapterOf('constructor')).toBeNull()
  })
})

describe('quizzes', () => {
  it.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))('%s is asked about', (name, { parts }) => {
    const quiz = quizOf(name)
    if (quiz === null) throw new Error(`nothing is asked about ${name}`)
    expect(parts[quiz.part]).toBeDefined()
    expect(quiz.choices.length).toBeGreaterThanOrEqual(2)
    expect(quiz.choices.length).toBeLessThanOrEqual(4)
    expect(quiz.choices[quiz.right]).toBeDefined()
    for (const language of ['en', 'zh'] as const) {
      const texts = [quiz.ask, ...quiz.choices, quiz.why].map((text) => text[language])
      for (const text of texts) expect(text.trim()).not.toBe('')
      expect(new Set(texts).size).toBe(texts.length)
    }
    expect(quiz.ask.zh).toMatch(/\p{Script=Han}/u)
    expect(quiz.why.zh).toMatch(/\p{Script=Han}/u)
  })

  it('do not betray the answer by its place', () => {
    const places = names.map((name) => quizOf(name)?.right)
    for (const place of [0, 1, 2]) expect(places.filter((each) => each === place).length).toBeGreaterThan(3)
  })

  it('ask nothing about what there is not', () => {
    expect(quizOf('constructor')).toBeNull()
  })
})

describe('questions that people ask', () => {
  it('lead to parts that there are', () => {
    for (const { scenario, part, text } of QUESTIONS) {
      expect(SCENARIOS.find(({ name }) => name === scenario)?.parts[part], text.en).toBeDefined()
    }
  })

  it('are told apart', () => {
    for (const language of ['en', 'zh'] as const) {
      expect(new Set(QUESTIONS.map(({ text }) => text[language])).size).toBe(QUESTIONS.length)
    }
  })
})

describe('search', () => {
  const texts = scenarioTexts()
  const first = (query: string) => search(query, texts, QUESTIONS)[0]

  it('finds titles, questions and parts in both languages, whatever the case and the signs', () => {
    expect(first('TIME wait')).toMatchObject({ scenario: 'time-wait' })
    expect(first('why is there a time-wait?')).toMatchObject({ kind: 'question', scenario: 'time-wait', part: 0 })
    expect(first('四次挥手')).toMatchObject({ kind: 'scenario', scenario: 'close' })
    expect(first('PAWS')).toMatchObject({ kind: 'part', scenario: 'wrap', part: 3 })
    expect(search('cookie syn', texts, QUESTIONS)).toContainEqual(
      expect.objectContaining({ scenario: 'syn-flood', part: 4 }),
    )
  })

  it('wants every word, and finds nothing for none', () => {
    expect(search('handshake zebra', texts, QUESTIONS)).toEqual([])
    expect(search('  ?', texts, QUESTIONS)).toEqual([])
  })
})

describe('a story', () => {
  const passages = tell(
    [{ at: 500, text: both('the power fails') }],
    [
      { at: 900, claim: both('nothing is known'), holds: false },
      { at: 500, claim: both('it waits'), holds: true },
    ],
  )

  it('is told in the order of time, and at one moment what is done before what is seen', () => {
    expect(passages.map(({ at, lines }) => [at, ...lines.map(({ text }) => text.en)])).toEqual([
      [500, 'the power fails', 'it waits'],
      [900, 'nothing is known'],
    ])
    expect(passages[1]?.lines[0]).toMatchObject({ kind: 'claim', holds: false })
  })

  it('is where the time is', () => {
    expect([0, 499, 500, 899, 900, 5000].map((time) => currentPassage(passages, time))).toEqual([-1, -1, 0, 0, 1, 1])
  })
})

class Reader extends Stage {
  absolute = false

  override pair(options: PairOptions = {}): Pair {
    this.absolute = options.absolute ?? false
    return super.pair(options)
  }
}

describe('numbers of the headers', () => {
  it.each(names)('%s shows those that its ladder on a terminal shows', (name) => {
    const reader = new Reader(1)
    SCENARIOS.find((each) => each.name === name)?.parts[0]?.play(reader)
    expect(isAbsolute({ play: { kind: 'scenario', name, part: 0 }, seed: 1, acts: [] })).toBe(reader.absolute)
  })
})

describe('paragraphs', () => {
  it('end with a sentence and lose nothing', () => {
    for (const { explanation } of SCENARIOS) {
      const en = paragraphs(explanation.en, 'en')
      const zh = paragraphs(explanation.zh, 'zh')
      expect(en.join(' ')).toBe(explanation.en)
      expect(zh.join('')).toBe(explanation.zh)
      for (const paragraph of en) expect(paragraph).toMatch(/[.?!]”?$/)
      for (const paragraph of zh) expect(paragraph).toMatch(/[。？！]”?$/)
      expect(Math.max(...en.map(({ length }) => length))).toBeLessThan(480)
    }
  })
})

describe('pieces', () => {
  it('are code, and names that stay whole', () => {
    expect(piecesOf('In FIN-WAIT-1, a SYN,ACK (`ss -t`): TIME-WAIT，SYN')).toEqual([
      { kind: 'plain', text: 'In ' },
      { kind: 'name', text: 'FIN-WAIT-1' },
      { kind: 'plain', text: ', a ' },
      { kind: 'name', text: 'SYN,ACK' },
      { kind: 'plain', text: ' (' },
      { kind: 'code', text: 'ss -t' },
      { kind: 'plain', text: '): ' },
      { kind: 'name', text: 'TIME-WAIT' },
      { kind: 'plain', text: '，SYN' },
    ])
  })

  it('lose nothing', () => {
    for (const { explanation } of SCENARIOS) {
      const text = piecesOf(explanation.en).map((piece) => (piece.kind === 'code' ? `\`${piece.text}\`` : piece.text))
      expect(text.join('')).toBe(explanation.en)
    }
  })
})
