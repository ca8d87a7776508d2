import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

/** Debian's. */
const CHROMIUM = '/usr/bin/chromium'

/** In plain words why there can be no tests in a browser here; '' when there can. */
export function obstacle(): string {
  return existsSync(CHROMIUM) ? '' : `there is no ${CHROMIUM}: apt-get install chromium fonts-noto-cjk`
}

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
}
