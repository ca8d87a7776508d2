import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'

/** Of each script that the page and its worker have asked for until now: bytes, compressed as gzip does by default. */
export async function scriptSizes(page: Page): Promise<number[]> {
  const scripts = await page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .map(({ name }) => name)
      .filter((name) => name.endsWith('.js') && !name.endsWith('/offline.js')),
  )
  return Promise.all(scripts.map(async (script) => gzipSync(await (await fetch(script)).text()).length))
}
