import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterEach, beforeEach, expect } from 'vitest'
import { LIVE_WORDS } from '../../lab/src/words/live.ts'
import { NetworkNamespace } from '../interop/support/namespace.ts'
import { Process } from '../interop/support/processes.ts'
import { mustRun, obstacle } from '../interop/support/requirements.ts'
import { browserWithin, launch } from './support/chromium.ts'
import { LabPage } from './support/lab-page.ts'
import { ESTAB } from './support/lab-process.ts'
import { describeLab, it } from './support/test.ts'

const needs = obstacle(['curl'])
const words = LIVE_WORDS.en

describeLab(`a live host${needs && ` (${needs})`}`, () => {
  const test = it.skipIf(needs !== '' && !mustRun())
  let folder: string
  let namespace: NetworkNamespace
  let browser: Browser | null = null

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'estab-live-'))
    namespace = NetworkNamespace.create()
  })

  afterEach(async () => {
    await browser?.close()
    await Process.stopAll()
    namespace.delete()
    rmSync(folder, { recursive: true })
  })

  test('is followed through the token in the address: a curl from the kernel shows, packet by packet', async () => {
    const server = namespace.start(process.execPath, [ESTAB, 'serve', '--lab', '--lab-port', '0'])
    const [, address = '', token = ''] = await server.line(/^the lab follows it at (\S+)#(\S+)/)
    browser = await launch(browserWithin(namespace.name, folder))
    const lab = await LabPage.open(browser, address, { hash: token })
    await lab.page.getByText(words.open).waitFor()
    expect(namespace.run('curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', 'http://10.9.0.2/')).toMatch(/^\d{3}$/)
    for (const segment of ['SYN', 'SYN,ACK', 'FIN,ACK']) {
      await lab
        .packet(new RegExp(`^\\s*${segment} from `))
        .first()
        .waitFor({ state: 'attached' })
    }
    expect(lab.faults).toEqual([])
    // Who follows without the token sees nothing.
    const other = await LabPage.open(browser, address, { hash: 'live=guessed' })
    await other.page.getByText(words.refused).first().waitFor()
    expect(await other.packet(/10\.9\.0/).count()).toBe(0)
    // What has ended is told, and what was seen stays.
    await server.stop('SIGINT')
    await lab.page.getByText(words.lost).waitFor()
    expect(await lab.packets.getByRole('option').count()).toBeGreaterThan(3)
  })
})
