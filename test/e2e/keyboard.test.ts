import { expect } from 'vitest'
import { LADDER_WORDS } from '../../lab/src/words/ladder.ts'
import { LANGUAGES } from './support/lab-page.ts'
import { describeLab, it } from './support/test.ts'

const HANDSHAKE = 3

describeLab('by keyboard alone', () => {
  it.for(LANGUAGES)('play, step, select a segment, lose it, take it back (%s)', async (language, { open }) => {
    const lab = await open({ language })
    const words = LADDER_WORDS[language]
    const { page, packets } = lab
    await lab.press(' ')
    await expect.poll(() => lab.time()).toBeGreaterThan(0)
    await lab.press(' ')
    const paused = await lab.time()
    await lab.press('ArrowRight')
    expect(await lab.time()).toBeGreaterThan(paused)
    await lab.toEnd()

    // Tab leads to the packets, and keys from one to the next.
    for (let i = 0; i < 60; i += 1) {
      if (await packets.evaluate((list) => list === document.activeElement)) break
      await lab.press('Tab')
    }
    expect(await packets.evaluate((list) => list === document.activeElement)).toBe(true)
    await lab.press('j', 'j')
    const selected = packets.getByRole('option', { selected: true })
    await expect.poll(() => selected.textContent()).toContain('SYN,ACK')
    const before = await lab.hash()
    await lab.press('l')
    await expect.poll(() => lab.hash()).not.toBe(before)
    await expect.poll(() => selected.textContent()).toContain(words.touched)
    expect(await lab.packet(words.retransmission).count()).toBeGreaterThan(0)
    await lab.press('z')
    await expect.poll(() => lab.hash()).toBe(before)
    await expect.poll(() => packets.getByRole('option').count()).toBe(HANDSHAKE)
    expect(await lab.packet(words.touched).count()).toBe(0)
    expect(await page.getByRole('alert').count()).toBe(0)
  })
})
