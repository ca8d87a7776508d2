import type { Packets } from '../run/packets.ts'

const WHAT = [
  'from',
  'to',
  'sentAt',
  'arrivedAt',
  'lostAt',
  'protocol',
  'flags',
  'seq',
  'ack',
  'window',
  'length',
] as const

/** The packets of `run` for which there is none alike in `other`: sent, arrived or lost at another time, or another one. */
export function differences(run: Packets, other: Packets): ReadonlySet<number> {
  const known = new Map<string, number>()
  const keys = (packets: Packets) => {
    const columns = WHAT.map((name) => packets.column(name))
    return (i: number) => columns.map((column) => column[i]).join(' ')
  }
  const [mine, theirs] = [keys(run), keys(other)]
  for (let i = 0; i < other.count; i += 1) known.set(theirs(i), (known.get(theirs(i)) ?? 0) + 1)
  const different = new Set<number>()
  for (let i = 0; i < run.count; i += 1) {
    const left = known.get(mine(i)) ?? 0
    if (left === 0) different.add(i)
    else known.set(mine(i), left - 1)
  }
  return different
}
