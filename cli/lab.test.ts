import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hasBrowser } from './browser.ts'
import { ESTAB, estab } from './estab.testkit.ts'
import { LabServer } from './lab-server.ts'

let folder: string
let open: LabServer[]

beforeEach(() => {
  folder = `${mkdtempSync(join(tmpdir(), 'estab-lab-'))}/`
  mkdirSync(`${folder}assets`)
  writeFileSync(`${folder}index.html`, '<!doctype html><title>lab</title>')
  writeFileSync(`${folder}assets/main.js`, 'export {}')
  open = []
})

afterEach(() => {
  for (const server of open) server.close()
  rmSync(folder, { recursive: true })
})

async function serve(): Promise<LabServer> {
  const server = await LabServer.open({ port: 0, folder })
  open.push(server)
  return server
}

/** What comes back for a path that is asked for by that name of the machine. */
async function ask({ address }: LabServer, path: string, host = new URL(address).host, method = 'GET') {
  const { port } = new URL(address)
  const asked = request({ host: '127.0.0.1', port, path, method, headers: { host } })
  asked.end()
  const [response] = await once(asked, 'response')
  let body = ''
  for await (const part of response) body += part
  return { status: response.statusCode as number, headers: response.headers, body }
}

describe('the server of the lab', () => {
  it('gives its files, with nothing that a page could be led astray by', async () => {
    const server = await serve()
    const page = await ask(server, '/')
    expect(page).toMatchObject({ status: 200, body: '<!doctype html><title>lab</title>' })
    expect(page.headers['x-content-type-options']).toBe('nosniff')
    const policy = String(page.headers['content-security-policy'])
    expect(policy).toContain("default-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/script-src|unsafe-eval/)
    expect((await ask(server, '/assets/main.js')).headers['content-type']).toMatch('javascript')
    expect(await ask(server, '/nothing')).toMatchObject({ status: 404 })
    expect(await ask(server, '/../lab.test.ts')).toMatchObject({ status: 404 })
    expect(await ask(server, '/', undefined, 'POST')).toMatchObject({ status: 405 })
  })

  it('answers only to a name of this machine: DNS may be made to point here', async () => {
    const server = await serve()
    expect(await ask(server, '/', 'localhost')).toMatchObject({ status: 200 })
    expect(await ask(server, '/', '127.0.0.1:9999')).toMatchObject({ status: 200 })
    for (const name of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example:80']) {
      expect(await ask(server, '/', name), name).toMatchObject({ status: 403 })
    }
  })

  it('is reached from this machine alone', async () => {
    const { port } = new URL((await serve()).address)
    const elsewhere = connect({ host: '127.0.0.2', port: Number(port) })
    const [error] = await once(elsewhere, 'error')
    expect(error).toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('takes the next port where none is asked for, and says so where one is and it is taken', async () => {
    const [first, second] = [await LabServer.open({ folder }), await LabServer.open({ folder })]
    open.push(first, second)
    expect(first.address).not.toBe(second.address)
    const port = Number(new URL(first.address).port)
    await expect(LabServer.open({ port, folder })).rejects.toThrow(`port ${port} is in use on 127.0.0.1: choose`)
  })

  it('says what to do where the lab is not built', async () => {
    await expect(LabServer.open({ folder: `${folder}assets/` })).rejects.toThrow(/is not built.*`npm run build`/)
  })
})

describe('a browser', () => {
  const desk = { env: { DISPLAY: ':0' }, platform: 'linux', terminal: true, root: false }

  it('is opened where somebody sees it', () => {
    expect(hasBrowser(desk)).toBe(true)
    expect(hasBrowser({ ...desk, env: { WAYLAND_DISPLAY: 'wayland-0' } })).toBe(true)
    expect(hasBrowser({ ...desk, env: {}, platform: 'darwin' })).toBe(true)
  })

  it('is not opened without a screen or a terminal, in CI, nor by root', () => {
    expect(hasBrowser({ ...desk, env: {} })).toBe(false)
    expect(hasBrowser({ ...desk, terminal: false })).toBe(false)
    expect(hasBrowser({ ...desk, env: { ...desk.env, CI: 'true' } })).toBe(false)
    expect(hasBrowser({ ...desk, root: true })).toBe(false)
  })
})

describe('estab lab', () => {
  it('prints the address, serves the lab there, and ends by Ctrl-C with 0', async () => {
    const child = spawn(process.execPath, [ESTAB, 'lab', '--port', '0', '--no-open'])
    const [line] = await once(child.stdout, 'data')
    const address = /http:\/\/127\.0\.0\.1:\d+\//.exec(String(line))?.[0] ?? ''
    const page = await fetch(address)
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<title>estab lab</title>')])
    child.kill('SIGINT')
    const [code] = await once(child, 'exit')
    expect(code).toBe(0)
  })

  it('says what a port is', async () => {
    expect(await estab('lab', '--port', '70000')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/0 to 65535/),
    })
  })
})
