import { ErrorLimit } from '../ip/error-limit.ts'
import { PathMtuCache } from '../ip/path-mtu.ts'
import type { Address } from '../wire/address.ts'
import { type IpHeader, Packet } from '../wire/packet.ts'
import type { Device } from './device.ts'
import { Egress } from './egress.ts'
import { EthernetLink } from './ethernet-link.ts'
import { type EchoListener, IcmpInput } from './icmp-input.ts'
import { IcmpOutput } from './icmp-output.ts'
import { Ingress } from './ingress.ts'
import { Interface } from './interface.ts'
import type { IpCounters } from './ip-counters.ts'
import { IpLink } from './ip-link.ts'
import { Loopback } from './loopback.ts'
import { type NetworkConfig, networkDefaults } from './network-config.ts'
import { type Probe, silentProbe } from './probe.ts'
import type { Route } from './route.ts'
import type { Surroundings } from './surroundings.ts'
import { Topology } from './topology.ts'
import type { SendOptions, TransportReceiver } from './transport.ts'

export type { SendOptions, TransportReceiver } from './transport.ts'

const PROTOCOLS = 256

/** Everything between devices and transports: links, IP and ICMP of both families, routes, neighbours. */
export class Network {
  /** Called when something waits: a packet, or room for one. By default asks the surroundings for a turn. */
  onwake: () => void
  /** The time of the last `receive` or `tick`, microseconds. */
  now = 0
  readonly counters: IpCounters
  private readonly config: Readonly<NetworkConfig>
  private readonly random: () => number
  private readonly receivers = new Array<TransportReceiver | null>(PROTOCOLS).fill(null)
  private readonly topology: Topology
  private readonly egress: Egress
  private readonly icmpOutput: IcmpOutput
  private readonly icmpInput: IcmpInput
  private readonly ingress: Ingress
  private readonly packet = new Packet()
  private watcher: Probe = silentProbe
  /** What `deadline` said last. */
  private told = Number.POSITIVE_INFINITY

  constructor(surroundings: Surroundings, counters: IpCounters, config: Readonly<NetworkConfig> = networkDefaults) {
    this.onwake = () => surroundings.wake(surroundings.now())
    this.counters = counters
    this.config = config
    this.random = () => surroundings.random()
    const paths = new PathMtuCache(config, this.random())
    const limit = new ErrorLimit(config, this.random())
    const loopback = new Interface(new Loopback(), true, (owner) => new IpLink(owner))
    this.topology = new Topology(loopback, paths, this.random)
    this.egress = new Egress(counters, this.random)
    this.icmpOutput = new IcmpOutput(this.topology, this.egress, limit, counters)
    this.icmpInput = new IcmpInput(this.topology, this.icmpOutput, this.receivers, counters)
    this.ingress = new Ingress(
      this.topology,
      this.icmpInput,
      this.icmpOutput,
      this.receivers,
      counters,
      this.config,
      this.random,
    )
    loopback.device.attach(() => this.onwake())
  }

  /** Sees every packet that a device brings or takes. */
  get probe(): Probe {
    return this.watcher
  }

  set probe(probe: Probe) {
    this.watcher = probe
    for (const each of this.topology.interfaces) each.probe = probe
  }

  /** The devices, the loopback first. */
  get devices(): Device[] {
    return this.topology.interfaces.map((each) => each.device)
  }

  /** Takes a device; it has no address and no route yet. Throws RangeError when it is here already. */
  addDevice(device: Device): void {
    if (this.topology.interfaces.some((each) => each.device === device)) {
      throw new RangeError(`the device ${device.name} was added before`)
    }
    const { counters, config, random, icmpInput } = this
    const added = new Interface(device, false, (owner) =>
      device.medium === 'ip'
        ? new IpLink(owner)
        : new EthernetLink(owner, config, counters, random, (bytes, now) => icmpInput.undelivered(bytes, now)),
    )
    added.probe = this.watcher
    this.topology.addInterface(added)
    device.attach(() => this.onwake())
  }

  /** Takes the device away, with its addresses and routes. It is not closed. */
  removeDevice(device: Device): void {
    const gone = this.interfaceOf(device)
    this.topology.removeInterface(gone)
    gone.link.close()
  }

  /**
   * Gives the host an address, and the route to the link it is on. `prefixLength` counts in the
   * address's family. Throws RangeError for a device that was not added or a length that is too long.
   */
  addAddress(address: Address, prefixLength: number, device: Device): void {
    checkLength(address, prefixLength)
    this.topology.addAddress(address, prefixLength, this.interfaceOf(device))
  }

  /** Adds a route; `via`: the gateway, null = the destinations are on the link. Throws RangeError as `addAddress`. */
  addRoute(prefix: Address, prefixLength: number, device: Device, via: Address | null): void {
    checkLength(prefix, prefixLength)
    if (via !== null && via.isV4 !== prefix.isV4) throw new RangeError('prefix and gateway are of different families')
    this.topology.addWay(prefix, prefixLength, this.interfaceOf(device), via)
  }

  /** Whether the address is ours or a loopback. */
  isLocal(address: Address): boolean {
    return this.topology.isOurs(address)
  }

