/**
 * Every choice that the RFCs leave to an implementation, under its Linux name and in Linux's unit
 * (Documentation/networking/ip-sysctl). Where Linux has a constant instead of a sysctl the name is
 * that constant's in small letters.
 */
export interface TcpConfig {
  /** Retransmissions of a SYN before an active open fails with ETIMEDOUT. */
  tcp_syn_retries: number
  /** Retransmissions of a SYN,ACK before a half-open connection is given up. */
  tcp_synack_retries: number
  /** Bounds how long unacknowledged data is retransmitted, as a count of backed-off timeouts (RFC 9293, 3.8.3: R2). */
  tcp_retries2: number
  /** The same for a connection that its owner has closed; 0 stands for 8, as in Linux. */
  tcp_orphan_retries: number
  /** Seconds a closed connection stays in FIN-WAIT-2 for a FIN that never comes. */
  tcp_fin_timeout: number
  /** Seconds of TIME-WAIT: 2 MSL (RFC 9293, 3.4.2). */
  tcp_timewait_len: number
  /** Seconds of idleness before the first keepalive probe. */
  tcp_keepalive_time: number
  /** Seconds between keepalive probes. */
  tcp_keepalive_intvl: number
  /** Unanswered keepalive probes before the connection is dead. */
  tcp_keepalive_probes: number
  /** Initial retransmission timeout, microseconds (RFC 6298, 2.1). */
  tcp_timeout_init_us: number
  /** RTO after the handshake when the SYN was retransmitted, microseconds (RFC 6298, 5.7). */
  tcp_timeout_fallback_us: number
  /** Least retransmission timeout above the smoothed RTT, microseconds. */
  tcp_rto_min_us: number
  /** Greatest retransmission timeout, microseconds (RFC 6298, 2.5). */
  tcp_rto_max_us: number
  /** Shortest and longest delay of an acknowledgment, microseconds (RFC 9293, 3.8.6.3: below 0.5 s). */
  tcp_delack_min_us: number
  tcp_delack_max_us: number
  /** Options offered and accepted. */
  tcp_window_scaling: boolean
  tcp_timestamps: boolean
  tcp_sack: boolean
  /** Duplicates are reported in SACK blocks (RFC 2883). */
  tcp_dsack: boolean
  /**
   * Receive buffer in bytes: least (for memory pressure, which there is none of yet), initial, greatest.
   * Half of it is offered as window, as in Linux.
   */
  tcp_rmem: readonly [number, number, number]
  /** Send buffer in bytes: least (as above), initial, greatest. */
  tcp_wmem: readonly [number, number, number]
  /** Initial congestion window in segments (RFC 6928). */
  tcp_init_cwnd: number
  /** The congestion window falls back after an idle time (RFC 5681, 4.1). */
  tcp_slow_start_after_idle: boolean
  /** Congestion control of new connections, by name. */
  tcp_congestion_control: string
  /** Duplicate acknowledgments that are taken for reordering before they mean loss (RFC 5681, 3.2). */
  tcp_reordering: number
  /** Tail loss probes (RFC 8985, 7). */
  tcp_early_retrans: boolean
  /** Detection of spurious timeouts (RFC 5682). */
  tcp_frto: boolean
  /** Time between two acknowledgments of invalid segments on one connection, microseconds (RFC 5961, 7). */
  tcp_invalid_ratelimit_us: number
  /** Smallest segment that a peer may make us send (against needless overhead), bytes. */
  tcp_min_snd_mss: number
}

/** What Linux does. */
export const linux: Readonly<TcpConfig> = {
  tcp_syn_retries: 6,
  tcp_synack_retries: 5,
  tcp_retries2: 15,
  tcp_orphan_retries: 0,
  tcp_fin_timeout: 60,
  tcp_timewait_len: 60,
  tcp_keepalive_time: 7200,
  tcp_keepalive_intvl: 75,
  tcp_keepalive_probes: 9,
  tcp_timeout_init_us: 1_000_000,
  tcp_timeout_fallback_us: 3_000_000,
  tcp_rto_min_us: 200_000,
  tcp_rto_max_us: 120_000_000,
  tcp_delack_min_us: 40_000,
  tcp_delack_max_us: 200_000,
  tcp_window_scaling: true,
  tcp_timestamps: true,
  tcp_sack: true,
  tcp_dsack: true,
  tcp_rmem: [4096, 131_072, 6_291_456],
  tcp_wmem: [4096, 16_384, 4_194_304],
  tcp_init_cwnd: 10,
  tcp_slow_start_after_idle: true,
  tcp_congestion_control: 'reno',
  tcp_reordering: 3,
  tcp_early_retrans: true,
  tcp_frto: true,
  tcp_invalid_ratelimit_us: 500_000,
  tcp_min_snd_mss: 48,
}

/**
 * The values that the RFCs name: MSL 2 minutes (RFC 9293, 3.4.2), RTO of at least 1 s (RFC 6298,
 * 2.4), R2 of at least 3 minutes for a SYN (RFC 9293, 3.8.3, MUST-23), ACK delay below 0.5 s, and no tail
 * loss probe ahead of the timer (RFC 8985 is experimental in that).
 */
export const rfc: Readonly<TcpConfig> = {
  ...linux,
  tcp_syn_retries: 7,
  tcp_synack_retries: 7,
  tcp_timewait_len: 240,
  tcp_rto_min_us: 1_000_000,
  tcp_delack_min_us: 200_000,
  tcp_delack_max_us: 500_000,
  tcp_early_retrans: false,
}

/** Microseconds in a second. */
export const SECOND = 1_000_000
