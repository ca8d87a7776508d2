import type { Browser, Locator, Page } from 'playwright-core'
import { APP_WORDS } from '../../../lab/src/words/app.ts'
import { CHART_WORDS } from '../../../lab/src/words/charts.ts'
import { LADDER_WORDS } from '../../../lab/src/words/ladder.ts'

export type Language = 'en' | 'zh'
export const LANGUAGES: readonly Language[] = ['en', 'zh']

export interface LabOptions {
  readonly language?: Language
  readonly theme?: 'light' | 'dark'
  /** '1280x800' */
  readonly size?: string
  /** What stands behind '#' in the address. */
  readonly hash?: string
}

const LOCALES = { en: 'en-GB', zh: 'zh-CN' } as const
/** Far enough to a side that a packet is lost, pixels. */
const ASIDE = 140

/** The lab in a browser window of its own, as a user has it before him: found by roles and names. */
export class LabPage {
  readonly page: Page
  readonly language: Language
  /** What the page has complained of: each fails a test. */
  readonly faults: string[] = []
  readonly slider: Locator
  readonly packets: Locator
  readonly play: Locator
  private visits = 0

  private constructor(page: Page, language: Language) {
    this.page = page
    this.language = language
    this.slider = page.getByRole('slider', { name: CHART_WORDS[language].strip })
    this.packets = page.getByRole('listbox', { name: LADDER_WORDS[language].packets }).last()
    const { play, pause } = APP_WORDS[language]
    this.play = page.getByRole('banner').getByRole('button', { name: new RegExp(`^(${play}|${pause})$`) })
    page.on('pageerror', ({ stack, message }) => this.faults.push(stack ?? message))
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.faults.push(message.text())
    })
    page.on('requestfailed', (request) => {
      const fault = request.failure()?.errorText ?? ''
      // What the browser gives up because the page is left is no fault of the page.
      if (fault !== 'net::ERR_ABORTED') this.faults.push(`${request.url()}: ${fault}`)
    })
  }

  /** Resolves when the play stands on the page. */
  static async open(browser: Browser, address: string, options: LabOptions = {}): Promise<LabPage> {
    const { language = 'en', theme = 'light', size = '1280x800', hash = '' } = options
    const [width = 0, height = 0] = size.split('x').map(Number)
    const context = await browser.newContext({
      viewport: { width, height },
      locale: LOCALES[language],
      colorScheme: theme,
      acceptDownloads: true,
    })
    const lab = new LabPage(await context.newPage(), language)
    await lab.page.goto(`${address}${hash === '' ? '' : `#${hash}`}`)
    if (!hash.startsWith('live=')) await lab.settled()
    return lab
  }

  async close(): Promise<void> {
    await this.page.context().close()
  }

  /** Another play in the same window. */
  async go(scenario: string, part = 0): Promise<void> {
    this.visits += 1
    // The lab writes the address anew when it shows what was asked for, without the number.
    const hash = `#scenario=${scenario}&part=${part}`
    await this.page.evaluate((to) => {
      location.hash = to
    }, `${hash}&visit=${this.visits}`)
    await this.page.waitForFunction((goal) => location.hash === goal, hash)
    await this.settled()
  }

  /** The part of the address behind '#'. */
  hash(): Promise<string> {
    return this.page.evaluate(() => location.hash.slice(1))
  }

  /** Waits until everything is known of the moment that is shown. */
  async settled(): Promise<void> {
    await this.page.waitForFunction(() => {
      const now = document.querySelector('footer [role=slider]')?.getAttribute('aria-valuenow')
      return now !== undefined && document.querySelector<HTMLElement>('[data-state-at]')?.dataset.stateAt === now
    })
  }

  /** Of all hosts at the moment that is shown. */
  async stateHash(): Promise<string> {
    await this.settled()
    return (await this.page.locator('[data-state-hash]').getAttribute('data-state-hash')) ?? ''
  }

  /** Microseconds of the run. */
  async time(): Promise<number> {
    return Number(await this.slider.getAttribute('aria-valuenow'))
  }

  /** Microseconds of the run. */
  async end(): Promise<number> {
    return Number(await this.slider.getAttribute('aria-valuemax'))
  }

  /** A key for the page, wherever the focus is not in a field. */
  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key)
  }

  async toEnd(): Promise<void> {
    await this.press('End')
    await this.page.waitForFunction(() => {
      const slider = document.querySelector('footer [role=slider]')
      return slider?.getAttribute('aria-valuenow') === slider?.getAttribute('aria-valuemax')
    })
    await this.settled()
  }

  /** Packets in view, as a screen reader tells them. */
  packet(text: string | RegExp): Locator {
    return this.packets.getByRole('option').filter({ hasText: text })
  }

  /** Over a lane: the machine's name, its state, the timers that run. */
  head(machine: string): Locator {
    return this.page
      .getByRole('region')
      .getByRole('button', { name: new RegExp(`^${machine}(?!\\w)`) })
      .last()
  }

  /** Steps on until so many microseconds of the run have passed. */
  async stepTo(time: number): Promise<void> {
    while ((await this.time()) < Math.min(time, await this.end())) {
      await this.press('ArrowRight')
      await this.settled()
    }
  }

  /** Takes a packet by its middle and drags it so far, pixels. */
  async drag(packet: Locator, right = ASIDE, down = 0): Promise<void> {
    const box = await packet.boundingBox()
    if (box === null) throw new Error('the packet is not in view')
    const { mouse } = this.page
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    await mouse.move(x, y)
    await mouse.down()
    await mouse.move(x + right, y + down, { steps: 8 })
    await mouse.up()
  }
}
