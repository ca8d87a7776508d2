import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type axe from 'axe-core'
import { expect } from 'vitest'
import type { LabPage } from './support/lab-page.ts'
import { describeLab, it } from './support/test.ts'
import { VIEWS } from './support/views.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** Each view in both looks, and in both languages. */
const LOOKS = [
  { language: 'en', theme: 'light' },
  { language: 'zh', theme: 'dark' },
] as const

/** What axe finds: a line for each thing that breaks a rule. */
async function violations({ page }: LabPage): Promise<string[]> {
  await page.evaluate(AXE)
  const { violations: found } = await page.evaluate<axe.AxeResults>(
    'axe.run(document, { resultTypes: ["violations"] })',
  )
  return found.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, any }) => `${id}: ${help}: ${html.slice(0, 200)} ${any[0]?.message ?? ''}`),
  )
}

describeLab('axe finds nothing to complain of', () => {
  for (const { name, show } of VIEWS) {
    it.for(LOOKS)(`${name} ($language, $theme)`, async ({ language, theme }, { open }) => {
      const lab = await open({ language, theme })
      await show(lab)
      // Some parts of the page are loaded when they are asked for.
      await lab.page.locator('h1').first().waitFor()
      expect(await violations(lab)).toEqual([])
    })
  }
})
