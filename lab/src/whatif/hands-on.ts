import type { Run } from '../run/run.ts'
import type { Act } from '../run/timeline.ts'

/** One connection of a machine, as acts name it. */
interface Socket {
  readonly host: string
  readonly port: number
  readonly peerPort: number
}

/** Whether its application has been told to stop reading, and not to read on since. */
export function hasStopped(acts: readonly Act[], { host, port, peerPort }: Socket, time: number): boolean {
  const last = acts.findLast((act) => {
    if (act.kind !== 'stop-reading' && act.kind !== 'read-on') return false
    return act.at <= time && act.host === host && act.port === port && act.peerPort === peerPort
  })
  return last?.kind === 'stop-reading'
}

/** Whether the cable of a link has been pulled, and not plugged in again since. */
export function isUnplugged(acts: readonly Act[], link: number, time: number): boolean {
  const last = acts.findLast(
    (act) => (act.kind === 'plug' || act.kind === 'unplug') && act.link === link && act.at <= time,
  )
  return last?.kind === 'unplug'
}

/** The links of a lane, by their numbers, and the lane at the other end. */
export function linksOf({ links }: Pick<Run, 'links'>, lane: number): { link: number; other: number }[] {
  return links.flatMap(({ lanes: [left, right] }, link) => {
    if (left === lane) return [{ link, other: right }]
    return right === lane ? [{ link, other: left }] : []
  })
}

/** Settings as they are at `time`: those that the machine was made with, and what was changed since, but for reboots. */
export function settingsAt(
  made: Readonly<Record<string, string>>,
  acts: readonly Act[],
  host: string,
  time: number,
): Record<string, string> {
  let settings = { ...made }
  for (const act of acts) {
    if (!('host' in act) || act.host !== host || act.at > time) continue
    if (act.kind === 'reboot') settings = { ...made }
    if (act.kind === 'sysctl' && act.name in settings) settings[act.name] = act.value
  }
  return settings
}
