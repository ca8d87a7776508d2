import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A line of source that speaks of a rule. */
export interface Citation {
  /** Path from the root. */
  readonly file: string
  readonly line: number
  readonly text: string
}

/** Files below `folder` of `root`, by paths from the root, in order. */
export function filesBelow(root: string, folder: string, wanted: (name: string) => boolean): string[] {
  const files: string[] = []
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) files.push(...filesBelow(root, path, wanted))
    else if (wanted(entry.name)) files.push(path)
  }
  return files.sort()
}

/** Every line of the source that may name a rule, in a comment or as the reference of a setting; tests and their kits left out. */
export function citations(root: string): Citation[] {
  const found: Citation[] = []
  const isSource = (name: string) => name.endsWith('.ts') && !/\.(test|testkit)\.ts$/.test(name)
  for (const file of filesBelow(root, 'src', isSource)) {
    const lines = readFileSync(join(root, file), 'utf8').split('\n')
    lines.forEach((text, index) => {
      if (/\b(MUST|SHLD|MAY|REC)-\d|\bRFC \d/.test(text)) found.push({ file, line: index + 1, text })
    })
  }
  return found
}
