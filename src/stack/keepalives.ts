import { Endpoint } from './endpoint.ts'
import type { TcpService } from './tcp-service.ts'

/**
 * Sets the keepalive timers anew after a change of tcp_keepalive_time: Linux leaves a running timer, so that a time
 * made shorter shows only when the longer one is over. Whoever is being probed is asked on as before.
 */
export function restartKeepalives(tcp: TcpService, now: number): void {
  for (const endpoint of tcp.connections()) {
    if (!(endpoint instanceof Endpoint)) continue
    const { connection } = endpoint
    if (!connection.options.keepAlive || connection.tcb.probesOut > 0) continue
    connection.setKeepAlive(true, now)
    tcp.touch(endpoint)
  }
}
