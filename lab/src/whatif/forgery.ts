import type { ConnectionStatus } from 'estab'
import { ACK, FIN, formatAddress, IpHeader, parseIp, parseTcp, RST, SYN, seq, TcpSegment } from 'estab/wire'
import type { HostMoment } from '../run/moments.ts'
import type { Packet } from '../run/packets.ts'
import type { ForgedSegment } from '../run/timeline.ts'

/** The segment of a packet, to be sent once more by somebody else; null when it is none, or not whole. */
export function segmentLike({ bytes }: Pick<Packet, 'bytes'>): ForgedSegment | null {
  const ip = new IpHeader()
  const tcp = new TcpSegment()
  if (!parseIp(bytes, 0, bytes.length, ip) || !parseTcp(bytes, ip.payloadStart, ip.payloadLength, tcp)) return null
  const { sourcePort, destinationPort, seq, ack, flags, window, payloadStart, payloadLength } = tcp
  return {
    from: formatAddress(ip.source),
    to: formatAddress(ip.destination),
    sourcePort,
    destinationPort,
    seq,
    ack,
    flags,
    window,
    payload: new TextDecoder().decode(bytes.subarray(payloadStart, payloadStart + payloadLength)),
  }
}

/** How a receiver takes a segment: see `FORGE_WORDS`. */
export type Verdict =
  | 'noHost'
  | 'closedIgnores'
  | 'closedResets'
  | 'listenIgnores'
  | 'listenResets'
  | 'listenOpens'
  | 'synSentIgnores'
  | 'synSentResets'
  | 'synSentRefuses'
  | 'synSentEstablishes'
  | 'synSentSimultaneous'
  | 'timeWait'
  | 'resetTaken'
  | 'resetChallenged'
  | 'resetSilent'
  | 'synChallenged'
  | 'outside'
  | 'noAck'
  | 'ackChallenged'
  | 'dataTaken'
  | 'dataKept'
  | 'dataRefused'
  | 'finTaken'
  | 'ackTaken'
  | 'nothing'

/** What the machine at the segment's destination will do with it, if it is as it is now. `machine`: null = not known. */
export function verdictOn(segment: ForgedSegment, machine: HostMoment | null): Verdict {
  if (machine === null || machine.condition === 'off') return 'noHost'
  const status = receiverOf(segment, machine)
  const { flags } = segment
  if (status === null) {
    if (!machine.listeners.some(({ port }) => port === segment.destinationPort)) {
      return flags & RST ? 'closedIgnores' : 'closedResets'
    }
    if (flags & RST) return 'listenIgnores'
    if (flags & ACK) return 'listenResets'
    return flags & SYN ? 'listenOpens' : 'listenIgnores'
  }
  if (status.state === 'SYN-SENT') return inSynSent(segment, status)
  return status.state === 'TIME-WAIT' ? 'timeWait' : whenSynchronized(segment, status)
}

/** The connection that a segment is for; null = there is none. */
export function receiverOf(segment: ForgedSegment, machine: HostMoment): ConnectionStatus | null {
  const { from, to, sourcePort, destinationPort } = segment
  const found = machine.connections.find((each) => {
    return (
      each.localAddress === to &&
      each.localPort === destinationPort &&
      each.remoteAddress === from &&
      each.remotePort === sourcePort
    )
  })
  return found ?? null
}

/** RFC 9293, 3.10.7.3. */
function inSynSent({ flags, ack }: ForgedSegment, { snd }: ConnectionStatus): Verdict {
  if (flags & ACK && ack !== snd.nxt) return flags & RST ? 'synSentIgnores' : 'synSentRefuses'
  if (flags & RST) return flags & ACK ? 'synSentResets' : 'synSentIgnores'
  if (flags & SYN) return flags & ACK ? 'synSentEstablishes' : 'synSentSimultaneous'
  return 'synSentIgnores'
}

/** RFC 9293, 3.10.7.4, with what RFC 5961 demands, and the edges of the window where Linux has them. */
function whenSynchronized(segment: ForgedSegment, { state, snd, rcv }: ConnectionStatus): Verdict {
  const { flags, ack } = segment
  const from = seq.distance(segment.seq, rcv.nxt)
  const data = new TextEncoder().encode(segment.payload).length
  const size = data + (flags & FIN ? 1 : 0) + (flags & SYN ? 1 : 0)
  if ((flags & (ACK | RST | SYN)) === 0) return 'noAck'
  const acceptable = from + size >= 0 && from <= rcv.wnd
  if (flags & RST) return from === 0 ? 'resetTaken' : acceptable ? 'resetChallenged' : 'resetSilent'
  if (flags & SYN) return 'synChallenged'
  if (!acceptable) return 'outside'
  if (seq.after(ack, snd.nxt) || seq.distance(ack, snd.una) < -snd.wnd) return 'ackChallenged'
  const open = state === 'ESTABLISHED' || state === 'FIN-WAIT-1' || state === 'FIN-WAIT-2'
  if (data > 0 && from + data > 0) return open ? (from <= 0 ? 'dataTaken' : 'dataKept') : 'dataRefused'
  if (flags & FIN && open) return from === 0 ? 'finTaken' : 'dataKept'
  return seq.after(ack, snd.una) ? 'ackTaken' : 'nothing'
}
