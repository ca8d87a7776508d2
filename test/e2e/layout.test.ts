import { expect } from 'vitest'
import type { LabPage } from './support/lab-page.ts'
import { describeLab, it } from './support/test.ts'
import { VIEWS } from './support/views.ts'

const SIZES = ['1280x800', '1024x768', '820x1180'] as const
const BARE = ['start', 'revealed', 'packet', 'host', 'states', 'charts', 'compare', 'sandbox']

/** What sticks out of the page, and controls that something else lies upon. */
function flaws({ page }: LabPage): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = []
    const root = document.documentElement
    if (root.scrollWidth > innerWidth) found.push(`the page is ${root.scrollWidth} wide`)
    if (root.scrollHeight > innerHeight) found.push(`the page is ${root.scrollHeight} high`)
    for (const control of document.querySelectorAll('button, select, input, summary, a[href], [role=slider]')) {
      const box = control.getBoundingClientRect()
      if (box.width === 0 || control.closest('[inert], .unseen') !== null || !control.checkVisibility()) continue
      const name = `${control.getAttribute('aria-label') ?? control.textContent?.trim()} (${box.left}, ${box.top})`
      const scrolled = control.closest('aside, .unfolded, dialog, [role=region]') !== null
      const [x, y] = [box.left + box.width / 2, box.top + box.height / 2]
      const outside =
        box.left < -0.5 || box.right > innerWidth + 0.5 || box.top < -0.5 || box.bottom > innerHeight + 0.5
      if (outside && !scrolled) found.push(`${name} is not in sight`)
      if (outside || scrolled) continue
      const top = document.elementFromPoint(x, y)
      if (top === null || !(control.contains(top) || top.contains(control)))
        found.push(`${name} is under ${top?.outerHTML.slice(0, 80)}`)
    }
    return found
  })
}

describeLab('the page fits', () => {
  for (const { name, show } of VIEWS.filter((view) => BARE.includes(view.name))) {
    it.for(SIZES)(`${name} at %s`, async (size, { open }) => {
      const lab = await open({ size })
      await show(lab)
      // Parts that are loaded when they are asked for move others once more.
      await expect.poll(() => flaws(lab)).toEqual([])
    })
  }
})
