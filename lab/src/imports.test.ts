import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const ROOT = new URL('.', import.meta.url)

describe('the lab', () => {
  it('imports its own files and packages: of estab, what is published', () => {
    const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(ts|svelte)$/.test(name))
    expect(files.length).toBeGreaterThan(100)
    const strange = files.flatMap((file) => {
      const text = readFileSync(new URL(file, ROOT), 'utf8')
      const relative = [...text.matchAll(/\b(?:from|import) ?\(?'(\.[^']*)'/g)].map(([, path = '']) => path)
      return relative.filter((path) => !new URL(path, new URL(file, ROOT)).pathname.startsWith(ROOT.pathname))
    })
    expect(strange).toEqual([])
  })
})
