import type { IcmpError } from '../ip/icmp-error.ts'
import type { Address } from '../wire/address.ts'
import { formatAddress, parseAddress, parsePrefix } from '../wire/address-text.ts'
import type { IpHeader, Packet } from '../wire/packet.ts'
import type { Device } from './device.ts'
import { IpCounters } from './ip-counters.ts'
import { Network, type TransportReceiver } from './network.ts'
import { type NetworkConfig, networkDefaults } from './network-config.ts'
import type { Surroundings } from './surroundings.ts'

/** A clock moved by hand and chance from a seed (xorshift32). */
export class TestSurroundings implements Surroundings {
  clock = 1_000_000
  woken = 0
  private state: number

  constructor(seed = 1) {
    this.state = seed
  }

  now(): number {
    return this.clock
  }

  wake(): void {
    this.woken += 1
  }

  random(): number {
    this.state ^= this.state << 13
    this.state ^= this.state >>> 17
    this.state ^= this.state << 5
    return this.state >>> 0
  }
}

export function address(text: string): Address {
  const parsed = parseAddress(text)
  if (parsed === null) throw new Error(`no address: ${text}`)
  return parsed
}

/** What a receiver was handed, as text and copies. */
export class Recorder implements TransportReceiver {
  readonly received: { from: string; to: string; data: Uint8Array; packet: Uint8Array }[] = []
  readonly errors: {
    kind: string
    mtu: number
    to: string
    sourcePort: number
    destinationPort: number
    seq: number
  }[] = []

  receive(ip: IpHeader, packet: Packet): void {
    const { payloadStart, payloadLength, source, destination } = ip
    this.received.push({
      from: formatAddress(source),
      to: formatAddress(destination),
      data: Uint8Array.from(packet.bytes.subarray(payloadStart, payloadStart + payloadLength)),
      packet: Uint8Array.from(packet.bytes.subarray(packet.start, packet.end)),
    })
  }

  error(error: IcmpError): void {
    const { kind, mtu, destination, sourcePort, destinationPort, seq } = error
    this.errors.push({ kind, mtu, to: formatAddress(destination), sourcePort, destinationPort, seq })
  }
}

/** A network with a clock of its own. */
export class TestNode {
  readonly surroundings: TestSurroundings
  readonly counters = new IpCounters()
  readonly network: Network

  constructor(seed = 1, config: Partial<NetworkConfig> = {}) {
    this.surroundings = new TestSurroundings(seed)
    this.network = new Network(this.surroundings, this.counters, { ...networkDefaults, ...config })
  }

  /** Adds a device with addresses such as '10.0.0.1/24'. */
  attach(device: Device, ...addresses: string[]): this {
    this.network.addDevice(device)
    for (const text of addresses) {
      const prefix = parsePrefix(text)
      if (prefix === null) throw new Error(`no prefix: ${text}`)
      this.network.addAddress(prefix.address, prefix.length, device)
    }
    return this
  }

  turn(): void {
    this.network.receive(this.surroundings.clock)
    this.network.tick(this.surroundings.clock)
  }
}

/** Turns of all nodes by turns, until what they have to say is said. */
export function settle(...nodes: TestNode[]): void {
  for (let i = 0; i < 8; i += 1) for (const node of nodes) node.turn()
}

/** Moves all clocks on. */
export function pass(microseconds: number, ...nodes: TestNode[]): void {
  for (const node of nodes) node.surroundings.clock += microseconds
}