  /** A way to `destination`; null = there is none, or none from `source` (null = chosen, RFC 6724). */
  route(destination: Address, source: Address | null): Route | null {
    const route = this.topology.route(destination, source)
    if (route === null) this.counters.IpOutNoRoutes += 1
    return route
  }

  /** Whether the destination is a broadcast address, of a link of ours or 255.255.255.255. */
  isBroadcast(address: Address): boolean {
    return this.topology.kindOf(address) === 'broadcast'
  }

  /** Hands packets of an upper-layer protocol, and errors about them, to `receiver`. */
  handle(protocol: number, receiver: TransportReceiver): void {
    this.receivers[protocol] = receiver
  }

  /** Takes what waits on the devices, from each a bounded number; if more waits it asks for another turn. */
  receive(now: number): void {
    this.now = now
    const { interfaces } = this.topology
    const { dev_weight } = this.config
    let more = false
    for (let i = 0; i < interfaces.length; i += 1) {
      const from = interfaces[i]
      let left = dev_weight
      while (left > 0 && from.receive(this.packet, now)) {
        const opened = from.link.open(this.packet, now)
        if (opened !== 'done') this.ingress.receive(from, this.packet, opened === 'many', now)
        left -= 1
      }
      more ||= left === 0
    }
    if (more) this.onwake()
  }

  /** Lets timers that are due fire: neighbours, reassembly, path MTUs. */
  tick(now: number): void {
    this.now = now
    for (const each of this.topology.interfaces) each.link.tick(now)
    this.ingress.reassembly.tick(now)
    this.topology.paths.tick(now)
  }

  /** When `tick` is next due at the earliest, microseconds; Infinity = never. */
  deadline(): number {
    let next = Math.min(this.ingress.reassembly.deadline(), this.topology.paths.deadline())
    for (const each of this.topology.interfaces) next = Math.min(next, each.link.deadline())
    this.told = next
    return next
  }

  /** After sending outside a turn: wakes the host if `tick` is due earlier than it was told last. */
  rearm(): void {
    const { told } = this
    if (this.deadline() < told) this.onwake()
  }

  /**
   * A buffer for a packet of `length` bytes behind the IP header, HEADROOM kept before them: the
   * device's own, or one of the network's where the packet must be cut. Null = there is no room now.
   */
  claim(route: Route, length: number): Uint8Array | null {
    return this.egress.claim(route, length)
  }

  /**
   * Sends `packet.start` .. `packet.end`, a transport header and payload in a buffer of `claim`, along
   * the route: fills in the transport checksum (its field, at `checksumOffset`, holds zero; -1 = none)
   * or leaves it to the device, writes the IP header, cuts the packet where it must and may, and
   * finds the neighbour. Afterwards `packet` is the record of what was sent.
   */
  transmit(
    route: Route,
    packet: Packet,
    protocol: number,
    checksumOffset: number,
    options: SendOptions,
    now: number,
  ): void {
    this.egress.transmit(route, packet, protocol, checksumOffset, options, now)
  }

  /** An ICMP error about the packet that a receiver is just being handed; at a bounded rate. */
  reject(ip: IpHeader, packet: Packet, reason: 'port-unreachable' | 'protocol-unreachable', now: number): void {
    this.ingress.reject(ip, packet, reason, now)
  }

  /** A transport has verified a packet-too-big: remembers the path MTU (RFC 1191, 8201). */
  reducePathMtu(destination: Address, mtu: number, now: number): void {
    if (this.topology.paths.reduce(destination, mtu, now)) this.counters.PathMtuReductions += 1
  }

  /** What a transport sends along the route is known to arrive: the neighbour need not be asked (RFC 4861, 7.3.1). */
  reached(route: Route, now: number): void {
    route.interface.link.reached(route, now)
  }

  /** What a transport sends along the route goes unanswered: its neighbour is not taken for reachable any more. */
  doubted(route: Route): void {
    route.interface.link.doubted(route)
  }

  /** Asks for an echo of `data` (ping); false = there is no room now, or too much data. Answers go to the echo listeners. */
  echo(
    route: Route,
    identifier: number,
    sequence: number,
    data: Uint8Array,
    now: number,
    hopLimit: number = 64,
  ): boolean {
    const sent = this.icmpOutput.echo(route, identifier, sequence, data, hopLimit, now)
    this.rearm()
    return sent
  }

  /** Tells the listener of echo replies until the function that is returned is called. */
  listenEcho(listener: EchoListener): () => void {
    const { listeners } = this.icmpInput
    listeners.push(listener)
    return () => {
      const index = listeners.indexOf(listener)
      if (index >= 0) listeners.splice(index, 1)
    }
  }

  private interfaceOf(device: Device): Interface {
    const found = this.topology.interfaces.find((each) => each.device === device)
    if (found === undefined) throw new RangeError(`the device ${device.name} was not added to this host`)
    return found
  }
}

function checkLength(address: Address, length: number): void {
  const most = address.isV4 ? 32 : 128
  if (!(Number.isInteger(length) && length >= 0 && length <= most)) {
    throw new RangeError(`a prefix length is 0 to ${most}, not ${length}`)
  }
}
