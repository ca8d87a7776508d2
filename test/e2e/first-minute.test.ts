import { expect } from 'vitest'
import { LADDER_WORDS } from '../../lab/src/words/ladder.ts'
import { STORY_WORDS } from '../../lab/src/words/story.ts'
import { LANGUAGES } from './support/lab-page.ts'
import { scriptSizes } from './support/script-size.ts'
import { describeLab, it } from './support/test.ts'

const READY = 2000
const MOST_SCRIPT = 300_000
const WHY_TIME_WAIT = { en: 'Why is there a TIME-WAIT?', zh: '为什么要有 TIME-WAIT？' } as const

describeLab('the first minute', () => {
  it.for(LANGUAGES)(`opens on the handshake, ready to play, within ${READY} ms (%s)`, async (language, { open }) => {
    const lab = await open({ language })
    const { page } = lab
    // Once more, so that a browser that was just started does not count.
    await page.reload({ waitUntil: 'commit' })
    await lab.packets.waitFor({ state: 'attached' })
    await page.getByRole('heading', { level: 1 }).waitFor()
    expect(await page.evaluate(() => performance.now())).toBeLessThan(READY)
    await lab.play.waitFor()
    expect(await lab.time()).toBe(0)
    expect(await lab.hash()).toBe('scenario=handshake&part=0')
    await page.getByRole('complementary').getByRole('button', { name: STORY_WORDS[language].play }).click()
    await lab.packet(/SYN,ACK/).waitFor({ state: 'attached' })
  })

  it(`needs at most ${MOST_SCRIPT} compressed bytes of script before the first scenario`, async ({ open }) => {
    const { page } = await open()
    const sizes = await scriptSizes(page)
    // The page's, and the worker's.
    expect(sizes.length).toBeGreaterThan(1)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MOST_SCRIPT)
  })

  it.for(LANGUAGES)('leads in two clicks from the question to the last ACK lost (%s)', async (language, { open }) => {
    const lab = await open({ language })
    await lab.page.getByRole('button', { name: WHY_TIME_WAIT[language] }).click()
    await lab.page.getByRole('button', { name: STORY_WORDS[language].showMe }).click()
    // The play runs; nobody need click again.
    await lab.packet(LADDER_WORDS[language].lostAt('1.125 s')).waitFor({ state: 'attached' })
    expect(
      await lab
        .packet(/ACK/)
        .filter({ hasText: LADDER_WORDS[language].lostAt('1.125 s') })
        .count(),
    ).toBe(1)
  })
})
