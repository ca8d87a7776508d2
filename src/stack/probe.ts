import type { Reason } from '../tcp/reason.ts'
import type { State } from '../tcp/states.ts'
import type { IpHeader, Packet } from '../wire/packet.ts'
import type { TcpSegment } from '../wire/tcp.ts'
import type { Device } from './device.ts'

/** The four-tuple of a connection, as a probe sees it. */
export interface Flow {
  readonly localAddress: string
  readonly localPort: number
  readonly remoteAddress: string
  readonly remotePort: number
  readonly state: State
}

export type Direction = 'in' | 'out'

/**
 * Watches a host. Called inside the packet path: a probe copies what it wants to keep (records and
 * buffers are used again at once), changes nothing and never calls the host back.
 * `now` is the host's clock in integer microseconds.
 */
export interface Probe {
  /** Every packet a device brings or takes, whole: what a capture file holds. */
  packet(direction: Direction, device: Device, packet: Packet, now: number): void
  /**
   * Every TCP segment of ours or for us; `flow` is null where no connection owns it (a stray, a RST of refusal).
   * `reason`: why we send it; '' of what comes.
   */
  segment(
    direction: Direction,
    ip: IpHeader,
    segment: TcpSegment,
    flow: Flow | null,
    now: number,
    reason: Reason | '',
  ): void
  /** A connection has moved along one arc of the state diagram. */
  state(flow: Flow, from: State, to: State, now: number): void
}

/** Watches nothing. */
export const silentProbe: Probe = {
  packet() {},
  segment() {},
  state() {},
}
