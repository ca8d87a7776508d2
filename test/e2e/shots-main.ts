import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { launch } from './support/chromium.ts'
import { LANGUAGES, type LabOptions, LabPage } from './support/lab-page.ts'
import { LabProcess } from './support/lab-process.ts'
import { VIEWS } from './support/views.ts'

// npm run lab:shots [-- --docs | NAME ...]: pictures of the main views in both languages, light and dark, into
// dist/shots/; with --docs those of the README, into docs/; with names those views only.

/** From dist/.e2e/test/e2e/. */
const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))
const THEMES = ['light', 'dark'] as const
const TABLET = '820x1180'
const ON_A_TABLET = ['start', 'packet', 'states', 'charts', 'compare']
/** Of the README: its name there, and what it shows. */
const DOCS: readonly { file: string; view: string; options: LabOptions }[] = [
  { file: 'lab-ladder.png', view: 'packet', options: {} },
  { file: 'lab-compare.png', view: 'compare', options: { theme: 'dark' } },
  { file: 'lab-states.png', view: 'states', options: { language: 'zh' } },
]

async function shoot(browser: Browser, address: string, view: string, options: LabOptions, path: string) {
  const lab = await LabPage.open(browser, address, options)
  await VIEWS.find(({ name }) => name === view)?.show(lab)
  await lab.page.mouse.move(0, 0)
  // A picture shows no keyboard focus.
  await lab.page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur())
  await lab.page.evaluate(() => document.fonts.ready)
  // What was drawn for the last change stands on the page after two frames.
  await lab.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
  await lab.page.screenshot({ path })
  for (const fault of lab.faults) console.error(`${path}: ${fault}`)
  await lab.close()
  console.log(path)
}

/** What is to be shot where. */
function pictures(wanted: readonly string[]): { path: string; view: string; options: LabOptions }[] {
  if (wanted.includes('--docs')) {
    return DOCS.map(({ file, view, options }) => ({ path: join(ROOT, 'docs', file), view, options }))
  }
  const folder = join(ROOT, 'dist/shots')
  mkdirSync(folder, { recursive: true })
  return VIEWS.filter(({ name }) => wanted.length === 0 || wanted.includes(name)).flatMap(({ name: view }) =>
    LANGUAGES.flatMap((language) =>
      THEMES.flatMap((theme) => {
        const path = join(folder, `${view}-${language}-${theme}`)
        const desk = { path: `${path}.png`, view, options: { language, theme } }
        const tablet = { path: `${path}-tablet.png`, view, options: { language, theme, size: TABLET } }
        return ON_A_TABLET.includes(view) && theme === 'light' ? [desk, tablet] : [desk]
      }),
    ),
  )
}

const lab = await LabProcess.start()
const browser = await launch()
try {
  for (const { path, view, options } of pictures(process.argv.slice(2))) {
    await shoot(browser, lab.address, view, options, path).catch((error: unknown) => {
      console.error(`${path}: ${error}`)
      process.exitCode = 1
    })
  }
} finally {
  await browser.close()
  await lab.stop()
}
