import { closeSync, openSync, writeSync } from 'node:fs'
import { link } from '../src/sim/link.ts'
import { VirtualClock } from '../src/sim/virtual-clock.ts'
import { listen } from '../src/socket/server-socket.ts'
import { CONNECTED, connect, ENDED, READABLE, type StreamSocket } from '../src/socket/stream-socket.ts'
import { Host } from '../src/stack/host.ts'
import type { Probe } from '../src/stack/probe.ts'
import { Probes } from '../src/stack/probes.ts'
import { Ladder } from '../src/trace/ladder.ts'
import { PcapngWriter } from '../src/trace/pcapng.ts'
import type { TcpSegment } from '../src/wire/tcp.ts'
import type { Drawing } from './drawing.ts'

const CLIENT = '10.0.0.1'
const SERVER = '10.0.0.2'
/** One-way delay of the link: 10 ms. */
const DELAY = 10_000
const MINUTES = 60_000_000
/** What either application takes before it acts, so that segments go one by one and each can be followed. */
const THINKING = 50_000

const REQUEST = `GET / HTTP/1.1\r\nHost: ${SERVER}\r\n\r\n`
const BODY = 'Every segment that you see was made by a real TCP.\n'.repeat(40)
const ANSWER = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`

/**
 * The whole life of a connection between two hosts in memory, in virtual time: handshake, an HTTP
 * request and its answer, the four-way close, and TIME-WAIT to its end. Prints the ladder; returns
 * the exit code. `pcap`: a capture file to write as well.
 */
export async function demo(drawing: Drawing, pcap?: string): Promise<number> {
  const clock = new VirtualClock()
  const [left, right] = link(clock, { delay: DELAY, mtu: 1500 })
  const ladder = new Ladder({ describe })
  const client = makeHost(clock, 1, `${CLIENT}/24`, left)
  const server = makeHost(clock, 2, `${SERVER}/24`, right)
  const capture = pcap === undefined ? null : new Capture(pcap)
  client.probe = capture === null ? ladder.probe('client') : new Probes([ladder.probe('client'), capture.probe])
  server.probe = ladder.probe('server')

  serveOne(server, clock)
  const received = fetchOne(client, clock)
  clock.run(clock.now() + 2 * MINUTES)

  process.stdout.write(`${ladder.render(drawing)}\n`)
  capture?.close()
  const whole = received.text === ANSWER
  if (!whole) process.stderr.write('demo: the answer did not arrive whole\n')
  return whole ? 0 : 1
}

function makeHost(clock: VirtualClock, seed: number, address: string, device: ReturnType<typeof link>[0]): Host {
  const surroundings = clock.surroundings(seed)
  const host = new Host(surroundings)
  surroundings.onwake = () => host.turn()
  host.addDevice(device)
  host.addAddress(address, device)
  return host
}

/** Answers one request, and closes a while after the client has closed. */
function serveOne(host: Host, clock: VirtualClock): void {
  const server = listen(host, { port: 80 })
  server.onready = () => {
    const socket = server.accept()
    if (socket === null) return
    socket.onevent = (events) => {
      if (events & READABLE && readText(socket).length > 0) after(clock, () => socket.write(bytesOf(ANSWER)))
      if (events & ENDED) after(clock, () => after(clock, () => socket.close()))
    }
  }
}

/** Asks, reads the whole answer, and closes. */
function fetchOne(host: Host, clock: VirtualClock): { text: string } {
  const received = { text: '' }
  const socket = connect(host, { address: SERVER, port: 80 })
  socket.onevent = (events) => {
    if (events & CONNECTED) after(clock, () => socket.write(bytesOf(REQUEST)))
    if (events & READABLE) received.text += readText(socket)
    if (events & READABLE && received.text.length === ANSWER.length) after(clock, () => socket.close())
  }
  return received
}

function after(clock: VirtualClock, action: () => void): void {
  clock.at(clock.now() + THINKING, action)
}

function readText(socket: StreamSocket): string {
  const bytes = new Uint8Array(socket.readable)
  if (bytes.length > 0) socket.read(bytes)
  return new TextDecoder().decode(bytes)
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** The first line of what a segment carries, if it begins a message. */
function describe(segment: TcpSegment): string {
  const start = segment.payloadStart
  const text = new TextDecoder().decode(segment.bytes.subarray(start, start + Math.min(segment.payloadLength, 40)))
  return /^(GET|HTTP)/.test(text) ? (text.split('\r\n')[0] ?? '') : ''
}

class Capture {
  readonly probe: Probe
  private readonly file: number

  constructor(path: string) {
    this.file = openSync(path, 'w')
    const writer = new PcapngWriter((bytes) => writeSync(this.file, bytes), {
      hardware: 'two hosts in memory',
      os: 'virtual time',
      application: 'estab',
    })
    this.probe = writer.probe()
  }

  close(): void {
    closeSync(this.file)
  }
}
