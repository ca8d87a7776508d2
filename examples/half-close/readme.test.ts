import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = new URL('../../', import.meta.url)

/** Where what the example imports is, as it was built. */
const MODULES = {
  'estab/testing': 'dist/src/adapter/testing/index.js',
  './journal-client.ts': 'dist/examples/half-close/journal-client.js',
  './journal-server.ts': 'dist/examples/half-close/journal-server.js',
}

/** The example of a README, and what it says that it prints. */
function exampleOf(page: string): { code: string; output: string } {
  const text = readFileSync(new URL(page, ROOT), 'utf8')
  const [, code = '', output = ''] = /```ts\n(import \{ explore,.*?)```.*?```\n(.*?)```/s.exec(text) ?? []
  return { code, output }
}

/** What it prints, each ladder as an ellipsis. */
function printed(code: string, folder: string): string {
  let runnable = code
  for (const [name, path] of Object.entries(MODULES))
    runnable = runnable.replace(`'${name}'`, `'${new URL(path, ROOT)}'`)
  const file = join(folder, 'example.mjs')
  writeFileSync(file, runnable)
  const { ESTAB_SEED: _, ...env } = process.env
  const output = execFileSync(process.execPath, [file], { cwd: folder, encoding: 'utf8', env })
  return output.replace(/\n\n +time, s.*?\ncapture/gs, '\n...\ncapture').trimEnd()
}

it.for(['README.md', 'README.zh-CN.md'])('the example of %s prints what it says, and leaves the captures', (page) => {
  const folder = mkdtempSync(join(tmpdir(), 'estab-readme-'))
  try {
    const { code, output } = exampleOf(page)
    expect(printed(code, folder)).toBe(output.trimEnd())
    const captures = [...output.matchAll(/^capture: (.*)$/gm)].map(([, path = '']) => path)
    expect(captures).toHaveLength(2)
    for (const path of captures) expect(existsSync(join(folder, path)), path).toBe(true)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
