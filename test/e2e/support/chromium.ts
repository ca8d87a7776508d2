import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

/** Debian's. */
const CHROMIUM = '/usr/bin/chromium'

/** In plain words why there can be no tests in a browser here; '' when there can. */
export function obstacle(): string {
  return existsSync(CHROMIUM) ? '' : `there is no ${CHROMIUM}: apt-get install chromium fonts-noto-cjk`
}

/** `program`: what starts it in another way. */
export function launch(program = CHROMIUM): Promise<Browser> {
  return chromium.launch({ executablePath: program, args: ['--no-sandbox'] })
}

/** A program in the folder that starts the browser in a network namespace. */
export function browserWithin(namespace: string, folder: string): string {
  const path = join(folder, 'chromium')
  writeFileSync(path, `#!/bin/sh\nexec ip netns exec ${namespace} ${CHROMIUM} "$@"\n`, { mode: 0o755 })
  return path
}
