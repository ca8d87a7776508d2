import type { Browser } from 'playwright-core'
import { linkTo } from '../../lab/src/app/link.ts'
import type { Timeline } from '../../lab/src/run/timeline.ts'
import { launch } from './support/chromium.ts'
import { LabPage } from './support/lab-page.ts'
import { LabProcess } from './support/lab-process.ts'
import { scriptSizes } from './support/script-size.ts'

// npm run lab:speed: how soon the lab is there, how much script it needs for that, and how smoothly its ladder moves.

const VISITS = 7
const FRAMES = 180
const FIRST_PAINT = 1000
const SCRIPT = 300_000
/** Milliseconds: 60 a second. */
const FRAME = 16.7
const LEAST_SEGMENTS = 10_000

/** A download over a rough link, until the lab plays no more of it. */
const DOWNLOAD: Timeline = {
  play: {
    kind: 'sandbox',
    topology: {
      nodes: [
        { name: 'client', kind: 'host', x: 20, y: 30, sysctl: {} },
        { name: 'server', kind: 'host', x: 80, y: 30, sysctl: {} },
      ],
      links: [
        {
          left: 'client',
          right: 'server',
          delay: 5000,
          rate: 0,
          loss: 0.002,
          duplicate: 0.002,
          reorder: 0.002,
          corrupt: 0.001,
          mtu: 1500,
        },
      ],
    },
  },
  seed: 1,
  acts: [
    { kind: 'listen', at: 0, host: 'server', port: 80, service: 'source' },
    { kind: 'connect', at: 1000, host: 'client', to: 'server', port: 80 },
  ],
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}

function tell(what: string, value: string, share: number): void {
  console.log(`${what.padEnd(52)} ${value.padStart(12)} ${(100 * share).toFixed(0).padStart(5)} % of the mark`)
}

/** Milliseconds to the first paint with content, in windows that know nothing of the lab. */
async function firstPaints(browser: Browser, address: string): Promise<number[]> {
  const paints: number[] = []
  for (let i = 0; i < VISITS; i += 1) {
    const { page } = await LabPage.open(browser, address)
    paints.push(
      await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN),
    )
    await page.context().close()
  }
  return paints
}

/** Milliseconds from frame to frame while a wheel turns over the ladder, with Ctrl or without. */
function turnWheel({ page }: LabPage, ctrlKey: boolean): Promise<number[]> {
  return page.evaluate(
    async ([frames, ctrl]) => {
      const canvas = document.querySelector('canvas')
      const [clientX, clientY] = [(canvas?.getBoundingClientRect().left ?? 0) + 200, 400]
      const deltas: number[] = []
      let last = await new Promise<number>(requestAnimationFrame)
      for (let i = 0; i < frames; i += 1) {
        // There and back again.
        const deltaY = (i % 90 < 45 ? -1 : 1) * (ctrl ? 12 : 60)
        canvas?.dispatchEvent(
          new WheelEvent('wheel', { deltaY, ctrlKey: ctrl, clientX, clientY, bubbles: true, cancelable: true }),
        )
        const now = await new Promise<number>(requestAnimationFrame)
        deltas.push(now - last)
        last = now
      }
      return deltas
    },
    [FRAMES, ctrlKey] as const,
  )
}

/** Counts what the page's main thread works from now on, milliseconds. */
async function countWork({ page }: LabPage): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN)
  }
}

async function moving(browser: Browser, address: string): Promise<void> {
  const lab = await LabPage.open(browser, address, { hash: await linkTo({ timeline: DOWNLOAD, at: 0 }) })
  await lab.toEnd()
  const last = lab.page.getByRole('complementary').last().getByRole('button').filter({ hasText: '#' }).first()
  const segments = Number(/#(\d+)/.exec((await last.textContent()) ?? '')?.[1])
  if (!(segments >= LEAST_SEGMENTS)) throw new Error(`the download has ${segments} segments only`)
  const worked = await countWork(lab)
  for (const [what, ctrl] of [
    ['panning', false],
    ['zooming', true],
  ] as const) {
    const before = await worked()
    const frames = await turnWheel(lab, ctrl)
    const work = ((await worked()) - before) / FRAMES
    const frame = median(frames)
    const late = frames.filter((each) => each > 1.5 * FRAME).length / FRAMES
    tell(`median frame, ${what} over ${segments} segments`, `${frame.toFixed(2)} ms`, frame / FRAME)
    tell('  of which the main thread works, on average', `${work.toFixed(2)} ms`, work / FRAME)
    console.log(`  frames that were left out: ${(100 * late).toFixed(0)} %`)
  }
  await lab.close()
}

const lab = await LabProcess.start()
const browser = await launch()
try {
  const paint = median(await firstPaints(browser, lab.address))
  tell('first paint with content, median of new visits', `${paint.toFixed(0)} ms`, paint / FIRST_PAINT)
  const { page } = await LabPage.open(browser, lab.address)
  const script = (await scriptSizes(page)).reduce((sum, size) => sum + size, 0)
  tell('script before the first scenario, compressed', `${(script / 1000).toFixed(1)} kB`, script / SCRIPT)
  await page.context().close()
  await moving(browser, lab.address)
} finally {
  await browser.close()
  await lab.stop()
}
