import type { Probe } from '../stack/probe.ts'
import { Probes } from '../stack/probes.ts'
import { Link, type LinkOptions } from './link.ts'
import type { Node } from './node.ts'
import type { PathObserver } from './path.ts'
import { Router } from './router.ts'
import { SeededRandom } from './seeded-random.ts'
import { SimHost, type SimHostOptions } from './sim-host.ts'
import { type Spectator, Spectators } from './spectator.ts'
import { Subnet } from './subnet.ts'
import { Switch } from './switch.ts'
import { Trace } from './trace.ts'
import { VirtualClock } from './virtual-clock.ts'

const SECOND = 1_000_000

/** What makes a world: hosts, links, and what is to happen in it. It must not look at anything outside. */
export type Program = (world: World) => void

/** Something that was done to a world from outside, for it to be done again in a fork: after which event, and when. */
interface Act {
  readonly step: number
  readonly at: number
  readonly action: Program
}

/**
 * Hosts on links in virtual time. Everything follows from the seed and the program: the same two make the same
 * bytes at the same microsecond, so that any moment can be reached again (`fork`).
 */
export class World {
  readonly clock = new VirtualClock()
  readonly trace = new Trace()
  readonly seed: number
  private readonly random: SeededRandom
  private readonly program: Program
  private readonly start = this.clock.now()
  private readonly hosts = new Map<string, SimHost>()
  private readonly routers = new Map<string, Router>()
  private readonly probes = new Map<string, Probes>()
  private readonly acts: Act[] = []
  private readonly spectators = new Spectators()
  /** Of every wire: the trace, and the spectators where there are any. */
  private observer: PathObserver = this.trace
  private readonly switches = new Map<string, Switch>()
  /** Networks that have been given a number. */
  private networks = 0

  /** `program` builds the world at its time 0; what it leaves to be done, `run` does. */
  constructor(seed: number, program: Program = () => {}) {
    this.seed = seed
    this.random = new SeededRandom(seed)
    this.program = program
    program(this)
  }

  /** Microseconds since the world began. */
  get now(): number {
    return this.clock.now() - this.start
  }

  /** A new machine. Throws Error when there is one of that name. */
  host(name: string, options: SimHostOptions = {}): SimHost {
    this.refuse(name)
    const probes = new Probes([this.trace.probe(name)])
    const made = new SimHost(name, this.clock, this.random.named(`host ${name}`), probes, options)
    this.hosts.set(name, made)
    this.probes.set(name, probes)
    made.onturn = () => this.spectators.turned(made, this.clock.now())
    this.spectators.joined(made)
    return made
  }

  /** A router, which joins links. Throws Error when there is a machine or a router of that name. */
  router(name: string): Router {
    this.refuse(name)
    const made = new Router(name, this.clock)
    this.routers.set(name, made)
    this.spectators.joined(made)
    return made
  }

  /** A switch, by which any number of machines and routers share the next network. Throws Error when there is something of that name. */
  switch(name: string): Switch {
    this.refuse(name)
    this.networks += 1
    const made = new Switch(name, new Subnet(this.networks))
    this.switches.set(name, made)
    this.spectators.joined(made)
    return made
  }

  /** Every machine, in the order in which they were made. */
  machines(): Iterable<SimHost> {
    return this.hosts.values()
  }

  /** The machine of that name. Throws Error when there is none. */
  named(name: string): SimHost {
    const found = this.hosts.get(name)
    if (found === undefined) throw new Error(`there is no host ${name}: there are ${[...this.hosts.keys()].join(', ')}`)
    return found
  }

  /**
   * Joins two machines or routers: the n-th link has the networks 10.0.n.0/24 (10.1.0.0/24 after the 255th) and
   * fd00:n::/64 (n in hexadecimal), the first end 1 in them and the second 2. A machine sends by the router at the other
   * end what goes beyond the link. A link to a switch is in the switch's network, where the k-th that is plugged in has k.
   */
  link(left: Node, right: Node, options: LinkOptions = {}): Link {
    const hub = left instanceof Switch ? left : right instanceof Switch ? right : null
    if (hub === null) this.networks += 1
    const made = this.wire(left, right, options, hub?.nextWire ?? `link ${this.networks}`)
    const [first, second] = made.ports
    if (hub === null) new Subnet(this.networks).couple([left, right], [first, second])
    else if (hub === left) hub.join(right, second, first)
    else hub.join(left, first, second)
    this.spectators.linked(made, left, right)
    return made
  }

  /** Lets somebody watch all that follows. Throws Error when the world has machines already. */
  spectate(spectator: Spectator): void {
    if (this.hosts.size + this.routers.size + this.switches.size > 0)
      throw new Error('who watches a world comes before its machines')
    this.spectators.add(spectator)
    const { trace, spectators } = this
    this.observer = {
      sent: (...args) => {
        trace.sent(...args)
        spectators.sent(...args)
      },
      arrived: (...args) => {
        trace.arrived(...args)
        spectators.arrived(...args)
      },
    }
  }

  /** Gives a machine one more observer, of this incarnation and those to come. */
  watch(host: SimHost, probe: Probe): void {
    this.probes.get(host.name)?.add(probe)
  }

  /** Does `action` at that time of the world, in seconds; at once if it has passed. */
  at(seconds: number, action: () => void): void {
    this.clock.at(this.start + Math.round(seconds * SECOND), action)
  }

  /** Does something now, of which a fork will know; the machines are wired. */
  act(action: Program): void {
    this.boot()
    this.acts.push({ step: this.clock.steps, at: this.now, action })
    action(this)
  }

  /** Lets so many seconds pass. */
  run(seconds: number): void {
    this.runTo(this.now + Math.round(seconds * SECOND))
  }

  /** Lets time pass until `condition` holds, looking after each event, at most so many seconds; whether it does. */
  runUntil(condition: () => boolean, seconds: number): boolean {
    const end = this.clock.now() + Math.round(seconds * SECOND)
    this.boot()
    while (!condition()) if (!this.clock.step(end)) return condition()
    return true
  }

  /**
   * The same world at an earlier moment of it, or as it is now: made anew from its seed and program, with what was
   * done to it up to then. From there on each goes its own way.
   */
  fork(microseconds = this.now): World {
    const other = new World(this.seed, this.program)
    other.boot()
    const acts = this.acts.filter((act) => act.at <= microseconds)
    for (const { step, at, action } of acts) {
      other.replay(step, at)
      other.act(action)
    }
    if (microseconds === this.now) other.replay(this.clock.steps, microseconds)
    else other.runTo(microseconds)
    return other
  }

  /** Runs as many events as had been run at that moment. */
  private replay(step: number, microseconds: number): void {
    while (this.clock.steps < step && this.clock.step(Number.POSITIVE_INFINITY));
    this.clock.skip(this.start + microseconds)
  }

  private runTo(microseconds: number): void {
    this.boot()
    this.clock.run(this.start + microseconds)
  }

  private refuse(name: string): void {
    if (this.hosts.has(name)) throw new Error(`there is a host ${name} already`)
    if (this.routers.has(name)) throw new Error(`there is a router ${name} already`)
    if (this.switches.has(name)) throw new Error(`there is a switch ${name} already`)
  }

  /** `purpose` names what happens by chance on it. */
  private wire(left: Node, right: Node, options: LinkOptions, purpose: string): Link {
    const made = new Link([left.name, right.name], this.clock, options, this.random.named(purpose))
    made.forth.observer = this.observer
    made.back.observer = this.observer
    return made
  }

  /** What runs on the machines begins when all of them are wired. */
  private boot(): void {
    for (const host of this.hosts.values()) host.boot()
  }
}
