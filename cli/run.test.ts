import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { estab } from './estab.testkit.ts'

const HANDSHAKE = fileURLToPath(new URL('../examples/scripts/handshake.estab', import.meta.url))

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'estab-run-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

function script(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const run = (...args: string[]) => estab('run', ...args)

it('a script that holds', async () => {
  expect(await run(HANDSHAKE)).toEqual({ code: 0, stdout: `ok      ${HANDSHAKE}\n`, stderr: '' })
  expect(await run(HANDSHAKE, '--seed', '7')).toMatchObject({ code: 0 })
})

it('a script that does not: expected beside seen, and exit code 1', async () => {
  const wrong = script('wrong.estab', 'listen 80\n< S 7:7(0)\n> S. 0:0(0) ack 1\n')
  expect(await run(wrong, HANDSHAKE)).toEqual({
    code: 1,
    stdout: `failed  ${wrong}
  line 3, at 0.000000 s: > S. 0:0(0) ack 1
    before it
      0.000000 < S 7:7(0) win 65535
      0.000000 > S. 0:0(0) ack 8 win 64240 <mss 1460>
    expected                     seen
    0.000000 > S. 0:0(0) ack 1   0.000000 > S. 0:0(0) ack 8 win 64240 <mss 1460>
ok      ${HANDSHAKE}
1 of 2 scripts hold
`,
    stderr: '',
  })
})

it('bad lines: all of them, with what would be right, and exit code 1', async () => {
  const bad = script('bad.estab', 'lisen 80\nclose now\n')
  expect(await run(bad)).toEqual({
    code: 1,
    stdout: `failed  ${bad}
  line 1: lisen 80
    there is no statement lisen: did you mean listen?
  line 2: close now
    it is written: close
`,
    stderr: '',
  })
})

it('wrong usage, and a file that is not there', async () => {
  expect(await run()).toMatchObject({ code: 1, stderr: expect.stringContaining("missing required argument 'file'") })
  expect(await run('--seed', 'x', HANDSHAKE)).toMatchObject({ code: 1 })
  expect(await run(join(folder, 'none.estab'))).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^estab: .*none\.estab cannot be read: ENOENT/),
  })
})
