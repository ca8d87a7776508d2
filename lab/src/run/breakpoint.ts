import type { State } from 'estab'
import { RST } from 'estab/wire'
import { MARKS } from './packets.ts'
import type { Run } from './run.ts'

/** Where playing stops by itself. */
export type Breakpoint =
  | { readonly kind: 'state'; readonly lane: string; readonly state: State }
  | { readonly kind: 'retransmission' }
  | { readonly kind: 'loss' }
  | { readonly kind: 'reset' }

/** The one that is met at that very moment; null = none is. */
export function breakAt(run: Run, breakpoints: readonly Breakpoint[], at: number): Breakpoint | null {
  return breakpoints.find((each) => firstBreak(run, [each], at - 1, at) === at) ?? null
}

/** The first moment after `from`, and not after `to`, at which one of them is met; Infinity = none is. */
export function firstBreak(run: Run, breakpoints: readonly Breakpoint[], from: number, to: number): number {
  let first = Number.POSITIVE_INFINITY
  const consider = (at: number) => {
    if (at > from && at <= to && at < first) first = at
  }
  for (const breakpoint of breakpoints) {
    if (breakpoint.kind === 'state') {
      for (const { at, lane, to: state } of run.moves) {
        if (state === breakpoint.state && run.lanes[lane]?.name === breakpoint.lane) consider(at)
      }
      continue
    }
    const { packets } = run
    for (let i = packets.firstFrom(from - packets.longest); i < packets.count; i += 1) {
      const { sentAt, lostAt, marks, flags } = packets.at(i)
      if (sentAt > to) break
      if (breakpoint.kind === 'retransmission' && marks & MARKS.retransmission) consider(sentAt)
      if (breakpoint.kind === 'loss' && marks & MARKS.lost) consider(lostAt)
      if (breakpoint.kind === 'reset' && flags & RST) consider(sentAt)
    }
  }
  return first
}
