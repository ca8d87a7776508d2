import { linux, rfc, type TcpConfig } from '../tcp/config.ts'
import { type NetworkConfig, networkDefaults } from './network-config.ts'

/** The knobs of a host: those of TCP, of IP, and of many connections on one machine, by Linux's names. */
export interface HostConfig extends TcpConfig, NetworkConfig {
  /** Ephemeral ports, first and last. */
  ip_local_port_range: readonly [number, number]
  /** Bound on a listener's accept queue. */
  somaxconn: number
  /** Bound on the half-open connections of a listener. */
  tcp_max_syn_backlog: number
  /** A full accept queue is answered by RST instead of silence. */
  tcp_abort_on_overflow: boolean
  /** Most connections in TIME-WAIT; more are dropped and counted. */
  tcp_max_tw_buckets: number
}

const machine = {
  ...networkDefaults,
  ip_local_port_range: [32_768, 60_999],
  somaxconn: 4096,
  tcp_max_syn_backlog: 1024,
  tcp_abort_on_overflow: false,
  tcp_max_tw_buckets: 262_144,
} as const

/** Presets: what Linux does, and what the RFCs say. */
export const presets: Readonly<Record<'linux' | 'rfc', Readonly<HostConfig>>> = {
  linux: { ...linux, ...machine },
  rfc: { ...rfc, ...machine },
}

/** The preset `base` with what `overrides` says otherwise. Throws RangeError for a knob that does not exist or a value of the wrong type. */
export function hostConfig(overrides: Partial<HostConfig> = {}, base: 'linux' | 'rfc' = 'linux'): HostConfig {
  const preset = presets[base] as unknown as Readonly<Record<string, unknown>>
  for (const [name, value] of Object.entries(overrides)) check(name, preset[name], value)
  const config = { ...presets[base], ...overrides }
  const [low, high] = config.ip_local_port_range
  if (!(Number.isInteger(low) && Number.isInteger(high) && low >= 1 && low <= high && high <= 65_535)) {
    throw new RangeError(`ip_local_port_range takes a first and a last port of 1 to 65535, not ${low} and ${high}`)
  }
  return config
}

function check(name: string, known: unknown, value: unknown): void {
  if (known === undefined) throw new RangeError(`unknown setting ${name}: see HostConfig for those there are`)
  if (Array.isArray(known)) {
    const numbers: unknown[] = Array.isArray(value) ? value : []
    const good = numbers.length === known.length && numbers.every((n) => typeof n === 'number' && n >= 0)
    if (!good) throw new RangeError(`${name} takes ${known.length} numbers of at least 0, not ${String(value)}`)
    return
  }
  if (typeof value === typeof known && (typeof value !== 'number' || value >= 0)) return
  throw new RangeError(`${name} takes a ${typeof known}, no negative one, not ${String(value)}`)
}
