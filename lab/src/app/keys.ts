import { delaySelected, loseSelected } from '../ladder/touch.ts'
import type { Lab } from './lab.svelte.ts'

/** Elements that take keys themselves. */
const TYPING = 'input, select, textarea, [contenteditable], dialog *'

/** The keys of the page; see the help sheet. */
export function onKey(event: KeyboardEvent, lab: Lab): void {
  const { target } = event
  if (event.ctrlKey || event.metaKey || event.altKey) return
  if (target instanceof Element && target.matches(TYPING)) return
  const action = actionOf(event, lab)
  if (action === null) return
  event.preventDefault()
  action()
}

function actionOf({ key, target }: KeyboardEvent, lab: Lab): (() => void) | null {
  switch (key) {
    case ' ':
      return target instanceof HTMLButtonElement ? null : () => lab.toggle()
    case 'ArrowRight':
    case 'ArrowDown':
      return () => lab.step(1)
    case 'ArrowLeft':
    case 'ArrowUp':
      return () => lab.step(-1)
    case ']':
      return () => lab.stepState(1)
    case '[':
      return () => lab.stepState(-1)
    case 'Home':
      return () => lab.seek(0)
    case 'End':
      return () => lab.seek(lab.run?.end ?? 0)
    case '+':
    case '=':
      return () => lab.zoomBy(1.25)
    case '-':
      return () => lab.zoomBy(0.8)
    case 's':
      return () => lab.toggleView()
    case 'c':
      return () => {
        lab.charts = !lab.charts
      }
    case 'a':
      return () => {
        lab.absolute = !lab.absolute
      }
    case 'G':
    case 'g':
      return () => {
        lab.panel = 'go-to'
      }
    case '?':
      return () => {
        lab.panel = 'help'
      }
    case '/':
      return () => {
        lab.panel = 'chapters'
      }
    case 'F':
    case 'f':
      return () => {
        lab.forkNext = lab.timeline !== null && !lab.forkNext
      }
    case 'L':
    case 'l':
      return () => loseSelected(lab)
    case 'D':
    case 'd':
      return () => delaySelected(lab)
    case 'M':
    case 'm':
      return () => openMenu(lab)
    case 'z':
      return () => void lab.undo()
    case 'Z':
      return () => void lab.redo()
    default:
      return null
  }
}

/** Of the packet or machine that is selected; in the middle of the page, for a key has no place. */
function openMenu(lab: Lab): void {
  const { selection, timeline } = lab
  const index = selection.kind === 'packet' ? selection.index : selection.kind === 'lane' ? selection.lane : -1
  if (timeline === null || index < 0) return
  const kind = selection.kind === 'packet' ? 'packet' : 'lane'
  lab.menuFor = { kind, index, x: innerWidth / 2 - 120, y: innerHeight / 3 }
}
