/** The knobs of the network below the transports, by Linux's names and in Linux's units. */
export interface NetworkConfig {
  /** Bytes of fragments held for reassembly, both families together. */
  ipfrag_high_thresh: number
  /** Seconds that the fragments of a datagram are held: IPv4, IPv6. */
  ipfrag_time: number
  ip6frag_time: number
  /** Neighbours known on one Ethernet link. */
  gc_thresh3: number
  /** Bytes of packets that wait for neighbours to answer, for one link. */
  unres_qlen_bytes: number
  /** Milliseconds between two ICMP errors to one destination; 0 = no limit. */
  icmp_ratelimit: number
  /** ICMP errors a second in all, and how many at once. */
  icmp_msgs_per_sec: number
  icmp_msgs_burst: number
  /** Seconds that a path MTU is believed. */
  mtu_expires: number
  /** Least path MTU that IPv4 accepts, in bytes. */
  min_pmtu: number
  /** Destinations whose path MTU is remembered. */
  max_path_mtus: number
  /** Packets taken from one device in one turn, so that a flood on it does not starve the rest (Linux: NAPI's weight). */
  dev_weight: number
}

export const networkDefaults: Readonly<NetworkConfig> = {
  ipfrag_high_thresh: 4 * 1024 * 1024,
  ipfrag_time: 30,
  ip6frag_time: 60,
  gc_thresh3: 1024,
  unres_qlen_bytes: 1024 * 1024,
  icmp_ratelimit: 1000,
  icmp_msgs_per_sec: 1000,
  icmp_msgs_burst: 50,
  mtu_expires: 600,
  min_pmtu: 552,
  max_path_mtus: 1024,
  dev_weight: 256,
}
