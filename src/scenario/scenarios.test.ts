import { describe, expect, it } from 'vitest'
import { SCENARIOS } from './all.ts'
import { Stage } from './stage.ts'

describe.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))('scenario %s', (_name, scenario) => {
  it.each(scenario.parts.map((part) => [part.title.en, part] as const))('%s', (_title, part) => {
    const stage = new Stage()
    part.play(stage)
    expect(stage.checks.filter((check) => !check.holds).map((check) => check.claim.en)).toEqual([])
    expect(stage.checks.length).toBeGreaterThan(0)
  })

  it('speaks both languages', () => {
    const { title, question, explanation, lookAt, parts } = scenario
    for (const text of [title, question, explanation, lookAt, ...parts.map((part) => part.title)]) {
      expect(text.en).toMatch(/[a-z]/)
      expect(text.zh).toMatch(/\p{Script=Han}/u)
    }
  })
})

describe('the scenarios', () => {
  it('have names and numbers of their own, in order', () => {
    expect(new Set(SCENARIOS.map(({ name }) => name)).size).toBe(SCENARIOS.length)
    const numbers = SCENARIOS.map(({ number }) => number)
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b))
  })
})
