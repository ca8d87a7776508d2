import type { State } from 'estab'
import type { Bilingual } from 'estab/scenario'
import { MARKS, type Packet } from '../run/packets.ts'
import type { Run } from '../run/run.ts'

/** What a future comes to. */
interface Outcome {
  /** When the last packet was sent, microseconds. */
  readonly lastPacket: number
  readonly sent: number
  readonly lost: number
  readonly retransmitted: number
}

/** Where an end of a connection was left, in each of the futures; '' = it was not there. */
interface EndState {
  readonly lane: string
  /** '10.0.1.1:49152' of this end. */
  readonly endpoint: string
  readonly before: State | ''
  readonly after: State | ''
}

interface Comparison {
  /** The first moment at which they differ, microseconds; Infinity = they do not. */
  readonly at: number
  /** The packets that differ first, by their numbers; -1 = there is none, or something else came first. */
  readonly first: { readonly before: number; readonly after: number }
  readonly before: Outcome
  readonly after: Outcome
  /** Those that differ. */
  readonly ends: readonly EndState[]
  /** Claims that hold in one and not in the other. */
  readonly onlyBefore: readonly Bilingual[]
  readonly onlyAfter: readonly Bilingual[]
}

/** What differs between two futures of one play: without a change and with it. */
export function compareRuns(before: Run, after: Run): Comparison {
  const packet = firstPacket(before, after)
  const other = Math.min(firstOther(before.moves, after.moves), firstOther(before.deeds, after.deeds))
  const [held, holds] = [heldClaims(before), heldClaims(after)]
  return {
    at: Math.min(packet.at, other),
    first: packet.at <= other ? packet : { before: -1, after: -1 },
    before: outcomeOf(before),
    after: outcomeOf(after),
    ends: endsOf(before, after),
    onlyBefore: [...held].filter(([claim]) => !holds.has(claim)).map(([, text]) => text),
    onlyAfter: [...holds].filter(([claim]) => !held.has(claim)).map(([, text]) => text),
  }
}

/** When the first packet fares differently, or only one of the futures has it. */
function firstPacket(before: Run, after: Run): { at: number; before: number; after: number } {
  const count = Math.max(before.packets.count, after.packets.count)
  for (let i = 0; i < count; i += 1) {
    const [one, two] = [packetOf(before, i), packetOf(after, i)]
    if (one === null || two === null || !sameBytes(one, two) || one.sentAt !== two.sentAt || one.from !== two.from) {
      const at = Math.min(one?.sentAt ?? Number.POSITIVE_INFINITY, two?.sentAt ?? Number.POSITIVE_INFINITY)
      return { at, before: one?.sentAt === at ? i : -1, after: two?.sentAt === at ? i : -1 }
    }
    if (!sameFate(one, two)) return { at: Math.min(endOf(one), endOf(two)), before: i, after: i }
  }
  return { at: Number.POSITIVE_INFINITY, before: -1, after: -1 }
}

function packetOf({ packets }: Run, index: number): Packet | null {
  return index < packets.count ? packets.at(index) : null
}

function sameBytes({ bytes: one }: Packet, { bytes: two }: Packet): boolean {
  return one.length === two.length && one.every((byte, i) => byte === two[i])
}

function sameFate(one: Packet, two: Packet): boolean {
  const { arrivedAt, lostAt, changedAt, changedTo } = one
  return (
    Object.is(arrivedAt, two.arrivedAt) &&
    Object.is(lostAt, two.lostAt) &&
    changedAt === two.changedAt &&
    changedTo === two.changedTo
  )
}

function endOf({ arrivedAt, lostAt }: Packet): number {
  const end = Number.isNaN(lostAt) ? arrivedAt : lostAt
  return Number.isNaN(end) ? Number.POSITIVE_INFINITY : end
}

/** When two lists of what happens part. */
function firstOther(one: readonly { readonly at: number }[], two: readonly { readonly at: number }[]): number {
  for (let i = 0; i < Math.max(one.length, two.length); i += 1) {
    if (JSON.stringify(one[i]) === JSON.stringify(two[i])) continue
    return Math.min(one[i]?.at ?? Number.POSITIVE_INFINITY, two[i]?.at ?? Number.POSITIVE_INFINITY)
  }
  return Number.POSITIVE_INFINITY
}

function outcomeOf({ packets }: Run): Outcome {
  const sentAt = packets.column('sentAt')
  const lostAt = packets.column('lostAt')
  const marks = packets.column('marks')
  let [lastPacket, lost, retransmitted, copies] = [0, 0, 0, 0]
  for (let i = 0; i < packets.count; i += 1) {
    lastPacket = Math.max(lastPacket, sentAt[i] ?? 0)
    if (!Number.isNaN(lostAt[i])) lost += 1
    if ((marks[i] ?? 0) & MARKS.duplicate) copies += 1
    else if ((marks[i] ?? 0) & MARKS.retransmission) retransmitted += 1
  }
  return { lastPacket, sent: packets.count - copies, lost, retransmitted }
}

/** The state of each end of each connection at `until`, by its lane and endpoints; a later connection of the same name counts. */
function statesAt(
  { moves, connections, lanes }: Run,
  until: number,
): Map<string, { lane: string; endpoint: string; state: State }> {
  const states = new Map<string, { lane: string; endpoint: string; state: State }>()
  for (const { at, lane, connection, to } of moves) {
    if (at > until) break
    const known = connections[connection]
    if (known === undefined) continue
    const endpoint = known.endpoints[known.lanes[0] === lane ? 0 : 1]
    const name = lanes[lane]?.name ?? '?'
    states.set(`${name} ${known.endpoints.join(' ')}`, { lane: name, endpoint, state: to })
  }
  return states
}

function endsOf(before: Run, after: Run): EndState[] {
  const [one, two] = [statesAt(before, before.end), statesAt(after, after.end)]
  // One may have been watched for longer: that it leaves TIME-WAIT when the other is not seen any more is no difference.
  const both = Math.min(before.end, after.end)
  const [then, meanwhile] = [statesAt(before, both), statesAt(after, both)]
  const ends = [...new Set([...one.keys(), ...two.keys()])].map((key) => {
    const { lane, endpoint } = one.get(key) ?? two.get(key) ?? { lane: '?', endpoint: '' }
    return { key, lane, endpoint, before: one.get(key)?.state ?? '', after: two.get(key)?.state ?? '' } as const
  })
  const differ = ends.filter(({ key, before: left, after: right }) => {
    const waited = then.get(key)?.state === 'TIME-WAIT' && meanwhile.get(key)?.state === 'TIME-WAIT'
    return left !== right && !waited
  })
  return differ.map(({ key: _, ...end }) => end)
}

function heldClaims({ checks }: Run): Map<string, Bilingual> {
  return new Map(checks.filter(({ holds }) => holds).map(({ claim }) => [claim.en, claim]))
}
