import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { APP_WORDS } from '../../lab/src/words/app.ts'
import { FILES_WORDS } from '../../lab/src/words/files.ts'
import { mustRun, obstacle } from '../interop/support/requirements.ts'
import { captureKernel } from './support/kernel-capture.ts'
import type { LabPage } from './support/lab-page.ts'
import { ESTAB } from './support/lab-process.ts'
import { describeLab, it } from './support/test.ts'

const words = FILES_WORDS.en
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'estab-lab-'))
})

afterAll(() => rmSync(folder, { recursive: true }))

async function openCapture({ page }: LabPage, path: string): Promise<void> {
  await page.getByRole('banner').getByRole('button', { name: APP_WORDS.en.open }).click()
  await page.getByLabel(words.choose).setInputFiles(path)
  await page.locator('article[aria-busy=false]').getByRole('region', { name: words.connections }).waitFor()
}

/** Saves what is shown; returns where the file is. */
async function save({ page }: LabPage, what: 'pcapng' | 'script' | 'svg' | 'png'): Promise<string> {
  const dialog = page.getByRole('dialog', { name: words.save })
  if (!(await dialog.isVisible())) {
    await page.getByRole('banner').getByRole('button', { name: APP_WORDS.en.save }).click()
  }
  const coming = page.waitForEvent('download')
  await dialog.getByRole('button', { name: words.saveAs.replace('{what}', words[what]) }).click()
  const download = await coming
  const path = join(folder, download.suggestedFilename())
  await download.saveAs(path)
  return path
}

/** Connections of the capture that is shown: ends, then what is concluded of each one's state. */
async function connections(page: Page): Promise<{ ends: string; states: string[] }[]> {
  const rows = page
    .getByRole('region', { name: words.connections })
    .getByRole('listitem')
    .filter({ hasText: '→' })
    .filter({ hasNotText: 'UDP' })
  return Promise.all(
    (await rows.all()).map(async (row) => ({
      ends: ((await row.locator('.ends').textContent()) ?? '').replace(/\s*→\s*/, ' ').trim(),
      states: await row.getByTitle(words.statesAtEnd).allTextContents(),
    })),
  )
}

/** Width and height; throws for what is no picture. */
function pictureSize(page: Page, type: string, path: string): Promise<[number, number]> {
  const address = `data:${type};base64,${readFileSync(path).toString('base64')}`
  return page.evaluate(async (source) => {
    const image = new Image()
    image.src = source
    await image.decode()
    return [image.naturalWidth, image.naturalHeight]
  }, address)
}

describeLab('files', () => {
  const needs = obstacle(['tcpdump', 'tshark', 'ss', 'python3'])
  it.skipIf(needs !== '' && !mustRun())(
    `the kernel's own traffic as tcpdump saw it: its states are those that ss tells${needs && ` (${needs})`}`,
    async ({ open }) => {
      const { path, states } = await captureKernel(folder)
      const lab = await open()
      await openCapture(lab, path)
      const told = (ends: string) =>
        [ends, ends.split(' ').reverse().join(' ')].map((each) => states.get(each) ?? 'CLOSED')
      const found = await connections(lab.page)
      expect(found).toHaveLength(3)
      expect(found).toEqual(found.map(({ ends }) => ({ ends, states: told(ends) })))
      // The ladder, too, stands at the end, in the same states.
      await lab.packets.getByRole('option').first().waitFor({ state: 'attached' })
      await lab.page.getByRole('button', { name: new RegExp(`${found[2]?.ends.replace(' ', ' *→ *')}`) }).click()
      await expect.poll(async () => (await lab.page.locator('.heads').textContent()) ?? '').toContain('TIME-WAIT')
    },
  )

  it('a play saved as pcapng opens again as a capture of the same packets', async ({ open }) => {
    const lab = await open({ hash: 'scenario=close&part=0' })
    await lab.toEnd()
    const path = await save(lab, 'pcapng')
    await lab.press('Escape')
    await openCapture(lab, path)
    const [connection, ...others] = await connections(lab.page)
    expect(others).toEqual([])
    expect(connection?.ends).toMatch(/^10\.0\.1\.1:\d+ 10\.0\.1\.2:80$/)
    expect(connection?.states.at(-1)).toBe('CLOSED')
    expect(await lab.page.getByRole('complementary').first().textContent()).toMatch(/\b7 packets\b/)
  })

  it('a play saved as a script runs in the terminal', async ({ open }) => {
    const lab = await open({ hash: 'scenario=close&part=0' })
    const path = await save(lab, 'script')
    const output = execFileSync(process.execPath, [ESTAB, 'run', path], { encoding: 'utf8' })
    expect(output).toMatch(/^ok\b/)
  })

  it('pictures of the ladder: SVG that is well-formed, PNG that decodes', async ({ open }) => {
    const lab = await open({ hash: 'scenario=close&part=0' })
    await lab.toEnd()
    const svg = await save(lab, 'svg')
    const text = readFileSync(svg, 'utf8')
    const read = await lab.page.evaluate((source) => {
      const root = new DOMParser().parseFromString(source, 'image/svg+xml').documentElement
      return { name: root.localName, broken: root.querySelector('parsererror') !== null, lines: root.textContent ?? '' }
    }, text)
    expect(read).toMatchObject({ name: 'svg', broken: false })
    expect(read.lines).toContain('TIME-WAIT')
    const drawn = await pictureSize(lab.page, 'image/svg+xml', svg)
    const [width, height] = await pictureSize(lab.page, 'image/png', await save(lab, 'png'))
    expect(Math.min(width, height)).toBeGreaterThan(300)
    expect(width / height).toBeCloseTo(drawn[0] / drawn[1], 1)
  })
})
