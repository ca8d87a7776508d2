import { type Status, statusOf, unknownStatus } from '../tcp/status.ts'
import { Endpoint } from './endpoint.ts'
import type { TimeWait } from './time-wait-record.ts'

/** One connection of a host at one moment. */
export interface ConnectionStatus extends Status {
  readonly localAddress: string
  readonly localPort: number
  readonly remoteAddress: string
  readonly remotePort: number
}

/** Whose connections are told of: `host.tcp`. */
export interface StatusSource {
  connections(): Iterable<Endpoint | TimeWait>
}

/** STATUS (RFC 9293, 3.9.1.6) of every connection of `source` at `now` microseconds of its clock; listeners are none. */
export function statuses(source: StatusSource, now: number): ConnectionStatus[] {
  return [...source.connections()].map((each) => {
    const { localAddress, localPort, remoteAddress, remotePort } = each
    const status = each instanceof Endpoint ? statusOf(each.connection.tcb, now) : ofTimeWait(each, now)
    return { localAddress, localPort, remoteAddress, remotePort, ...status }
  })
}

/** Little is kept of a connection in TIME-WAIT that nobody holds; all that it has sent was acknowledged. */
function ofTimeWait({ sndNxt, rcvNxt, useTimestamps, until }: TimeWait, now: number): Status {
  const unknown = unknownStatus('TIME-WAIT', now)
  return {
    ...unknown,
    snd: { ...unknown.snd, una: sndNxt, nxt: sndNxt },
    rcv: { ...unknown.rcv, nxt: rcvNxt },
    agreed: { ...unknown.agreed, timestamps: useTimestamps },
    timers: [{ name: 'time-wait', at: until }],
  }
}
