import { HEADROOM, type Packet } from '../wire/packet.ts'
import type { Device } from './device.ts'
import { PacketRing } from './packet-ring.ts'

export interface PipeOptions {
  /** Largest IP packet in bytes; 1500 if not given. */
  mtu?: number
  /** Packets that may wait in each direction; 512 if not given. */
  capacity?: number
  /** 'ip' if not given. */
  medium?: 'ip' | 'ethernet'
  /** Transport checksums are neither made nor verified: memory does not flip bits. */
  checksumOffload?: boolean
  /** Largest super-packet in bytes, handed over whole; it implies `checksumOffload`. 0 = none, if not given. */
  segmentation?: number
}

/** Two devices joined in memory: what the one sends, the other receives, in the same buffer. */
export function pipe(options: PipeOptions = {}): [Device, Device] {
  const { mtu = 1500, capacity = 512, medium = 'ip', segmentation = 0 } = options
  const length = HEADROOM + Math.max(mtu, segmentation)
  const there = new PacketRing(capacity, length)
  const back = new PacketRing(capacity, length)
  const traits: PipeTraits = {
    mtu,
    medium,
    checksumOffload: options.checksumOffload ?? segmentation > 0,
    segmentation,
  }
  return [new PipeEnd('pipe0', 1, traits, there, back), new PipeEnd('pipe1', 2, traits, back, there)]
}

interface PipeTraits {
  mtu: number
  medium: 'ip' | 'ethernet'
  checksumOffload: boolean
  segmentation: number
}

class PipeEnd implements Device {
  readonly name: string
  readonly mtu: number
  readonly medium: 'ip' | 'ethernet'
  readonly hardwareAddress = new Uint8Array(6)
  readonly checksumOffload: boolean
  readonly segmentation: number
  private readonly out: PacketRing
  private readonly in: PacketRing
  private open = true

  constructor(name: string, number: number, traits: PipeTraits, out: PacketRing, into: PacketRing) {
    this.name = name
    this.mtu = traits.mtu
    this.medium = traits.medium
    this.checksumOffload = traits.checksumOffload
    this.segmentation = traits.segmentation
    // Locally administered, unicast (RFC 9542, 2.1).
    if (traits.medium === 'ethernet') this.hardwareAddress.set([2, 0, 0, 0, 0, number])
    this.out = out
    this.in = into
  }

  attach(wake: () => void): void {
    this.in.onarrival = wake
    this.out.onroom = wake
    if (this.in.length > 0) wake()
  }

  receive(packet: Packet): boolean {
    return this.in.take(packet)
  }

  claim(): Uint8Array | null {
    return this.open ? this.out.claim() : null
  }

  transmit(packet: Packet): void {
    if (this.open) this.out.publish(packet)
  }

  /** What the other end sends from now on is lost, as on a cable with nothing at its end. */
  close(): void {
    this.open = false
    this.in.close()
    this.in.onroom()
  }
}
