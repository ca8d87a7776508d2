import { formatDuration } from 'estab/trace'
import type { Shown } from '../app/shown.ts'
import type { Act } from '../run/timeline.ts'
import type { LADDER_WORDS } from '../words/ladder.ts'
import type { Drag } from './sheet.ts'
import type { TimeScale } from './time-scale.ts'
import { delayOf, loss } from './touch.ts'

/** What is dragged: a packet of a run on a scale. */
interface Dragged {
  readonly shown: Pick<Shown, 'run'>
  readonly scale: TimeScale
}

/** Where a pointer is that drags a packet, and how far it has come, pixels. */
interface Pull {
  readonly index: number
  readonly x: number
  readonly y: number
  readonly right: number
  readonly down: number
}

/** So far to a side a packet is lost, so far downwards it is later. */
const ASIDE = 50
const DOWNWARDS = 6

/** What comes of a packet that is dragged so: far to a side it is lost, downwards it is later. */
export function dragOf(
  { shown, scale, words }: Dragged & { readonly words: (typeof LADDER_WORDS)['en' | 'zh'] },
  { index, x, y, right, down }: Pull,
): Drag {
  const drag = { index, x, y, down: Math.max(down, 0) }
  if (Math.abs(right) > ASIDE && Math.abs(right) > Math.abs(down)) return { ...drag, becomes: 'lost', text: words.lose }
  if (down < DOWNWARDS) return { ...drag, becomes: 'nothing', text: '' }
  const by = delayOf(shown, scale, shown.run.packets.at(index), down)
  return { ...drag, becomes: 'later', text: words.later(formatDuration(by)) }
}

/** What is done when it is let go at `time`; null = nothing. */
export function actOf({ index, becomes, down }: Drag, { shown, scale }: Dragged, time: number): Act | null {
  if (becomes === 'nothing') return null
  const packet = shown.run.packets.at(index)
  if (becomes === 'lost') return loss(packet, time)
  return { kind: 'delay', packet: index, by: delayOf(shown, scale, packet, down) }
}
