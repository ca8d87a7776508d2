import { CONGESTION_CONTROLS } from './congestion-controls.ts'
import { choice, flag, integer, type Knob, triple } from './knob.ts'

const INT_MAX = 2_147_483_647
/** The longest time in seconds: what Linux can count in milliseconds. */
const LONGEST = 2_147_483
/** Linux has a constant here, in capital letters. */
const constant = { folder: '' } as const
const fresh = { affects: 'new connections' } as const

/**
 * The knobs of TCP by Linux's names and in Linux's units (Documentation/networking/ip-sysctl), within
 * the bounds of Linux's own handlers where they have any.
 */
export const TCP_KNOBS = {
  // ---- opening

  tcp_syn_retries: integer(
    { linux: 6, rfc: 7, least: 1, most: 127 },
    'Retransmissions of a SYN before an active open fails with ETIMEDOUT',
    'RFC 9293, 3.8.3, MUST-23',
  ),
  tcp_synack_retries: integer(
    { linux: 5, rfc: 7, least: 0, most: 255 },
    'Retransmissions of a SYN,ACK before a half-open connection is given up',
    'RFC 9293, 3.8.3, MUST-23',
  ),
  tcp_window_scaling: flag({ linux: true, ...fresh }, 'The window scale option is offered and accepted', 'RFC 7323, 2'),
  tcp_timestamps: flag({ linux: true, ...fresh }, 'The timestamps option is offered and accepted', 'RFC 7323, 3'),
  tcp_sack: flag({ linux: true, ...fresh }, 'Selective acknowledgments are offered and accepted', 'RFC 2018'),
  tcp_fastopen: integer(
    { linux: 1, least: 0, most: 0x607, ...fresh },
    'Fast Open as a sum: 1 as client, 2 as server; without a cookie: 4 as client, 512 as server; 1024 at all listeners',
    'RFC 7413',
  ),
  tcp_ecn: integer(
    { linux: 2, least: 0, most: 2, ...fresh },
    'ECN: 0 never, 1 asked for and granted, 2 granted to peers that ask',
    'RFC 3168, 6.1.1',
  ),
  tcp_ecn_fallback: flag(
    { linux: true },
    'A SYN that asked for ECN and was not answered goes again without',
    'RFC 3168, 6.1.1.1',
  ),
  tcp_init_cwnd: integer(
    { linux: 10, least: 1, most: 65_535, unit: 'segments', ...constant, ...fresh },
    'Initial congestion window',
    'RFC 6928',
  ),
  tcp_min_snd_mss: integer(
    { linux: 48, least: 48, most: 65_535, unit: 'bytes', ...fresh },
    'Smallest segment size that a peer may ask of us, against needless overhead',
    'ip-sysctl',
  ),

  // ---- retransmission

  tcp_retries1: integer(
    { linux: 3, least: 0, most: 255 },
    'Retransmissions after which the path is doubted: R1',
    'RFC 9293, 3.8.3, SHLD-10',
  ),
  tcp_retries2: integer(
    { linux: 15, least: 0, most: 255 },
    'Bounds how long data is retransmitted, as a count of backed-off timeouts: R2',
    'RFC 9293, 3.8.3, SHLD-11',
  ),
  tcp_orphan_retries: integer(
    { linux: 0, least: 0, most: 255 },
    'As tcp_retries2, for a connection that its owner has closed; 0 stands for 8',
    'ip-sysctl',
  ),
  tcp_timeout_init_us: integer(
    { linux: 1_000_000, least: 1000, most: 120_000_000, unit: 'µs', ...constant, ...fresh },
    'Initial retransmission timeout',
    'RFC 6298, 2.1',
  ),
  tcp_timeout_fallback_us: integer(
    { linux: 3_000_000, least: 1000, most: 120_000_000, unit: 'µs', ...constant },
    'Retransmission timeout after the handshake when the SYN was retransmitted',
    'RFC 6298, 5.7',
  ),
  tcp_rto_min_us: integer(
    { linux: 200_000, rfc: 1_000_000, least: 1, most: 120_000_000, unit: 'µs' },
    'Least retransmission timeout above the smoothed RTT, at most tcp_rto_max_us',
    'RFC 6298, 2.4',
  ),
  tcp_rto_max_us: integer(
    { linux: 120_000_000, least: 1_000_000, most: 120_000_000, unit: 'µs', ...constant },
    'Greatest retransmission timeout',
    'RFC 6298, 2.5',
  ),
  tcp_early_retrans: flag({ linux: true, rfc: false }, 'Tail loss probes', 'RFC 8985, 7'),
  tcp_frto: flag({ linux: true }, 'Spurious timeouts are detected', 'RFC 5682'),
  tcp_reordering: integer(
    { linux: 3, least: 1, most: 300, unit: 'segments', ...fresh },
    'Duplicate acknowledgments that are taken for reordering before they mean loss',
    'RFC 5681, 3.2',
  ),

  // ---- congestion

  tcp_congestion_control: choice(
    { linux: 'reno', names: [...CONGESTION_CONTROLS.keys()], ...fresh },
    'Congestion control',
    'RFC 5681',
  ),
  tcp_slow_start_after_idle: flag(
    { linux: true },
    'The congestion window falls back after an idle time',
    'RFC 5681, 4.1',
  ),

  // ---- acknowledgments

  tcp_dsack: flag({ linux: true }, 'Duplicates are reported in SACK blocks', 'RFC 2883'),
  tcp_delack_min_us: integer(
    { linux: 40_000, rfc: 200_000, least: 1, most: 499_999, unit: 'µs', ...constant },
    'Shortest delay of an acknowledgment, at most tcp_delack_max_us',
    'RFC 9293, 3.8.6.3, MUST-40',
  ),
  tcp_delack_max_us: integer(
    { linux: 200_000, rfc: 499_999, least: 1, most: 499_999, unit: 'µs', ...constant },
    'Longest delay of an acknowledgment',
    'RFC 9293, 3.8.6.3, MUST-40',
  ),
  tcp_invalid_ratelimit_us: integer(
    { linux: 500_000, least: 0, most: INT_MAX, unit: 'µs', ...constant },
    'Time between two acknowledgments of invalid segments on one connection',
    'RFC 5961, 7',
  ),
  tcp_challenge_ack_limit: integer(
    { linux: INT_MAX, least: 0, most: INT_MAX, unit: 'per s' },
    'Challenge ACKs of all connections together; 2147483647 = no limit',
    'RFC 5961, 7',
  ),

  // ---- memory

  tcp_rmem: triple(
    { linux: [4096, 131_072, 6_291_456], least: 1, most: INT_MAX, unit: 'bytes', ...fresh },
    'Receive buffer: least, which memory pressure leaves, initial, greatest; half of it is offered as window. The least and the greatest hold at once',
    'ip-sysctl',
  ),
  tcp_wmem: triple(
    { linux: [4096, 16_384, 4_194_304], least: 1, most: INT_MAX, unit: 'bytes', ...fresh },
    'Send buffer: least, which memory pressure leaves, initial, greatest. The least and the greatest hold at once',
    'ip-sysctl',
  ),
  tcp_mem: triple(
    { linux: [49_152, 65_536, 98_304], least: 0, most: INT_MAX, unit: 'pages of 4096 bytes' },
    'Memory of all buffers: no more pressure below, pressure above, most',
    'ip-sysctl',
  ),

  // ---- idling and ending

  tcp_keepalive_time: integer(
    { linux: 7200, least: 1, most: LONGEST, unit: 's' },
    'Idleness before the first keepalive probe',
    'RFC 9293, 3.8.4, MUST-28',
  ),
  tcp_keepalive_intvl: integer(
    { linux: 75, least: 1, most: LONGEST, unit: 's' },
    'Time between keepalive probes',
    'ip-sysctl',
  ),
  // Ten, as Node asks for and the textbooks count; Linux itself has nine.
  tcp_keepalive_probes: integer(
    { linux: 10, least: 1, most: 255 },
    'Unanswered keepalive probes before the connection is dead (Linux itself: 9)',
    'RFC 9293, 3.8.4, MUST-29',
  ),
  tcp_fin_timeout: integer(
    { linux: 60, least: 0, most: LONGEST, unit: 's' },
    'How long a closed connection stays in FIN-WAIT-2 for a FIN that never comes',
    'ip-sysctl',
  ),
  tcp_timewait_len: integer(
    { linux: 60, rfc: 240, least: 1, most: 3600, unit: 's', ...constant },
    'TIME-WAIT: 2 MSL',
    'RFC 9293, 3.4.2',
  ),
  tcp_rfc1337: flag({ linux: false }, 'A RST does not end TIME-WAIT', 'RFC 1337, 3'),
} satisfies Readonly<Record<string, Knob>>
