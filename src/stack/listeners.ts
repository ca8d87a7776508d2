import type { Address } from '../wire/address.ts'
import { Listener } from './listener.ts'
import { SourceCounts } from './source-counts.ts'

/** The listeners of a host, by port and address. */
export class Listeners {
  /** Half-open connections of all listeners by source. */
  readonly sources: SourceCounts
  private readonly byPort = new Map<number, Listener[]>()

  /** `seed`: a random uint32. */
  constructor(seed: number) {
    this.sources = new SourceCounts(seed)
  }

  /**
   * Adds a listener; null when one is there whose address is the same, or any where either may be. That one is left
   * as it is (RFC 9293, 3.9.1.1, MUST-41), and connections from the port do not matter (MUST-42).
   */
  add(address: Address | null, port: number, backlog: number): Listener | null {
    const others = this.byPort.get(port) ?? []
    const taken = others.some((other) => other.address === null || address === null || other.address.equals(address))
    if (taken) return null
    const listener = new Listener(address, port, backlog, this.sources)
    this.byPort.set(port, [...others, listener])
    return listener
  }

  remove(listener: Listener): void {
    const left = (this.byPort.get(listener.port) ?? []).filter((other) => other !== listener)
    if (left.length > 0) this.byPort.set(listener.port, left)
    else this.byPort.delete(listener.port)
  }

  /** The listener for a SYN: one of that very address before one of any. */
  find(address: Address, port: number): Listener | null {
    const listeners = this.byPort.get(port)
    if (listeners === undefined) return null
    let wildcard: Listener | null = null
    for (const listener of listeners) {
      if (listener.address === null) wildcard = listener
      else if (listener.address.equals(address)) return listener
    }
    return wildcard
  }

  has(port: number): boolean {
    return this.byPort.has(port)
  }

  all(): Listener[] {
    return [...this.byPort.values()].flat()
  }
}
