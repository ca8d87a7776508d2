import type { Lab } from '../app/lab.svelte.ts'
import type { Shown } from '../app/shown.ts'
import type { Packet } from '../run/packets.ts'
import type { Act } from '../run/timeline.ts'
import type { TimeScale } from './time-scale.ts'

/** What the key D adds to a packet's way, microseconds. */
const KEY_DELAY = 10_000
/** Of a packet that has not arrived, microseconds. */
const GUESS = 10_000

/** Whether a packet can be laid hands on: it was sent by now, in a run that was played. */
export function touchable(lab: Lab, index: number): boolean {
  const { run, timeline } = lab
  if (run === null || timeline === null || !(index >= 0 && index < run.packets.count)) return false
  return run.packets.at(index).sentAt <= lab.time
}

/** A packet is lost where it is at `time`; one that has arrived, half-way. */
export function loss(packet: Packet, time: number): Act {
  const { index, sentAt, arrivedAt } = packet
  const halfWay = sentAt + Math.round((Number.isNaN(arrivedAt) ? 0 : arrivedAt - sentAt) / 2)
  return { kind: 'lose', packet: index, at: time < arrivedAt ? Math.max(time, sentAt) : halfWay }
}

export function loseSelected(lab: Lab): void {
  const index = selected(lab)
  if (lab.run !== null && touchable(lab, index)) void lab.act(loss(lab.run.packets.at(index), lab.time))
}

export function delaySelected(lab: Lab): void {
  const index = selected(lab)
  if (touchable(lab, index)) void lab.act({ kind: 'delay', packet: index, by: KEY_DELAY })
}

function selected({ selection }: Lab): number {
  return selection.kind === 'packet' ? selection.index : -1
}

/** By how much a packet comes later that is dragged down by so many pixels, microseconds. */
export function delayOf(
  { run }: Pick<Shown, 'run'>,
  scale: TimeScale,
  { sentAt, arrivedAt }: Packet,
  down: number,
): number {
  const arrival = Number.isNaN(arrivedAt) ? sentAt + GUESS : arrivedAt
  const place = scale.below(arrival) + down
  const beyond = Math.max(place - scale.height, 0) / scale.density
  const by = Math.max(Math.min(scale.time(place), run.end) + beyond - arrival, 1)
  return by > 10_000 ? Math.round(by / 1000) * 1000 : Math.round(by)
}
