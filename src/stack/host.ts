import type { KnobValue } from '../tcp/knob.ts'
import type { Address } from '../wire/address.ts'
import { parseAddress, parsePrefix } from '../wire/address-text.ts'
import { changeSetting, type HostConfig, hostConfig } from './config.ts'
import type { Device } from './device.ts'
import { IpCounters } from './ip-counters.ts'
import { restartKeepalives } from './keepalives.ts'
import { Network } from './network.ts'
import { type Probe, silentProbe } from './probe.ts'
import { type SnapshotOptions, type SocketSnapshot, snapshots } from './snapshot.ts'
import { type SockStat, sockStat } from './sockstat.ts'
import { statistics } from './statistics.ts'
import type { Surroundings } from './surroundings.ts'
import { sysctlName } from './sysctl-text.ts'
import { TcpService } from './tcp-service.ts'
import { UdpService } from './udp.ts'
import type { Warning } from './warning.ts'

/** Sends and tells by turns at most so often in one turn, so that two chatty callbacks cannot hold it. */
const MAX_ROUNDS = 16

/**
 * One machine on a network: devices, addresses, routes, TCP and UDP. It asks its surroundings only
 * for the time, for a wake-up and for random numbers, and does nothing but in `turn`.
 */
export class Host {
  readonly network: Network
  readonly tcp: TcpService
  readonly udp: UdpService
  /** The settings as they are now: the same object all along. `setSysctl` changes them. */
  readonly config: Readonly<HostConfig>
  private readonly settings: HostConfig
  private readonly surroundings: Surroundings
  private readonly ipCounters = new IpCounters()
  private observer: Probe = silentProbe
  /** When the surroundings were last asked to wake us; Infinity = not. */
  private wakeAt = Number.POSITIVE_INFINITY
  private inTurn = false
  /** Asked for while in a turn: when the next is to follow. */
  private pending = Number.POSITIVE_INFINITY

  /** Throws RangeError for a setting that does not exist or a value that it does not take. */
  constructor(surroundings: Surroundings, config: Partial<HostConfig> = {}, preset: 'linux' | 'rfc' = 'linux') {
    this.surroundings = surroundings
    this.settings = hostConfig(config, preset)
    this.config = this.settings
    const random = () => surroundings.random()
    this.network = new Network(surroundings, this.ipCounters, this.config)
    this.tcp = new TcpService(this.config, this.network, surroundings, () => {
      // Within a turn everything is sent before it ends.
      if (!this.inTurn) this.wakeNow()
    })
    this.udp = new UdpService(this.network, this.ipCounters, random, this.config)
    this.network.onwake = () => this.wakeNow()
  }

  /** The host's clock, integer microseconds. */
  now(): number {
    return this.surroundings.now()
  }

  addDevice(device: Device): void {
    this.network.addDevice(device)
    this.wakeNow()
  }

  /** `text`: '10.0.0.1/24' or '2001:db8::1/64'. Throws TypeError when it is neither. */
  addAddress(text: string, device: Device): void {
    const prefix = parsePrefix(text)
    if (prefix === null) throw new TypeError(`${text} is no address with a prefix length, such as 10.0.0.1/24`)
    this.network.addAddress(prefix.address, prefix.length, device)
  }

  /** `text`: '0.0.0.0/0'; `via`: the gateway's address, or none on the device's own link. */
  addRoute(text: string, device: Device, via?: string): void {
    const prefix = parsePrefix(text)
    if (prefix === null) throw new TypeError(`${text} is no prefix, such as 0.0.0.0/0`)
    this.network.addRoute(prefix.address, prefix.length, device, via === undefined ? null : address(via))
  }

  /** Watches packets, segments and states from now on. */
  set probe(probe: Probe) {
    this.observer = probe
    this.network.probe = probe
    this.tcp.probe = probe
  }

  get probe(): Probe {
    return this.observer
  }

  /** Told of what the host's owner should look at: a flood of SYNs, a connection left in CLOSE-WAIT. Nothing, at first. */
  set onwarning(told: (warning: Warning) => void) {
    this.tcp.onwarning = told
  }

