import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeInterop } from './support/describe-interop.ts'
import { OUTPUT } from './support/programs.ts'
import { hashOfWorld } from './support/random-world.ts'

const WORLDS = 50

/** Serves the compiled programs, and an empty page. */
function serve(): Promise<Server> {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    const script = path.endsWith('.js')
    response.setHeader('content-type', script ? 'text/javascript' : 'text/html')
    response.end(script ? await readFile(join(OUTPUT, path)) : '<!doctype html><title>worlds</title>')
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

describeInterop('a world in a browser', ['chromium'], () => {
  let server: Server
  let browser: Browser

  beforeAll(async () => {
    server = await serve()
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
  })

  afterAll(async () => {
    await browser.close()
    server.close()
  })

  it(`is the same as in Node, to the byte and microsecond: ${WORLDS} worlds made up by chance`, async () => {
    const seeds = Array.from({ length: WORLDS }, (_, i) => 1000 + i)
    const here = seeds.map(hashOfWorld)
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    // As text: the test's own import() is not the browser's.
    const there = await page.evaluate(
      `import('/test/interop/support/worlds-main.js').then(({ hashOfWorld }) => ${JSON.stringify(seeds)}.map(hashOfWorld))`,
    )
    expect(there).toEqual(here)
    // Twice the same, and each another.
    expect(seeds.map(hashOfWorld)).toEqual(here)
    expect(new Set(here).size).toBe(WORLDS)
  })
})
