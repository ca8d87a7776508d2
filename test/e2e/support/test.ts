import type { Browser } from 'playwright-core'
import { test as base, describe, expect, inject } from 'vitest'
import { launch } from './chromium.ts'
import { type LabOptions, LabPage } from './lab-page.ts'

interface Fixtures {
  browser: Browser
  /** Opens the lab in a window that is closed after the test; what the page has complained of fails the test. */
  open: (options?: LabOptions) => Promise<LabPage>
}

export const it = base.extend<Fixtures>({
  browser: [
    // biome-ignore lint/correctness/noEmptyPattern: vitest wants to read here what a fixture needs
    async ({}, use) => {
      const browser = await launch()
      await use(browser)
      await browser.close()
    },
    { scope: 'file' },
  ],
  open: async ({ browser }, use) => {
    const pages: LabPage[] = []
    await use(async (options) => {
      const page = await LabPage.open(browser, inject('address'), options)
      pages.push(page)
      return page
    })
    const faults = pages.flatMap((page) => page.faults)
    await Promise.all(pages.map((page) => page.close()))
    expect(faults).toEqual([])
  },
})

/** `describe` for tests in a browser: where there is none, they are skipped with the reason in their name. */
export function describeLab(name: string, tests: () => void): void {
  const reason = inject('obstacle')
  if (reason === '') describe(name, tests)
  else describe.skip(`${name} (skipped: ${reason})`, tests)
}
