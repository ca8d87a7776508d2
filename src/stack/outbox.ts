import type { Endpoint } from './endpoint.ts'

/** How much of what an endpoint owed has gone, as far as its device had room. */
export type Sent = 'all' | 'partly' | 'nothing'

/** Endpoints that may have something to send, each once. */
export class Outbox {
  private waiting: Endpoint[] = []

  /** False when the endpoint waits already. */
  add(endpoint: Endpoint): boolean {
    if (endpoint.queued) return false
    endpoint.queued = true
    this.waiting.push(endpoint)
    return true
  }

  /**
   * Lets each send. Those for whom there was no room wait again, before those who had some: so none
   * of them starves on a device that is always full.
   */
  drain(send: (endpoint: Endpoint) => Sent): void {
    const queue = this.waiting
    if (queue.length === 0) return
    this.waiting = []
    const served: Endpoint[] = []
    for (const endpoint of queue) {
      const sent = send(endpoint)
      endpoint.queued = sent !== 'all'
      if (sent === 'nothing') this.waiting.push(endpoint)
      else if (sent === 'partly') served.push(endpoint)
    }
    for (const endpoint of served) this.waiting.push(endpoint)
  }
}
