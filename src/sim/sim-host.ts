import type { HostConfig } from '../stack/config.ts'
import { Host } from '../stack/host.ts'
import type { Probe } from '../stack/probe.ts'
import type { Node } from './node.ts'
import type { Port } from './port.ts'
import type { SeededRandom } from './seeded-random.ts'
import type { VirtualClock, VirtualSurroundings } from './virtual-clock.ts'

export interface SimHostOptions {
  /** Settings by Linux's names. */
  readonly config?: Partial<HostConfig>
  readonly preset?: 'linux' | 'rfc'
  /** Its initial sequence numbers, where they are not to be RFC 6528's: one after the other, the last for all that follow. */
  readonly isn?: readonly number[]
  /** What runs on it: called when it has its addresses, and again after each reboot. */
  readonly boot?: (host: Host) => void
}

interface Plug {
  readonly port: Port
  readonly addresses: readonly string[]
}

interface Way {
  readonly prefix: string
  readonly port: Port
  readonly via: string | undefined
}

/** A machine in a world: a host that can freeze, crash and boot again. */
export class SimHost implements Node {
  readonly name: string
  readonly forwards = false
  /** Called after each of its turns, and when it was frozen or thawed, has crashed or booted. */
  onturn: () => void = () => {}
  /** Watches each incarnation of the host. */
  private readonly probe: Probe
  private readonly clock: VirtualClock
  private readonly random: SeededRandom
  private readonly options: SimHostOptions
  private readonly plugs: Plug[] = []
  private readonly ways: Way[] = []
  private running: Host
  private surroundings: VirtualSurroundings
  private frozen = false
  private owed = false
  private crashed = false
  private booted = false

  constructor(name: string, clock: VirtualClock, random: SeededRandom, probe: Probe, options: SimHostOptions) {
    this.name = name
    this.clock = clock
    this.random = random
    this.probe = probe
    this.options = options
    this.surroundings = clock.surroundings(random.uint32())
    this.running = this.make()
  }

  /** The host as it is now; another one after a reboot. */
  get host(): Host {
    return this.running
  }

  /** Whether it is up: neither frozen nor crashed. */
  get isUp(): boolean {
    return !this.frozen && !this.crashed
  }

  /** Whether its power is off: all that it knew is lost. */
  get hasCrashed(): boolean {
    return this.crashed
  }

  /** Its first address of that family. Throws Error before it has one. */
  address(version: 4 | 6 = 4): string {
    for (const { addresses } of this.plugs) {
      const found = addresses.find((each) => each.includes(':') === (version === 6))
      if (found !== undefined) return found.replace(/\/.*/, '')
    }
    throw new Error(`${this.name} has no IPv${version} address: give it a link`)
  }

  /** All its addresses. */
  addresses(): string[] {
    return this.plugs.flatMap(({ addresses }) => addresses.map((each) => each.replace(/\/.*/, '')))
  }

  /** Puts it on a wire. */
  plug(port: Port, addresses: readonly string[]): void {
    const plug = { port, addresses }
    this.plugs.push(plug)
    this.connect(plug)
  }

  /** A route beyond its own links. */
  route(prefix: string, port: Port, via?: string): void {
    const way = { prefix, port, via }
    this.ways.push(way)
    this.running.addRoute(prefix, port, via)
  }

  /** Runs what is to run on it, once it is wired. */
  boot(): void {
    if (this.booted) return
    this.booted = true
    this.options.boot?.(this.running)
  }

  /** Nothing happens on it any more, though its clock goes on: a machine that hangs, a virtual one that is paused. */
  freeze(): void {
    this.frozen = true
    this.onturn()
  }

  /** It goes on: what has come meanwhile is there, and timers that have passed are due. */
  thaw(): void {
    this.frozen = false
    const { owed } = this
    this.owed = false
    if (owed) this.turn()
    else this.onturn()
  }

  /** The power goes: all state is lost, and nobody is told. */
  crash(): void {
    this.crashed = true
    this.surroundings.onwake = () => {}
    for (const { port } of this.plugs) port.detach()
    this.onturn()
  }

  /** It comes up again, with its settings, addresses and programs, and remembers nothing. */
  reboot(): void {
    if (!this.crashed) this.crash()
    this.crashed = false
    this.frozen = false
    this.owed = false
    this.surroundings = this.clock.surroundings(this.random.uint32())
    this.running = this.make()
    for (const plug of this.plugs) this.connect(plug)
    for (const { prefix, port, via } of this.ways) this.running.addRoute(prefix, port, via)
    this.booted = false
    this.boot()
    this.onturn()
  }

  private make(): Host {
    const host = new Host(this.surroundings, this.options.config, this.options.preset)
    this.surroundings.onwake = () => this.turn()
    host.probe = this.probe
    const { isn } = this.options
    if (isn !== undefined && isn.length > 0) {
      let next = 0
      host.tcp.isn = () => isn[Math.min(next++, isn.length - 1)] ?? 0
    }
    return host
  }

  private connect({ port, addresses }: Plug): void {
    this.running.addDevice(port)
    for (const address of addresses) this.running.addAddress(address, port)
  }

  private turn(): void {
    if (this.frozen) this.owed = true
    else if (!this.crashed) {
      this.running.turn()
      this.onturn()
    }
  }
}
