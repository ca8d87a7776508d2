import type { Run } from './run.ts'
import type { Act } from './timeline.ts'

/**
 * What is done when `act` is done at `time` of a run that came of `acts`: what has happened until then stays, what was
 * done in the future that is left does not happen any more. A packet is known by its number, and packets that were sent
 * after the first one that fares differently may be others now.
 */
export function withAct(acts: readonly Act[], act: Act, { packets }: Pick<Run, 'packets'>, time: number): Act[] {
  const until = 'packet' in act ? turnOf(act, packets) : time
  const sentAt = packets.column('sentAt')
  const stays = (each: Act) => {
    if ('packet' in each) return each.packet < packets.count && (sentAt[each.packet] ?? 0) <= until
    return each.at <= Math.max(time, until)
  }
  return [...acts.filter(stays), act]
}

/** When the fate of its packet takes another turn. */
function turnOf(act: Extract<Act, { packet: number }>, packets: Run['packets']): number {
  const { sentAt, arrivedAt, lostAt } = packets.at(act.packet)
  if (act.kind === 'lose') return act.at
  const end = Number.isNaN(arrivedAt) ? lostAt : arrivedAt
  return Number.isNaN(end) ? sentAt : end
}
