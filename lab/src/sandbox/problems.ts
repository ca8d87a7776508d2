import { parseSysctl } from 'estab'
import type { Topology, TopologyLink } from '../run/timeline.ts'

/** What is wrong with a network: which rule, and whom it concerns. */
export interface Problem {
  readonly kind:
    | 'noHosts'
    | 'noName'
    | 'sameName'
    | 'tooMany'
    | 'loop'
    | 'noEnd'
    | 'switches'
    | 'alone'
    | 'noOutside'
    | 'setting'
    | 'number'
  readonly who: string
  /** It cannot be played with it. */
  readonly fatal: boolean
}

/** Machines, routers and switches of one network: more are no help on a ladder. */
const MOST_NODES = 24
/** What RFC 791 asks of every link. */
const LEAST_MTU = 68
const MOST_MTU = 65_535
/** A minute and ten gigabits a second. */
const MOST_DELAY = 60_000_000
const MOST_RATE = 10_000_000_000

/** All that is wrong with a network, the fatal first. */
export function problemsOf({ nodes, links }: Topology): Problem[] {
  const problems: Problem[] = []
  const add = (kind: Problem['kind'], who = '', fatal = true) => problems.push({ kind, who, fatal })
  const names = nodes.map(({ name }) => name)
  const kinds = new Map(nodes.map(({ name, kind }) => [name, kind]))
  if (!nodes.some(({ kind }) => kind === 'host')) add('noHosts')
  if (nodes.length > MOST_NODES) add('tooMany', String(MOST_NODES))
  if (names.some((name) => name.trim() === '')) add('noName')
  for (const name of new Set(names.filter((each, i) => names.indexOf(each) !== i))) add('sameName', name)
  for (const link of links) {
    const who = `${link.left} – ${link.right}`
    const [left, right] = [kinds.get(link.left), kinds.get(link.right)]
    if (left === undefined || right === undefined) add('noEnd', who)
    else if (link.left === link.right) add('loop', link.left)
    else if (left === 'switch' && right === 'switch') add('switches', who)
    if (!numbersHold(link)) add('number', who)
  }
  for (const { name, nat = '', sysctl } of nodes) {
    if (nat !== '' && !links.some((link) => joins(link, name, nat))) add('noOutside', name)
    for (const [knob, value] of Object.entries(sysctl)) {
      try {
        parseSysctl(`${knob}=${value}`)
      } catch {
        add('setting', `${name}: ${knob}`)
      }
    }
  }
  for (const name of names)
    if (!links.some(({ left, right }) => left === name || right === name)) add('alone', name, false)
  return problems.sort((a, b) => Number(b.fatal) - Number(a.fatal))
}

export function joins({ left, right }: Pick<TopologyLink, 'left' | 'right'>, one: string, other: string): boolean {
  return (left === one && right === other) || (left === other && right === one)
}

function numbersHold({ delay, rate, loss, duplicate, reorder, corrupt, mtu }: TopologyLink): boolean {
  const chances = [loss, duplicate, reorder, corrupt].every((chance) => chance >= 0 && chance <= 1)
  const whole = [delay, rate, mtu].every((number) => Number.isInteger(number) && number >= 0)
  return chances && whole && delay <= MOST_DELAY && rate <= MOST_RATE && mtu >= LEAST_MTU && mtu <= MOST_MTU
}
