import type { Packet } from '../wire/packet.ts'

/**
 * What carries packets to and from a host: a pipe, a loopback, a TUN. A device never calls into
 * the host's packet path: it says `wake`, and the host takes what is waiting in its next turn.
 */
export interface Device {
  /** For people: 'tun0', 'pipe'. */
  readonly name: string
  /** Largest IP packet in bytes, headers included. May change (a TUN's MTU set by its owner). */
  readonly mtu: number
  /** 'ip': packets begin with the IP header. 'ethernet': with an Ethernet II header. */
  readonly medium: 'ip' | 'ethernet'
  /** The device's own Ethernet address; six zero bytes where the medium is 'ip'. */
  readonly hardwareAddress: Uint8Array
  /** True: transport checksums of outgoing packets are left to the device. */
  readonly checksumOffload: boolean
  /** Largest super-packet (IP length) that the device will cut itself; 0 = none (no TSO). */
  readonly segmentation: number

  /** Called once, by the host that takes the device. `wake` may be called at any time. */
  attach(wake: () => void): void
  /**
   * Fills `packet` with the next packet that has arrived; false when none waits. The bytes stay
   * untouched until the next call of `receive`.
   */
  receive(packet: Packet): boolean
  /**
   * A buffer to build the next packet in, of at least HEADROOM + mtu (or segmentation) bytes; null
   * when there is no room now, in which case the device says `wake` once there is. A device that has
   * had none for a second (it may have been closed) loses what TCP wants to send.
   * Claiming again without `transmit` gives the same room.
   */
  claim(): Uint8Array | null
  /** Sends `packet`, which was built in the claimed buffer. */
  transmit(packet: Packet): void
  /** Gives back what the device holds; nothing is received or sent afterwards. */
  close(): void
}
