import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('../', import.meta.url)

/** The package's own published subpaths, as its package.json names them: the lab imports nothing else of it. */
export function estabAlias(): { find: RegExp; replacement: string }[] {
  const { name, exports } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
    name: string
    exports: Record<string, string>
  }
  return Object.entries(exports)
    .filter(([, file]) => file.endsWith('.js'))
    .map(([subpath, file]) => ({
      find: new RegExp(`^${name}${subpath.slice(1)}$`),
      replacement: fileURLToPath(new URL(file, root)),
    }))
}
