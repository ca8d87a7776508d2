import type { Tcb } from './tcb.ts'

/** Memory of one connection, bytes but for `drops`, by the names of Linux's SK_MEMINFO (sock_diag(7)). */
export interface SocketMemory {
  /** Received and not yet read, out of order too. */
  readonly rmem_alloc: number
  /** Receive buffer, of which half is offered as window. */
  readonly rcvbuf: number
  /** Written and not yet acknowledged. */
  readonly wmem_queued: number
  readonly sndbuf: number
  /** Held beside the data, since memory is taken in pages and chunks. */
  readonly fwd_alloc: number
  /** Segments dropped for want of room. */
  readonly drops: number
}

/** What a connection holds and may hold. What it counts for in tcp_mem is rmem_alloc + wmem_queued + fwd_alloc. */
export function socketMemory(tcb: Tcb): SocketMemory {
  const { reassembly, sendBuffer, window } = tcb
  const received = reassembly.readable + reassembly.waiting
  return {
    rmem_alloc: received,
    rcvbuf: 2 * window.capacity,
    wmem_queued: sendBuffer.length,
    sndbuf: sendBuffer.capacity,
    fwd_alloc: reassembly.held - received + sendBuffer.held - sendBuffer.length,
    drops: tcb.drops,
  }
}
