import { AddressMap } from '../ip/address-map.ts'
import { prefixBits } from '../ip/prefix.ts'
import { RouteTable } from '../ip/routes.ts'
import { isLimitedBroadcast, isLinkLocal, isMulticast } from '../ip/scope.ts'
import type { Address } from '../wire/address.ts'
import type { Prefix } from '../wire/address-text.ts'
import { Packet } from '../wire/packet.ts'
import type { Node } from './node.ts'
import type { Port } from './port.ts'
import { covers, prefixOf } from './prefix.ts'
import type { Subnet } from './subnet.ts'
import { WirePacket } from './wire-packet.ts'

/** A wire's end at a node. */
interface Wire {
  readonly node: Node
  readonly port: Port
}

/** Nodes that a network of a switch has addresses for. */
const MOST = 254
/** Addresses that are learned; then it begins anew. */
const MOST_LEARNED = 1024

/**
 * A node by which any number of machines and routers share one network, the k-th with the addresses .k and ::k.
 * Links carry IP packets without frames, so it goes by IP addresses where a real one goes by MAC addresses. Within its
 * network it sends a packet where its destination was plugged in, or was seen as a source, and to everybody as long as
 * it does not know: what ARP and neighbour discovery would have asked for. Beyond its network the next hop is what the
 * sender would have put into the frame: the router that `route` says, or else the first that was plugged in, for a
 * router the first other one.
 */
export class Switch implements Node {
  readonly name: string
  readonly forwards = false
  /** Packets that were sent on to one node, to all, and to nobody. */
  forwarded = 0
  flooded = 0
  dropped = 0
  private readonly subnet: Subnet
  private readonly networks: readonly Prefix[]
  private readonly wires: Wire[] = []
  private readonly ports: Port[] = []
  private readonly plugged = new AddressMap<Port>(0)
  private readonly learned = new AddressMap<Port>(0)
  private readonly routes = new RouteTable<Port>(0)
  /** The number of the first router, 0 = none. */
  private gateway = 0
  private readonly packet = new Packet()

  constructor(name: string, subnet: Subnet) {
    this.name = name
    this.subnet = subnet
    this.networks = subnet.addresses(0).map(prefixOf)
  }

  /** A name for the next wire, for what happens by chance on it. */
  get nextWire(): string {
    return `wire ${this.wires.length + 1} of ${this.name}`
  }

  /** Plugs in a node by the two ends of a wire. Throws Error for another switch, and after the 254th node. */
  join(node: Node, far: Port, near: Port): void {
    if (node instanceof Switch) throw new Error(`${node.name} cannot be plugged into ${this.name}: use a router`)
    const k = this.wires.length + 1
    if (k > MOST) throw new Error(`${this.name} has ${MOST} nodes already`)
    const { subnet } = this
    const addresses = subnet.addresses(k)
    node.plug(far, addresses)
    this.plug(near, addresses)
    if (node.forwards) {
      this.route('0.0.0.0/0', near)
      this.route('::/0', near)
      if (this.gateway === 0) this.lead(k)
    } else if (this.gateway > 0) {
      subnet.lead(node, far, this.gateway)
    }
    this.wires.push({ node, port: far })
  }

  /** Puts it on a wire, at whose other end these addresses are. */
  plug(port: Port, addresses: readonly string[]): void {
    for (const text of addresses) this.plugged.set(prefixOf(text).address, port)
    this.ports.push(port)
    port.attach(() => this.take(port))
  }

  /** The router on that port is the next hop to a prefix beyond the network. Throws TypeError for what is no prefix. */
  route(prefix: string, port: Port): void {
    const { address, length } = prefixOf(prefix)
    this.routes.add(address, prefixBits(address, length), port)
  }

  /** The machines that are here already get their way out, too. */
  private lead(k: number): void {
    this.gateway = k
    for (const { node, port } of this.wires) this.subnet.lead(node, port, k)
  }

  private take(from: Port): void {
    const { packet } = this
    while (from.receive(packet)) this.pass(new WirePacket(packet.bytes), from)
  }

  private pass({ ip, bytes }: WirePacket, from: Port): void {
    if (ip === null) {
      this.dropped += 1
      return
    }
    const { source, destination } = ip
    if (this.isInside(source)) this.learn(source, from)
    if (isMulticast(destination) || isLimitedBroadcast(destination)) this.flood(bytes, from)
    else if (!this.isInside(destination))
      this.send(
        bytes,
        from,
        this.routes.lookup(destination, (to) => to !== from),
      )
    else {
      const to = this.plugged.get(destination) ?? this.learned.get(destination)
      if (to === null) this.flood(bytes, from)
      else this.send(bytes, from, to)
    }
  }

  private send(bytes: Uint8Array, from: Port, to: Port | null): void {
    if (to === null || to === from || bytes.length > to.mtu) {
      this.dropped += 1
      return
    }
    this.forwarded += 1
    to.send(bytes)
  }

  private flood(bytes: Uint8Array, from: Port): void {
    this.flooded += 1
    for (const port of this.ports) if (port !== from && bytes.length <= port.mtu) port.send(bytes)
  }

  /** Whoever was plugged in keeps its address, as ARP would have it: a source can be forged. */
  private learn(source: Address, from: Port): void {
    if (this.plugged.get(source) !== null || this.isBroadcast(source)) return
    if (this.learned.size >= MOST_LEARNED) this.learned.clear()
    this.learned.set(source, from)
  }

  private isInside(address: Address): boolean {
    return isLinkLocal(address) || this.networks.some((network) => covers(network, address))
  }

  private isBroadcast(address: Address): boolean {
    return address.isV4 && (address.w3 & 255) === 255
  }
}
