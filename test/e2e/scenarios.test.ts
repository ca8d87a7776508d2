import { SCENARIOS } from 'estab/scenario'
import { expect } from 'vitest'
import { STORY_WORDS } from '../../lab/src/words/story.ts'
import { LANGUAGES } from './support/lab-page.ts'
import { describeLab, it } from './support/test.ts'

const PARTS = SCENARIOS.flatMap(({ name, parts }) => parts.map((_, part) => ({ name, part })))

describeLab('scenarios', () => {
  for (const language of LANGUAGES) {
    it(`play to their ends and tell their stories: all ${PARTS.length} parts (${language})`, async ({ open }) => {
      const lab = await open({ language })
      const words = STORY_WORDS[language]
      const story = lab.page.getByRole('complementary').first()
      for (const { name, part } of PARTS) {
        const place = `${name}, part ${part}`
        await lab.go(name, part)
        await lab.press('Space')
        // One part has nothing but figures.
        if ((await lab.end()) > 0) await expect.poll(() => lab.time(), { message: place }).toBeGreaterThan(0)
        await lab.toEnd()
        const asItHappens = story.getByRole('heading', { name: words.asItHappens })
        expect(await asItHappens.count(), place).toBe(1)
        expect(await story.getByText(words.notHolding).count(), place).toBe(0)
        expect(await story.getByTitle(words.notHolding).count(), place).toBe(0)
        expect(await lab.page.getByRole('alert').count(), place).toBe(0)
        expect(lab.faults, place).toEqual([])
      }
    }, 150_000)
  }
})
