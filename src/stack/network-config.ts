import { integer, type Knob, preset, type Settings } from '../tcp/knob.ts'

const INT_MAX = 2_147_483_647
/** The longest time in seconds: what Linux can count in milliseconds. */
const LONGEST = 2_147_483
const neigh = { folder: 'net.ipv4.neigh.default' } as const
const route = { folder: 'net.ipv4.route' } as const

/** The knobs of the network below the transports, by Linux's names and in Linux's units. */
export const NETWORK_KNOBS = {
  ipfrag_high_thresh: integer(
    { linux: 4 * 1024 * 1024, least: 0, most: INT_MAX, unit: 'bytes' },
    'Fragments held for reassembly, both families together',
    'RFC 791, 3.2; ip-sysctl',
  ),
  ipfrag_time: integer(
    { linux: 30, least: 1, most: LONGEST, unit: 's' },
    'How long the fragments of an IPv4 datagram are held',
    'RFC 791, 3.2',
  ),
  ip6frag_time: integer(
    { linux: 60, least: 1, most: LONGEST, unit: 's', folder: 'net.ipv6' },
    'How long the fragments of an IPv6 packet are held',
    'RFC 8200, 4.5',
  ),
  gc_thresh3: integer(
    { linux: 1024, least: 1, most: INT_MAX, ...neigh },
    'Neighbours known on one Ethernet link',
    'ip-sysctl',
  ),
  unres_qlen_bytes: integer(
    { linux: 1024 * 1024, least: 0, most: INT_MAX, unit: 'bytes', ...neigh },
    'Packets that wait for neighbours to answer, for one link (Linux: for one neighbour)',
    'RFC 4861, 7.2.2',
  ),
  icmp_ratelimit: integer(
    { linux: 1000, least: 0, most: INT_MAX, unit: 'ms' },
    'Time between two ICMP errors to one destination; 0 = no limit',
    'RFC 1812, 4.3.2.8; RFC 4443, 2.4 f',
  ),
  icmp_msgs_per_sec: integer(
    { linux: 1000, least: 0, most: INT_MAX, unit: 'per s' },
    'ICMP errors in all; 0 = none',
    'RFC 1812, 4.3.2.8; RFC 4443, 2.4 f',
  ),
  icmp_msgs_burst: integer(
    { linux: 50, least: 0, most: INT_MAX },
    'ICMP errors at once; 0 = none',
    'RFC 1812, 4.3.2.8; RFC 4443, 2.4 f',
  ),
  mtu_expires: integer(
    { linux: 600, least: 1, most: LONGEST, unit: 's', ...route },
    'How long a path MTU is believed that is learned from now on',
    'RFC 1191, 6.3; RFC 8201, 4',
  ),
  min_pmtu: integer(
    { linux: 552, least: 68, most: 65_535, unit: 'bytes', ...route },
    'Least path MTU that IPv4 accepts',
    'RFC 1191, 3',
  ),
  max_path_mtus: integer(
    { linux: 1024, least: 1, most: INT_MAX, folder: '' },
    'Destinations whose path MTU is remembered',
    'own name',
  ),
  dev_weight: integer(
    { linux: 256, least: 1, most: INT_MAX, unit: 'packets', folder: 'net.core' },
    'Packets taken from one device in one turn, so that a flood on it does not starve the rest',
    'admin-guide/sysctl/net',
  ),
} satisfies Readonly<Record<string, Knob>>

export type NetworkConfig = Settings<typeof NETWORK_KNOBS>

export const networkDefaults: Readonly<NetworkConfig> = preset(NETWORK_KNOBS, 'linux')