  /**
   * One turn: takes what the devices bring, lets due timers fire, sends what is owed, tells the
   * sockets' owners. Called by hand, or by the surroundings when the host has asked for it. When an
   * owner's callback throws the turn goes on to its end and then throws the same (AggregateError where
   * several have thrown). Within a turn it does nothing.
   */
  turn(): void {
    if (this.inTurn) return
    this.inTurn = true
    this.wakeAt = Number.POSITIVE_INFINITY
    const errors: unknown[] = []
    try {
      this.work(errors)
    } finally {
      this.inTurn = false
      const next = Math.min(this.tcp.deadline, this.network.deadline(), this.pending)
      this.pending = Number.POSITIVE_INFINITY
      this.wakeBy(next)
    }
    if (errors.length === 1) throw errors[0]
    if (errors.length > 1) throw new AggregateError(errors, `${errors.length} callbacks have thrown`)
  }

  /** What was counted since the host began, by the names that Linux's nstat prints; TcpCurrEstab as it is now. */
  stats(): Record<string, number> {
    return statistics(this.ipCounters, this.tcp)
  }

  /**
   * A setting as it is now. `name` as in `HostConfig`, or with Linux's path before it: 'net.ipv4.tcp_sack',
   * 'net/ipv4/tcp_sack'. Throws RangeError when there is none of that name.
   */
  sysctl<K extends keyof HostConfig>(name: K): HostConfig[K]
  sysctl(name: string): KnobValue
  sysctl(name: string): KnobValue {
    return this.config[sysctlName(name)]
  }

  /**
   * Changes a setting of the running host; `name` as for `sysctl`. Connections that are there follow, but for what
   * was settled when they were opened (docs/sysctl.md). Throws RangeError for an unknown name, or a value that the
   * setting does not take; then nothing has changed.
   */
  setSysctl<K extends keyof HostConfig>(name: K, value: HostConfig[K]): void
  setSysctl(name: string, value: KnobValue): void
  setSysctl(name: string, value: KnobValue): void {
    const known = sysctlName(name)
    changeSetting(this.settings, known, value)
    if (known === 'tcp_keepalive_time') restartKeepalives(this.tcp, this.surroundings.now())
    // The next turn asks everybody anew when it is due.
    this.wakeNow()
  }

  /** Every connection, half-open connection, listener and TIME-WAIT entry as it is now, as `ss` would show them. */
  connections(options: SnapshotOptions = {}): SocketSnapshot[] {
    return snapshots(this.tcp, this.surroundings.now(), options)
  }

  /** How many sockets there are, and their memory: the TCP line of /proc/net/sockstat. */
  sockstat(): SockStat {
    return sockStat(this.tcp)
  }

  /** Closes the devices; connections are not told. */
  close(): void {
    for (const device of this.network.devices) device.close()
  }

  private work(errors: unknown[]): void {
    const now = this.surroundings.now()
    // MUST-58, MUST-59: all that waits is taken before anything is answered.
    this.network.receive(now)
    this.network.tick(now)
    this.tcp.tick(now)
    let rounds = 0
    while (this.tcp.flush(now) || this.udp.hasNews) {
      rounds += 1
      if (rounds > MAX_ROUNDS) {
        this.pending = now
        return
      }
      this.tcp.notify(errors)
      this.udp.notify(errors)
    }
  }

  private wakeNow(): void {
    this.wakeBy(this.surroundings.now())
  }

  private wakeBy(at: number): void {
    if (this.inTurn) {
      this.pending = Math.min(this.pending, at)
      return
    }
    if (at >= this.wakeAt) return
    this.wakeAt = at
    this.surroundings.wake(at)
  }
}

/** Parses an address. Throws TypeError when `text` is none. */
export function address(text: string): Address {
  const parsed = parseAddress(text)
  if (parsed === null) throw new TypeError(`${text} is no IP address`)
  return parsed
}
