import { expect } from 'vitest'
import { describeLab, it } from './support/test.ts'

describeLab('without a network', () => {
  it('works on after the first visit, and opens again', async ({ open }) => {
    const lab = await open()
    const { page } = lab
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready
    })
    await page.context().setOffline(true)
    await page.reload()
    await lab.settled()
    expect(await page.evaluate(() => navigator.onLine)).toBe(false)
    await lab.go('acknowledgment')
    await lab.toEnd()
    // What is loaded only when it is asked for was kept, too.
    await lab.press('c')
    await page.locator('.uplot').first().waitFor()
  })
})
