import type { SocketSnapshot, SocketTimer } from '../src/stack/snapshot.ts'
import type { SocketMemory } from '../src/tcp/socket-memory.ts'
import type { TcpInfo } from '../src/tcp/tcp-info.ts'

/** tcpi_options and what ss calls them. */
const OPTIONS: readonly (readonly [number, string])[] = [
  [1, 'ts'],
  [2, 'sack'],
  [8, 'ecn'],
  [16, 'ecnseen'],
  [32, 'fastopen'],
]
const WSCALE = 4
/** A slow-start threshold from here on says that there was no loss yet. */
const NO_THRESHOLD = 0xffff
/** A timeout that says nothing: the one after a handshake without a measurement. */
const FALLBACK_RTO = 3_000_000
const USUAL_REORDERING = 3

/** As `ss -o` prints it: `timer:(keepalive,119min,0)`; '' = none runs. */
export function timerText(timer: SocketTimer | null): string {
  return timer === null ? '' : `timer:(${timer.name},${duration(timer.left)},${timer.retransmissions})`
}

/** As ss has it: 119min, 1min12sec, 59sec, 1.200ms (a second and a fifth), 204ms. */
function duration(microseconds: number): string {
  const milliseconds = Math.floor(microseconds / 1000)
  const minutes = Math.floor(milliseconds / 60_000)
  const seconds = Math.floor(milliseconds / 1000) % 60
  const rest = milliseconds % 1000
  if (minutes > 9) return `${minutes}min`
  if (minutes > 0) return seconds > 0 ? `${minutes}min${seconds}sec` : `${minutes}min`
  if (seconds > 9) return `${seconds}sec`
  const thousandths = `${String(rest).padStart(3, '0')}ms`
  if (seconds > 0) return rest > 0 ? `${seconds}.${thousandths}` : `${seconds}sec`
  return rest > 0 ? thousandths : ''
}

/** As `ss -m` prints it. What there is none of here is 0. */
export function memoryText(memory: SocketMemory): string {
  const { rmem_alloc, rcvbuf, wmem_queued, sndbuf, fwd_alloc, drops } = memory
  return `skmem:(r${rmem_alloc},rb${rcvbuf},t0,tb${sndbuf},f${fwd_alloc},w${wmem_queued},o0,bl0,d${drops})`
}

/** How much of it is shown. */
export interface InfoOptions {
  /** Rates in full. */
  readonly numeric: boolean
  /** The timer (-o), and with -i the options that both sides have agreed on. */
  readonly timers: boolean
}

/** As `ss -i` prints it, what is 0 left out. */
export function infoText(socket: SocketSnapshot, info: TcpInfo, { numeric, timers }: InfoOptions): string {
  const agreed = OPTIONS.filter(([bit]) => timers && (info.tcpi_options & bit) !== 0)
  const words = agreed.map(([, name]) => name)
  if (socket.congestion !== '') words.push(socket.congestion)
  if (info.tcpi_options & WSCALE) words.push(`wscale:${info.tcpi_snd_wscale},${info.tcpi_rcv_wscale}`)
  const counted = (name: string, value: number) => {
    if (value !== 0) words.push(`${name}:${value}`)
  }
  if (info.tcpi_rto !== FALLBACK_RTO) counted('rto', info.tcpi_rto / 1000)
  counted('backoff', info.tcpi_backoff)
  if (info.tcpi_rtt > 0) words.push(`rtt:${milliseconds(info.tcpi_rtt)}/${milliseconds(info.tcpi_rttvar)}`)
  counted('ato', info.tcpi_ato / 1000)
  counted('mss', info.tcpi_snd_mss)
  counted('pmtu', info.tcpi_pmtu)
  counted('rcvmss', info.tcpi_rcv_mss)
  counted('advmss', info.tcpi_advmss)
  counted('cwnd', info.tcpi_snd_cwnd)
  if (info.tcpi_snd_ssthresh < NO_THRESHOLD) counted('ssthresh', info.tcpi_snd_ssthresh)
  counted('bytes_sent', info.tcpi_bytes_sent)
  counted('bytes_retrans', info.tcpi_bytes_retrans)
  counted('bytes_acked', info.tcpi_bytes_acked)
  counted('bytes_received', info.tcpi_bytes_received)
  counted('segs_out', info.tcpi_segs_out)
  counted('segs_in', info.tcpi_segs_in)
  counted('data_segs_out', info.tcpi_data_segs_out)
  counted('data_segs_in', info.tcpi_data_segs_in)
  if (info.tcpi_rtt > 0) words.push(`send ${rate(info, numeric)}bps`)
  counted('lastsnd', info.tcpi_last_data_sent)
  counted('lastrcv', info.tcpi_last_data_recv)
  counted('lastack', info.tcpi_last_ack_recv)
  counted('delivered', info.tcpi_delivered)
  counted('delivered_ce', info.tcpi_delivered_ce)
  counted('unacked', info.tcpi_unacked)
  if (info.tcpi_total_retrans > 0) words.push(`retrans:${info.tcpi_retrans}/${info.tcpi_total_retrans}`)
  counted('lost', info.tcpi_lost)
  counted('sacked', info.tcpi_sacked)
  counted('dsack_dups', info.tcpi_dsack_dups)
  if (info.tcpi_reordering !== USUAL_REORDERING) counted('reordering', info.tcpi_reordering)
  if (info.tcpi_rcv_rtt > 0) words.push(`rcv_rtt:${milliseconds(info.tcpi_rcv_rtt)}`)
  counted('rcv_space', info.tcpi_rcv_space)
  counted('rcv_ssthresh', info.tcpi_rcv_ssthresh)
  counted('notsent', info.tcpi_notsent_bytes)
  if (info.tcpi_min_rtt > 0) words.push(`minrtt:${milliseconds(info.tcpi_min_rtt)}`)
  counted('rcv_ooopack', info.tcpi_rcv_ooopack)
  counted('snd_wnd', info.tcpi_snd_wnd)
  return words.join(' ')
}

/** Six digits are shown, as by C's %g. */
function milliseconds(microseconds: number): number {
  return Number((microseconds / 1000).toPrecision(6))
}

/** A window a round trip, in bits a second. */
function rate(info: TcpInfo, numeric: boolean): string {
  const bits = (8 * info.tcpi_snd_cwnd * info.tcpi_snd_mss * 1_000_000) / info.tcpi_rtt
  if (numeric) return bits.toFixed(0)
  if (bits > 1_000_000) return `${(bits / 1_000_000).toFixed(1)}M`
  return bits > 1000 ? `${(bits / 1000).toFixed(1)}K` : String(Number(bits.toPrecision(6)))
}
