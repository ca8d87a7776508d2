import type { Flow, State } from 'estab'
import { ScriptRecorder } from 'estab/sim'
import { IpHeader, PROTOCOL_TCP, parseIp, parseTcp, TcpSegment } from 'estab/wire'
import type { Run } from '../run/run.ts'

interface Happening {
  readonly at: number
  /** At one time: what arrives, then what it moves, then what is sent. */
  readonly order: 0 | 1 | 2
  /** Of the packet or the move. */
  readonly index: number
}

/** What one machine of a run did and saw, as a script; '' = there is nothing of TCP. */
export function scriptOf(run: Run, lane: number): string {
  const recorder = new ScriptRecorder()
  const states = new Map<number, State>()
  const ip = new IpHeader()
  const segment = new TcpSegment()
  for (const { at, order, index } of happenings(run, lane)) {
    if (order === 1) {
      const { connection, from, to } = run.moves[index] ?? { connection: -1, from: '', to: 'CLOSED' as const }
      states.set(connection, to)
      const flow = flowOf(run, lane, connection, to)
      if (flow !== null) recorder.state(flow, from === '' ? 'CLOSED' : from, to, at)
      continue
    }
    const { bytes, connection } = run.packets.at(index)
    if (!parseIp(bytes, 0, bytes.length, ip) || !parseTcp(bytes, ip.payloadStart, ip.payloadLength, segment)) continue
    const flow = flowOf(run, lane, connection, states.get(connection) ?? 'CLOSED')
    recorder.segment(order === 0 ? 'in' : 'out', ip, segment, flow, at)
  }
  return recorder.script
}

function happenings({ packets, moves }: Run, lane: number): Happening[] {
  const all: Happening[] = []
  for (let index = 0; index < packets.count; index += 1) {
    const { protocol, from, to, sentAt, arrivedAt } = packets.at(index)
    if (protocol !== PROTOCOL_TCP) continue
    if (from === lane) all.push({ at: sentAt, order: 2, index })
    if (to === lane && !Number.isNaN(arrivedAt)) all.push({ at: arrivedAt, order: 0, index })
  }
  for (const [index, move] of moves.entries()) if (move.lane === lane) all.push({ at: move.at, order: 1, index })
  return all.sort((a, b) => a.at - b.at || a.order - b.order || a.index - b.index)
}

function flowOf({ connections }: Run, lane: number, connection: number, state: State): Flow | null {
  const found = connections[connection]
  if (found === undefined) return null
  const local = found.lanes[0] === lane ? 0 : 1
  const [localAddress, localPort] = addressAndPort(found.endpoints[local])
  const [remoteAddress, remotePort] = addressAndPort(found.endpoints[local === 0 ? 1 : 0])
  return { localAddress, localPort, remoteAddress, remotePort, state }
}

/** Of '10.0.0.1:80' or '[fd00::1]:80'. */
function addressAndPort(endpoint: string): [string, number] {
  const colon = endpoint.lastIndexOf(':')
  return [endpoint.slice(0, colon).replace(/^\[|\]$/g, ''), Number(endpoint.slice(colon + 1))]
}
