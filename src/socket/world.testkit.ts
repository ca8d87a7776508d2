import { link } from '../sim/link.ts'
import { VirtualClock } from '../sim/virtual-clock.ts'
import type { HostConfig } from '../stack/config.ts'
import type { Device } from '../stack/device.ts'
import { Host } from '../stack/host.ts'
import type { Probe } from '../stack/probe.ts'
import type { State } from '../tcp/states.ts'
import { FIN, RST, SYN } from '../wire/tcp.ts'
import { listen, type ServerSocket } from './server-socket.ts'
import { connect, type StreamSocket } from './stream-socket.ts'

/** Two hosts on a link in virtual time, and what the client's side has seen. */
export class World {
  readonly clock = new VirtualClock()
  readonly client: Host
  readonly server: Host
  readonly flags: string[] = []
  readonly states: State[] = []
  readonly devices: [Device, Device]

  /** `join` makes the link between them. */
  constructor(
    config: Partial<HostConfig> = {},
    mtu = 1500,
    join = (clock: VirtualClock): [Device, Device] => link(clock, { delay: 1000, mtu }),
  ) {
    this.devices = join(this.clock)
    this.client = this.host(1, ['10.0.0.1/24', 'fd00::1/64'], this.devices[0], config)
    this.server = this.host(2, ['10.0.0.2/24', 'fd00::2/64'], this.devices[1], config)
    const probe: Probe = {
      packet() {},
      segment: (direction, _ip, segment) => {
        const name = segment.flags & RST ? 'RST' : segment.flags & SYN ? 'SYN' : segment.flags & FIN ? 'FIN' : 'ACK'
        this.flags.push(`${direction} ${name}`)
      },
      state: (_flow, _from, to) => this.states.push(to),
    }
    this.client.probe = probe
  }

  run(microseconds: number): void {
    this.clock.run(this.clock.now() + microseconds)
  }

  pair(address = '10.0.0.2'): { client: StreamSocket; server: StreamSocket; listener: ServerSocket } {
    const listener = listen(this.server, { port: 80 })
    const client = connect(this.client, { address, port: 80 })
    this.run(100_000)
    const server = listener.accept()
    if (server === null) throw new Error('nothing to accept')
    return { client, server, listener }
  }

  private host(seed: number, addresses: string[], device: Device, config: Partial<HostConfig>): Host {
    const surroundings = this.clock.surroundings(seed)
    const host = new Host(surroundings, config)
    surroundings.onwake = () => host.turn()
    host.addDevice(device)
    for (const address of addresses) host.addAddress(address, device)
    return host
  }
}

/** All that can be read now. */
export function text(socket: StreamSocket): string {
  const bytes = new Uint8Array(socket.readable)
  if (bytes.length > 0) socket.read(bytes)
  return new TextDecoder().decode(bytes)
}

export const bytes = (s: string) => new TextEncoder().encode(s)

/** The error's code that `call` throws. */
export function codeOf(call: () => unknown): string {
  try {
    call()
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
  return 'none'
}
