import { flag, integer, type Knob, portRange, preset, type Settings } from '../tcp/knob.ts'
import { admit } from '../tcp/knob-value.ts'
import { TCP_KNOBS } from '../tcp/sysctls.ts'
import { nearest } from './nearest.ts'
import { NETWORK_KNOBS } from './network-config.ts'

const INT_MAX = 2_147_483_647

/** The knobs of many connections on one machine, by Linux's names. */
const MACHINE_KNOBS = {
  ip_local_port_range: portRange({ linux: [32_768, 60_999] }, 'Ephemeral ports, first and last', 'RFC 6056, 3.2'),
  somaxconn: integer(
    { linux: 4096, least: 0, most: INT_MAX, folder: 'net.core' },
    "Bound on a listener's accept queue, for listeners opened from now on",
    'ip-sysctl',
  ),
  tcp_max_syn_backlog: integer(
    { linux: 1024, least: 0, most: INT_MAX },
    'Bound on the half-open connections of a listener',
    'RFC 4987, 3.2',
  ),
  tcp_syncookies: integer(
    { linux: 1, least: 0, most: 2 },
    'SYN cookies: 0 never, 1 when there is no room for half-open connections, 2 always',
    'RFC 4987, 3.6',
  ),
  syn_per_source: integer(
    { linux: 0, least: 0, most: INT_MAX, folder: '' },
    'Half-open connections from one source address (IPv6: from one /64); 0 = no limit',
    'own name',
  ),
  tcp_abort_on_overflow: flag(
    { linux: false },
    'A full accept queue is answered by RST instead of silence',
    'ip-sysctl',
  ),
  tcp_max_tw_buckets: integer(
    { linux: 262_144, least: 0, most: INT_MAX },
    'Most connections in TIME-WAIT; more are dropped and counted',
    'ip-sysctl',
  ),
  tcp_tw_reuse: integer(
    { linux: 2, least: 0, most: 2 },
    'A connection in TIME-WAIT makes room for one that we open: 0 never, 1 always, 2 on the loopback',
    'RFC 6191; ip-sysctl',
  ),
  tcp_tw_reuse_delay: integer(
    { linux: 1000, least: 1, most: 60_000, unit: 'ms' },
    'Time since its last timestamp that tcp_tw_reuse asks for',
    'ip-sysctl',
  ),
  tcp_max_orphans: integer(
    { linux: 65_536, least: 0, most: INT_MAX },
    'Most connections that their owners have closed and that still have something to do; more are reset',
    'ip-sysctl',
  ),
  close_wait_warning: integer(
    { linux: 600, least: 0, most: 2_147_483, unit: 's', folder: '' },
    'Time in CLOSE-WAIT after which the owner is warned; 0 = never',
    'own name',
  ),
} satisfies Readonly<Record<string, Knob>>

/** All knobs of a host: those of TCP, of the network below, and of many connections on one machine. */
export const KNOBS = { ...TCP_KNOBS, ...MACHINE_KNOBS, ...NETWORK_KNOBS }

/** The settings of a host, by the names of `KNOBS`. */
export type HostConfig = Settings<typeof KNOBS>

/** Presets: what Linux does, and what the RFCs say. */
export const presets: Readonly<Record<'linux' | 'rfc', Readonly<HostConfig>>> = {
  linux: preset(KNOBS, 'linux'),
  rfc: preset(KNOBS, 'rfc'),
}

/** The first is not greater than the second. */
const ORDERED = [
  ['tcp_rto_min_us', 'tcp_rto_max_us'],
  ['tcp_delack_min_us', 'tcp_delack_max_us'],
] as const

/** The preset `base` with what `overrides` says otherwise. Throws RangeError for a knob that does not exist or a value that it does not take. */
export function hostConfig(overrides: Partial<HostConfig> = {}, base: 'linux' | 'rfc' = 'linux'): HostConfig {
  return merged(presets[base], overrides)
}

/** Sets one knob of `config`; RangeError as in `hostConfig`, and then nothing has changed. */
export function changeSetting(config: HostConfig, name: keyof HostConfig, value: unknown): void {
  Object.assign(config, merged(config, { [name]: value }))
}

function merged(before: Readonly<HostConfig>, changes: Readonly<Record<string, unknown>>): HostConfig {
  const config: HostConfig = { ...before }
  for (const [name, value] of Object.entries(changes)) {
    if (!isKnob(name)) throw unknownKnob(name)
    Object.assign(config, { [name]: admit(name, KNOBS[name], value) })
  }
  for (const [lower, upper] of ORDERED) {
    if (config[lower] <= config[upper]) continue
    const [name, bound, than] = lower in changes ? [lower, 'at most', upper] : [upper, 'at least', lower]
    throw new RangeError(`${name} takes ${bound} ${than}, which is ${config[than]}, not ${config[name]}`)
  }
  return config
}

export function isKnob(name: string): name is keyof HostConfig {
  return Object.hasOwn(KNOBS, name)
}

/** The error for a name that no knob has. */
export function unknownKnob(name: string): RangeError {
  const last = name.slice(Math.max(name.lastIndexOf('.'), name.lastIndexOf('/')) + 1)
  return new RangeError(`unknown setting ${name}: did you mean ${nearest(last, Object.keys(KNOBS))}?`)
}
