import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Plugin } from 'vite'

/** Writes `offline.js`, a service worker that keeps every file of the build, so that the lab opens without a network. */
export function offline(): Plugin {
  return {
    name: 'estab:offline',
    apply: 'build',
    generateBundle(_options, bundle) {
      const files = [
        './',
        ...Object.keys(bundle).filter((name) => !name.endsWith('.map')),
        'icon.svg',
        'lab.webmanifest',
      ]
      const version = createHash('sha256')
      for (const [name, part] of Object.entries(bundle))
        version.update(name).update(part.type === 'chunk' ? part.code : part.source)
      const source = readFileSync(new URL('src/offline.js', import.meta.url), 'utf8')
        .replace("'VERSION'", JSON.stringify(version.digest('hex').slice(0, 16)))
        .replace("['FILES']", JSON.stringify(files))
      this.emitFile({ type: 'asset', fileName: 'offline.js', source })
    },
  }
}
