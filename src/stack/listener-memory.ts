import { type SocketMemory, socketMemory } from '../tcp/socket-memory.ts'
import type { Listener } from './listener.ts'

/**
 * Memory of the connections that nobody has accepted yet, all together. Each holds at most the window that it was
 * offered first, since only reading opens it further; under pressure that is tcp_rmem[0].
 */
export function listenerMemory(listener: Listener): SocketMemory {
  const sum = { rmem_alloc: 0, rcvbuf: 0, wmem_queued: 0, sndbuf: 0, fwd_alloc: 0, drops: 0 }
  for (const { connection } of listener.ready) {
    const memory = socketMemory(connection.tcb)
    sum.rmem_alloc += memory.rmem_alloc
    sum.rcvbuf += memory.rcvbuf
    sum.wmem_queued += memory.wmem_queued
    sum.sndbuf += memory.sndbuf
    sum.fwd_alloc += memory.fwd_alloc
    sum.drops += memory.drops
  }
  return sum
}
