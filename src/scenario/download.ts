import type { LinkOptions } from '../sim/link.ts'
import type { StreamSocket } from '../socket/stream-socket.ts'
import { silentProbe } from '../stack/probe.ts'
import type { TcpInfo } from '../tcp/tcp-info.ts'
import { httpBytes } from './http-message.ts'
import type { Pair, Stage } from './stage.ts'

/** Bytes of the file. */
const SIZE = 150_000
const SECOND = 1_000_000
/** How often the server's connection is looked at, and how long at most, in seconds. */
const LOOK = 0.002
const PATIENCE = 60

/** What a download is like; what is not given is as it should be. */
export interface Conditions {
  readonly link?: LinkOptions
  /** Microseconds that the server is busy before it answers. */
  readonly think?: number
  /** SO_RCVBUF of the client, bytes. */
  readonly receiveBuffer?: number
}

/** What can be seen of a download from outside; times in microseconds. */
export interface Measures {
  /** From the SYN to the last byte; 0 = it never came. */
  readonly total: number
  /** From the request's arrival at the server to the first byte of the answer; 0 when there was none. */
  readonly think: number
  /** Round trips as the server measured them: the least, and the smoothed one as it was in the middle of all looks. */
  readonly leastRtt: number
  readonly usualRtt: number
  readonly segments: number
  readonly retransmissions: number
  /** The largest window that the client offered, bytes. */
  readonly window: number
  /** How much of the sending time there was as much under way as the client's window took, percent. */
  readonly windowFull: number
}

/** When the segments went and came, as the traces of both ends have it; -1 = not yet. */
class Timeline {
  startAt = -1
  lastByteAt = -1
  /** At the server: the request has come, and the answer begins. */
  requestAt = -1
  answerAt = -1

  constructor({ world }: Stage, { client, server }: Pair) {
    world.watch(client, {
      ...silentProbe,
      segment: (direction, _ip, { payloadLength }) => {
        if (this.startAt < 0) this.startAt = world.now
        if (direction === 'in' && payloadLength > 0) this.lastByteAt = world.now
      },
    })
    world.watch(server, {
      ...silentProbe,
      segment: (direction, _ip, { payloadLength }) => {
        if (payloadLength === 0) return
        if (direction === 'out' && this.answerAt < 0) this.answerAt = world.now
        if (direction === 'in' && this.requestAt < 0) this.requestAt = world.now
      },
    })
  }
}

/** Downloads the file under `conditions`, and measures it. */
export function download(stage: Stage, conditions: Conditions): Measures {
  const { link, think = 0, receiveBuffer } = conditions
  const pair = stage.pair(link === undefined ? {} : { link })
  const { client, server } = pair
  const timeline = new Timeline(stage, pair)
  const senders: StreamSocket[] = []
  stage.serve(server, (socket) => {
    senders.push(socket)
    sendFile(stage, socket, think)
  })
  const options = receiveBuffer === undefined ? {} : { SO_RCVBUF: receiveBuffer }
  const socket = stage.connect(client, server, { options })
  const received = receiveFile(socket)
  const looks: TcpInfo[] = []
  while (received() < SIZE && stage.world.now < PATIENCE * SECOND) {
    stage.run(LOOK)
    for (const sender of senders) {
      const look = sender.tcpInfo()
      // Before the answer is under way its connection has nothing to tell of.
      if (look.tcpi_bytes_acked > 0 && received() < SIZE) looks.push(look)
    }
  }
  socket.close()
  stage.run(1)
  return measure(timeline, looks, received() >= SIZE)
}

/** Answers the first bytes that come with the file, after `think` microseconds. */
function sendFile(stage: Stage, socket: StreamSocket, think: number): void {
  const file = new Uint8Array(SIZE)
  file.set(httpBytes('HTTP/1.1 200 OK', [`Content-Length: ${SIZE}`]))
  const into = new Uint8Array(1024)
  let sent = 0
  let answering = false
  const go = (): void => {
    if (answering && sent < SIZE) sent += socket.write(file.subarray(sent))
  }
  socket.onevent = () => {
    if (socket.read(into) > 0) {
      stage.world.at((stage.world.now + think) / SECOND, () => {
        answering = true
        go()
      })
    } else if (socket.ended) socket.close()
    go()
  }
}

/** Asks for the file and reads it; how much has come. */
function receiveFile(socket: StreamSocket): () => number {
  const into = new Uint8Array(65_536)
  let received = 0
  socket.write(httpBytes('GET /file HTTP/1.1', ['Host: server']))
  socket.onevent = () => {
    for (let count = socket.read(into); count > 0; count = socket.read(into)) received += count
  }
  return () => received
}

function measure(timeline: Timeline, looks: readonly TcpInfo[], done: boolean): Measures {
  const last = looks.at(-1)
  const leastRtt = last?.tcpi_min_rtt ?? 0
  const rtts = looks.map((look) => look.tcpi_rtt).sort((a, b) => a - b)
  const full = looks.filter((look) => (look.tcpi_unacked + 1) * look.tcpi_snd_mss > look.tcpi_snd_wnd).length
  return {
    total: done ? timeline.lastByteAt - timeline.startAt : 0,
    think: Math.max(0, timeline.answerAt - timeline.requestAt),
    leastRtt,
    usualRtt: rtts[rtts.length >> 1] ?? 0,
    segments: last?.tcpi_data_segs_out ?? 0,
    retransmissions: last?.tcpi_total_retrans ?? 0,
    window: Math.max(0, ...looks.map((look) => look.tcpi_snd_wnd)),
    windowFull: Math.round((100 * full) / Math.max(1, looks.length)),
  }
}
