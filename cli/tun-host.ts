import { type Control, createHost, openControl, PacketGate, type RunningHost } from '../src/adapter/node/index.ts'
import { openTun, type TunDevice } from '../src/adapter/tun/index.ts'
import type { HostConfig } from '../src/stack/config.ts'
import { Endpoint } from '../src/stack/endpoint.ts'
import type { Host } from '../src/stack/host.ts'
import { type Probe, silentProbe } from '../src/stack/probe.ts'
import { Probes } from '../src/stack/probes.ts'
import { logProbe } from '../src/trace/log.ts'
import { Capture } from './capture.ts'
import { Failure } from './failure.ts'
import { DEFAULT_ADDRESSES, DEFAULT_PEER_ADDRESSES, type TunHostOptions } from './tun-options.ts'

/**
 * Packets that the kernel keeps for us before it drops: enough for a full receive window without
 * segmentation offload (6 MiB by tcp_rmem), whose loss would be of our own making.
 */
const QUEUE_LENGTH = 5000

/** A host of estab's on a TUN device, running on the event loop. */
export class TunHost {
  readonly host: Host
  readonly device: TunDevice
  /** Where packets can be lost, if that was asked for. */
  readonly gate: PacketGate | null
  /** Ours, without prefix lengths. */
  readonly addresses: readonly string[]
  /** Settles, with a Failure, only if the device is lost. */
  readonly lost: Promise<never>
  private readonly running: RunningHost
  private readonly capture: Capture | null
  private control: Control | null = null

  private constructor(
    running: RunningHost,
    device: TunDevice,
    gate: PacketGate | null,
    capture: Capture | null,
    addresses: readonly string[],
  ) {
    this.running = running
    this.host = running.host
    this.device = device
    this.gate = gate
    this.capture = capture
    this.addresses = addresses.map((each) => each.replace(/\/.*/, ''))
    this.lost = new Promise((_resolve, reject) => {
      device.onclose = (error) => reject(new Failure(error.message))
    })
    // Not everybody waits for it.
    this.lost.catch(() => {})
  }

  /** Throws TunError or Failure. */
  static async open(options: TunHostOptions): Promise<TunHost> {
    const device = openTun({
      name: options.tun,
      offload: options.offload,
      ...(options.mtu === undefined ? {} : { mtu: options.mtu }),
    })
    let capture: Capture | null = null
    try {
      const peers = peerAddresses(options)
      if (peers.length > 0) await device.configure({ address: peers, queueLength: QUEUE_LENGTH })
      const running = createHost(settings(options))
      const { host } = running
      if (options.pcap !== undefined) capture = new Capture(options.pcap, host.now())
      host.probe = watchers(options, capture)
      const gate = options.labWrite === true ? new PacketGate(device) : null
      const port = gate ?? device
      host.addDevice(port)
      const addresses = options.address ?? DEFAULT_ADDRESSES
      for (const each of addresses) host.addAddress(each, port)
      for (const route of options.route ?? []) host.addRoute(route, port)
      for (const gateway of options.gateway ?? []) {
        host.addRoute(gateway.includes(':') ? '::/0' : '0.0.0.0/0', port, gateway)
      }
      const tun = new TunHost(running, device, gate, capture, addresses)
      if (options.control !== false) await tun.openControl(options.control)
      return tun
    } catch (error) {
      capture?.close()
      device.close()
      throw error
    }
  }

  /**
   * Lets every connection go, as the kernel does for a process that ends: FIN after what was written,
   * RST where something was not read or comes later.
   */
  closeAll(): void {
    for (const endpoint of this.connections()) {
      endpoint.connection.close(this.host.now())
      this.host.tcp.touch(endpoint)
    }
  }

  /** RST to every connection. */
  abortAll(): void {
    for (const endpoint of this.connections()) {
      endpoint.connection.abort()
      this.host.tcp.touch(endpoint)
    }
  }

  /** Resolves when no connection is left but in TIME-WAIT: to true, or to false after `patience` milliseconds. */
  drained(patience: number): Promise<boolean> {
    if (this.connections().length === 0) return Promise.resolve(true)
    const before = this.host.probe
    return new Promise((resolve) => {
      const settle = (clean: boolean) => {
        clearTimeout(timer)
        this.host.probe = before
        resolve(clean)
      }
      const look = () => {
        if (this.connections().length === 0) settle(true)
      }
      const timer = setTimeout(() => settle(false), patience)
      // A probe must not call the host: it looks a moment later, when segments have left as well.
      const watcher: Probe = { ...silentProbe, state: () => setImmediate(look) }
      this.host.probe = new Probes([before, watcher])
    })
  }

  /** Counters that are not 0, and the connections that are alive, a line each. */
  report(): string {
    const counters = this.host.stats()
    for (const [name, value] of Object.entries(this.device.counters)) counters[`Tun${capitalised(name)}`] = value
    const lines = Object.entries(counters).filter(([, value]) => value > 0)
    return lines.map(([name, value]) => `${name} ${value}\n`).join('')
  }

  /** Ends everything at once. */
  close(): void {
    this.control?.close()
    this.running.stop()
    this.capture?.close()
  }

  /** Not to be looked at from outside is no reason to give up. */
  private async openControl(path: string | undefined): Promise<void> {
    try {
      this.control = await openControl(this.host, { name: 'estab', ...(path === undefined ? {} : { path }) })
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      process.stderr.write(`estab: no control socket, so estab ss does not reach this process: ${why}\n`)
    }
  }

  /** Those that are alive: what is in TIME-WAIT only remembers. */
  private connections(): Endpoint[] {
    const alive: Endpoint[] = []
    for (const each of this.host.tcp.connections()) {
      if (each instanceof Endpoint && each.state !== 'CLOSED' && each.state !== 'TIME-WAIT') alive.push(each)
    }
    return alive
  }
}

/** The kernel's addresses that are ours to set. */
function peerAddresses(options: TunHostOptions): readonly string[] {
  if (options.peerAddress !== undefined) return options.peerAddress
  return options.address === undefined && process.getuid?.() === 0 ? DEFAULT_PEER_ADDRESSES : []
}

function settings(options: TunHostOptions): Partial<HostConfig> {
  return Object.assign({}, ...(options.sysctl ?? []))
}

function watchers(options: TunHostOptions, capture: Capture | null): Probe {
  const probes = new Probes()
  if (capture !== null) probes.add(capture.probe)
  if (options.verbose === true) probes.add(logProbe((line) => process.stderr.write(`${line}\n`), { states: true }))
  return probes
}

function capitalised(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1)
}
