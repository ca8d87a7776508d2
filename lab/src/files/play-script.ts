import { type Flow, type Probe, type State, silentProbe } from 'estab'
import { describeBadLine, describeFailure, readScript, runScript } from 'estab/sim'
import type { CapturedPacket } from 'estab/trace'
import { formatAddress, IpHeader, parseIp } from 'estab/wire'
import { endpoint } from '../run/fields.ts'
import type { RunData } from '../run/play.ts'
import { WireRecorder } from './wire-recorder.ts'

/** A script that was played, as far as it goes. */
export interface PlayedScript {
  readonly data: RunData
  /** Lines of text that say which line is wrong or did not hold; '' = all hold. */
  readonly trouble: string
}

interface Seen extends CapturedPacket {
  readonly reason: string
}

interface Moved {
  readonly flow: Flow
  readonly from: State
  readonly to: State
  readonly at: number
}

/** LINKTYPE_RAW. */
const RAW = 101
/** Columns of what is said of a failure. */
const WIDTH = 60

/** Plays a script; its run is what its host has seen. */
export function playScript(text: string): PlayedScript {
  const script = readScript(text)
  const watch = new Watch()
  if (script.badLines.length > 0)
    return { data: watch.finish(), trouble: script.badLines.map(describeBadLine).join('\n') }
  const failure = runScript(script, { probe: watch.probe })
  return { data: watch.finish(), trouble: failure === null ? '' : describeFailure(failure, WIDTH) }
}

/** Keeps what a host sees and does. */
class Watch {
  readonly probe: Probe
  private readonly packets: Seen[] = []
  private readonly moves: Moved[] = []
  private reason = ''

  constructor() {
    this.probe = {
      ...silentProbe,
      segment: (direction, _ip, _segment, _flow, _now, reason) => {
        this.reason = direction === 'out' ? reason : ''
      },
      packet: (direction, { name }, packet, now) => {
        const bytes = packet.bytes.slice(packet.start, packet.end)
        const wire = { linkType: RAW, interfaceIndex: 0, interfaceName: name, originalLength: bytes.length, ip: 0 }
        this.packets.push({ ...wire, time: now, direction, bytes, reason: direction === 'out' ? this.reason : '' })
        this.reason = ''
      },
      state: ({ localAddress, localPort, remoteAddress, remotePort, state }, from, to, at) => {
        const flow = { localAddress, localPort, remoteAddress, remotePort, state }
        this.moves.push({ flow, from, to, at })
      },
    }
  }

  /** Time 0 is the first packet or move. */
  finish(): RunData {
    const { packets, moves } = this
    const recorder = new WireRecorder('captured', 0)
    const [first] = packets
    if (first === undefined) return recorder.finish()
    const start = Math.min(first.time, moves[0]?.at ?? first.time)
    recorder.watch(recorder.lanes.name('host', 'vantage', [homeOf(first)]))
    for (const { reason, ...packet } of packets) recorder.add({ ...packet, time: packet.time - start }, reason)
    for (const { flow, from, to, at } of moves) {
      const { localAddress, localPort, remoteAddress, remotePort } = flow
      const connection = recorder.between(endpoint(localAddress, localPort), endpoint(remoteAddress, remotePort))
      if (connection >= 0) recorder.move({ at: at - start, lane: 0, connection, from, to })
    }
    return recorder.finish()
  }
}

/** The address of the host that has seen a packet. */
function homeOf({ bytes, direction }: CapturedPacket): string {
  const ip = new IpHeader()
  parseIp(bytes, 0, bytes.length, ip)
  return formatAddress(direction === 'in' ? ip.destination : ip.source)
}
