import { distance } from '../wire/seq.ts'
import type { State } from './states.ts'
import type { Tcb } from './tcb.ts'

/** Linux's numbers of the states (include/net/tcp_states.h). */
const STATE_NUMBERS: Readonly<Record<State, number>> = {
  ESTABLISHED: 1,
  'SYN-SENT': 2,
  'SYN-RECEIVED': 3,
  'FIN-WAIT-1': 4,
  'FIN-WAIT-2': 5,
  'TIME-WAIT': 6,
  CLOSED: 7,
  'CLOSE-WAIT': 8,
  'LAST-ACK': 9,
  LISTEN: 10,
  CLOSING: 11,
}

const CA_STATES = { Open: 0, CWR: 2, Recovery: 3, Loss: 4 } as const

/** tcpi_options. */
const TCPI_OPT_TIMESTAMPS = 1
const TCPI_OPT_SACK = 2
const TCPI_OPT_WSCALE = 4
const TCPI_OPT_ECN = 8
const TCPI_OPT_SYN_DATA = 32
const TCPI_OPT_ECN_SEEN = 16

/** The fields of Linux's `struct tcp_info` (include/uapi/linux/tcp.h), in its units: times in microseconds unless named otherwise. */
export interface TcpInfo {
  tcpi_state: number
  tcpi_ca_state: number
  tcpi_retransmits: number
  tcpi_probes: number
  tcpi_backoff: number
  tcpi_options: number
  tcpi_snd_wscale: number
  tcpi_rcv_wscale: number
  tcpi_delivery_rate_app_limited: number
  tcpi_rto: number
  tcpi_ato: number
  tcpi_snd_mss: number
  tcpi_rcv_mss: number
  /** In segments. */
  tcpi_unacked: number
  tcpi_sacked: number
  tcpi_lost: number
  tcpi_retrans: number
  /** Milliseconds ago. */
  tcpi_last_data_sent: number
  tcpi_last_ack_sent: number
  tcpi_last_data_recv: number
  tcpi_last_ack_recv: number
  tcpi_pmtu: number
  tcpi_rcv_ssthresh: number
  tcpi_rtt: number
  tcpi_rttvar: number
  tcpi_snd_ssthresh: number
  tcpi_snd_cwnd: number
  tcpi_advmss: number
  tcpi_reordering: number
  tcpi_rcv_rtt: number
  tcpi_rcv_space: number
  tcpi_total_retrans: number
  tcpi_bytes_acked: number
  tcpi_bytes_received: number
  tcpi_segs_out: number
  tcpi_segs_in: number
  tcpi_notsent_bytes: number
  tcpi_min_rtt: number
  tcpi_data_segs_in: number
  tcpi_data_segs_out: number
  tcpi_delivered: number
  /** Of these, those whose acknowledgment told of congestion (ECE). */
  tcpi_delivered_ce: number
  tcpi_bytes_sent: number
  tcpi_bytes_retrans: number
  tcpi_dsack_dups: number
  tcpi_rcv_ooopack: number
  tcpi_snd_wnd: number
  tcpi_rcv_wnd: number
}

/** Reads them off a connection; `pmtu` is the path MTU in bytes. */
export function tcpInfo(tcb: Tcb, pmtu: number, now: number): TcpInfo {
  const { rtt, flight, congestion, acks, window } = tcb
  const ago = (at: number) => (at <= 0 ? 0 : Math.max(0, Math.floor((now - at) / 1000)))
  let options = 0
  if (tcb.useTimestamps) options |= TCPI_OPT_TIMESTAMPS
  if (tcb.useSack) options |= TCPI_OPT_SACK
  if (tcb.useScaling) options |= TCPI_OPT_WSCALE
  if (tcb.ecn.agreed) options |= TCPI_OPT_ECN
  if (tcb.ecn.seen) options |= TCPI_OPT_ECN_SEEN
  if (tcb.fastOpen.acknowledged) options |= TCPI_OPT_SYN_DATA
  const open = tcb.recovery.phase === 'Open'
  return {
    tcpi_state: STATE_NUMBERS[tcb.state],
    // Disorder (1) is Open with something sacked.
    tcpi_ca_state: open && flight.sackedOut > 0 ? 1 : CA_STATES[tcb.recovery.phase],
    tcpi_retransmits: tcb.retransmits,
    tcpi_probes: tcb.probesOut,
    tcpi_backoff: Math.max(rtt.backoff, tcb.persistBackoff),
    tcpi_options: options,
    tcpi_snd_wscale: tcb.snd.scale,
    tcpi_rcv_wscale: window.scale,
    tcpi_delivery_rate_app_limited: 0,
    tcpi_rto: rtt.rto,
    tcpi_ato: acks.ato,
    tcpi_snd_mss: tcb.currentMss(),
    tcpi_rcv_mss: acks.receiveMss,
    tcpi_unacked: flight.count,
    tcpi_sacked: flight.sackedOut,
    tcpi_lost: flight.lostOut,
    tcpi_retrans: flight.retransmittedOut,
    tcpi_last_data_sent: ago(tcb.lastDataSentAt),
    tcpi_last_ack_sent: ago(tcb.lastAckSentAt),
    tcpi_last_data_recv: ago(acks.lastReceivedAt),
    tcpi_last_ack_recv: ago(tcb.lastSegmentReceivedAt),
    tcpi_pmtu: pmtu,
    tcpi_rcv_ssthresh: window.limit,
    tcpi_rtt: rtt.srtt,
    tcpi_rttvar: rtt.rttvar,
    tcpi_snd_ssthresh: congestion.ssthresh,
    tcpi_snd_cwnd: congestion.cwnd,
    tcpi_advmss: tcb.advertisedMss,
    tcpi_reordering: tcb.loss.threshold,
    tcpi_rcv_rtt: window.rtt,
    tcpi_rcv_space: window.capacity,
    tcpi_total_retrans: tcb.segmentsRetransmitted,
    tcpi_bytes_acked: tcb.bytesAcked,
    tcpi_bytes_received: tcb.bytesReceived,
    tcpi_segs_out: tcb.segmentsOut,
    tcpi_segs_in: tcb.segmentsIn,
    tcpi_notsent_bytes: Math.max(0, distance(tcb.sendBuffer.end, tcb.snd.nxt)),
    tcpi_min_rtt: rtt.min === Number.POSITIVE_INFINITY ? 0 : rtt.min,
    tcpi_data_segs_in: tcb.dataSegmentsIn,
    tcpi_data_segs_out: tcb.dataSegmentsOut,
    tcpi_delivered: tcb.deliveredSegments,
    tcpi_delivered_ce: tcb.deliveredMarked,
    tcpi_bytes_sent: tcb.bytesSent,
    tcpi_bytes_retrans: tcb.bytesRetransmitted,
    tcpi_dsack_dups: tcb.duplicatesReported,
    tcpi_rcv_ooopack: tcb.outOfOrderIn,
    tcpi_snd_wnd: tcb.snd.wnd,
    tcpi_rcv_wnd: tcb.rcvWnd,
  }
}
