import type { TopologyLink } from '../run/timeline.ts'
import { shortTime } from '../whatif/short-time.ts'
import { joins } from './problems.ts'

/** What is particular to a link, in a few letters: `10 ms`, `50 ms 1 Mbit/s 5 %`. */
export function linkText({ delay, rate, loss, duplicate, reorder, corrupt, mtu }: TopologyLink): string {
  const trouble = loss + duplicate + reorder + corrupt
  const parts = [shortTime(delay)]
  if (rate > 0) parts.push(rateText(rate))
  if (trouble > 0) parts.push(`${Math.round(trouble * 1000) / 10} %`)
  if (mtu !== 1500) parts.push(`MTU ${mtu}`)
  return parts.join(' ')
}

function rateText(rate: number): string {
  if (rate >= 1_000_000) return `${Math.round(rate / 10_000) / 100} Mbit/s`
  return `${Math.round(rate / 10) / 100} kbit/s`
}

/** By how much the n-th link is bent aside, that others between the same two are seen: 0, 1, -1, 2 ... */
export function bends(links: readonly TopologyLink[], n: number): number {
  const own = links[n]
  if (own === undefined) return 0
  const alike = links.slice(0, n).filter((each) => joins(each, own.left, own.right))
  const side = alike.length % 2 === 0 ? -1 : 1
  const bend = side * Math.ceil(alike.length / 2)
  return own.left < own.right ? bend : -bend
}
