import type { Device } from '../stack/device.ts'
import { HEADROOM, type Packet } from '../wire/packet.ts'
import { Fifo } from './fifo.ts'
import type { Path } from './path.ts'
import { copyOf } from './slab.ts'

/** The device at one end of a wire in virtual time: what it sends goes into a path, at once. */
export class Port implements Device {
  readonly name: string
  readonly mtu: number
  readonly medium = 'ip'
  readonly hardwareAddress = new Uint8Array(6)
  readonly checksumOffload = false
  readonly segmentation = 0
  private readonly out: Path
  private readonly room: Uint8Array
  private readonly arrived = new Fifo<Uint8Array>()
  private wakeHost: () => void = nobody
  private closed = false

  /** What comes by `into` is received. */
  constructor(name: string, mtu: number, out: Path, into: Path) {
    this.name = name
    this.mtu = mtu
    this.out = out
    this.room = new Uint8Array(HEADROOM + mtu)
    into.onarrival = (bytes) => this.arrive(bytes)
  }

  attach(wake: () => void): void {
    this.wakeHost = wake
    if (this.arrived.size > 0) wake()
  }

  /** Its host is gone: what comes is lost until another attaches. */
  detach(): void {
    this.wakeHost = nobody
    this.arrived.clear()
  }

  claim(): Uint8Array | null {
    return this.room
  }

  transmit(packet: Packet): void {
    this.send(copyOf(packet.bytes, packet.start, packet.end))
  }

  /** Sends an IP packet whose bytes nobody changes any more. */
  send(bytes: Uint8Array): void {
    if (!this.closed) this.out.send(bytes)
  }

  receive(packet: Packet): boolean {
    const bytes = this.arrived.shift()
    if (bytes === undefined) return false
    packet.hold(bytes)
    return true
  }

  close(): void {
    this.closed = true
    this.arrived.clear()
  }

  private arrive(bytes: Uint8Array): void {
    if (this.closed || this.wakeHost === nobody) return
    this.arrived.push(bytes)
    this.wakeHost()
  }
}

const nobody = () => {}
