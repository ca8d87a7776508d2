import type { Link } from './link.ts'
import type { Node } from './node.ts'
import type { PathObserver } from './path.ts'
import type { SimHost } from './sim-host.ts'

/** Watches a world from outside, and changes nothing: who is in it, every packet on every wire, every turn of a machine. */
export interface Spectator extends PathObserver {
  /** A machine or a router was made; it has no wires yet. */
  joined(node: Node): void
  /** A wire between the two; packets may already wait to be sent. */
  linked(link: Link, left: Node, right: Node): void
  /** A machine has done what was due, and its connections are at rest; or it was frozen or thawed, has crashed or booted. */
  turned(host: SimHost, now: number): void
}

/** Several that watch one after the other, as one. */
export class Spectators implements Spectator {
  private readonly all: Spectator[] = []

  add(spectator: Spectator): void {
    this.all.push(spectator)
  }

  joined(...args: Parameters<Spectator['joined']>): void {
    for (const each of this.all) each.joined(...args)
  }

  linked(...args: Parameters<Spectator['linked']>): void {
    for (const each of this.all) each.linked(...args)
  }

  turned(...args: Parameters<Spectator['turned']>): void {
    for (const each of this.all) each.turned(...args)
  }

  sent(...args: Parameters<Spectator['sent']>): void {
    for (const each of this.all) each.sent(...args)
  }

  arrived(...args: Parameters<Spectator['arrived']>): void {
    for (const each of this.all) each.arrived(...args)
  }
}
