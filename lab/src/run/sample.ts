import type { ConnectionStatus } from 'estab'
import type { SampleName } from './run.ts'

const known = (value: number) => (value < 0 ? Number.NaN : value)

/** The figures of a connection that charts are drawn from. */
export function sampleOf(status: ConnectionStatus, at: number): Record<SampleName, number> {
  const { snd, rcv, congestion, timing, queues } = status
  return {
    at,
    sndUna: known(snd.una),
    sndNxt: known(snd.nxt),
    sndWnd: known(snd.wnd),
    rcvNxt: known(rcv.nxt),
    rcvWnd: known(rcv.wnd),
    cwnd: known(congestion.cwnd),
    ssthresh: known(congestion.ssthresh),
    srtt: timing.srtt > 0 ? timing.srtt : Number.NaN,
    rto: known(timing.rto),
    unsent: queues.unsent,
    unacknowledged: queues.unacknowledged,
    readable: queues.readable,
    waiting: queues.waiting,
  }
}
