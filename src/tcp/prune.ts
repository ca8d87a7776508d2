import type { Tcb } from './tcb.ts'

/**
 * Whether there is memory for `length` bytes of text at `seq`. Where there is none, what waits out of order behind
 * them gives way (Linux: tcp_try_rmem_schedule, tcp_prune_queue): it was not acknowledged for good (RFC 2018, 8).
 */
export function makeRoom(tcb: Tcb, seq: number, length: number): boolean {
  const { memory, reassembly, counters } = tcb
  if (memory.calm || hasRoom(tcb, seq, length)) return true
  if (reassembly.held === 0) return false
  counters.PruneCalled += 1
  if (reassembly.prune(seq)) {
    counters.OfoPruned += 1
    if (hasRoom(tcb, seq, length)) return true
  }
  counters.RcvPruned += 1
  return false
}

/** What comes in order was promised; what does not can come again. */
function hasRoom(tcb: Tcb, seq: number, length: number): boolean {
  const { memory, reassembly } = tcb
  const { held } = reassembly
  const cost = reassembly.cost(seq, length)
  return seq === tcb.rcv.nxt ? memory.grants(held, cost, tcb.config.tcp_rmem[0]) : memory.spares(held, cost)
}
