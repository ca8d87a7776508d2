import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Mutation } from './mutation.ts'

/** What the tests need beside the source. */
const COPIED = ['src', 'test', 'package.json', 'tsconfig.base.json', 'vitest.config.ts', 'lab/estab-alias.ts']

/** A copy of the source below the temporary directory, in which rules are broken and mended. */
export class Scratch {
  readonly root: string
  private readonly original: string

  /** Of the tree at `original`. */
  constructor(original: string) {
    this.original = original
    this.root = mkdtempSync(join(tmpdir(), 'estab-mutants-'))
    for (const name of COPIED) cpSync(join(original, name), join(this.root, name), { recursive: true })
    symlinkSync(join(original, 'node_modules'), join(this.root, 'node_modules'))
  }

  apply(mutation: Mutation): void {
    const text = readFileSync(join(this.root, mutation.file), 'utf8')
    // As a function, so that `$` in the replacement is itself.
    writeFileSync(
      join(this.root, mutation.file),
      text.replace(mutation.find, () => mutation.replace),
    )
  }

  /** Undoes what was done to `file`. */
  restore(file: string): void {
    cpSync(join(this.original, file), join(this.root, file))
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true })
  }
}

/** Why `mutation` cannot be applied to the tree at `root`; '' = it can. */
export function obstacle(root: string, mutation: Mutation): string {
  const text = readFileSync(join(root, mutation.file), 'utf8')
  const count = text.split(mutation.find).length - 1
  if (count !== 1) return `CANNOT be applied, its text is there ${count} times`
  return mutation.find === mutation.replace ? 'CHANGES nothing' : ''
}
