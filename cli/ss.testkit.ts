import type { SocketSnapshot } from '../src/stack/snapshot.ts'

/** An established connection of 10.0.0.1:5000 to 10.0.0.2:80 but for `parts`. */
export function snapshot(parts: Partial<SocketSnapshot> = {}): SocketSnapshot {
  return {
    state: 'ESTAB',
    recvQ: 0,
    sendQ: 0,
    local: '10.0.0.1',
    localPort: 5000,
    peer: '10.0.0.2',
    peerPort: 80,
    timer: null,
    holder: 'socket',
    congestion: 'reno',
    info: null,
    memory: null,
    ...parts,
  }
}
