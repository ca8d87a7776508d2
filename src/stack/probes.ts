import type { Reason } from '../tcp/reason.ts'
import type { State } from '../tcp/states.ts'
import type { IpHeader, Packet } from '../wire/packet.ts'
import type { TcpSegment } from '../wire/tcp.ts'
import type { Device } from './device.ts'
import type { Direction, Flow, Probe } from './probe.ts'

/** Hands on what it sees to any number of others, in their order; more may come later. */
export class Probes implements Probe {
  private readonly others: Probe[]

  constructor(others: readonly Probe[] = []) {
    this.others = [...others]
  }

  add(probe: Probe): void {
    this.others.push(probe)
  }

  packet(direction: Direction, device: Device, packet: Packet, now: number): void {
    for (const other of this.others) other.packet(direction, device, packet, now)
  }

  segment(
    direction: Direction,
    ip: IpHeader,
    segment: TcpSegment,
    flow: Flow | null,
    now: number,
    reason: Reason | '',
  ): void {
    for (const other of this.others) other.segment(direction, ip, segment, flow, now, reason)
  }

  state(flow: Flow, from: State, to: State, now: number): void {
    for (const other of this.others) other.state(flow, from, to, now)
  }
}
