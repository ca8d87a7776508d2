import { NodeSurroundings } from '../src/adapter/node/surroundings.ts'
import { listen } from '../src/socket/server-socket.ts'
import { connect, type StreamSocket } from '../src/socket/stream-socket.ts'
import type { Device } from '../src/stack/device.ts'
import { Host } from '../src/stack/host.ts'
import { pipe } from '../src/stack/pipe.ts'
import { writeU16 } from '../src/wire/bytes.ts'
import { fold, pseudoHeaderSum, sum } from '../src/wire/checksum.ts'
import { parseIp } from '../src/wire/ip-header.ts'
import { HEADROOM, IpHeader, Packet, PROTOCOL_TCP, PROTOCOL_UDP } from '../src/wire/packet.ts'
import { memory } from './measure.ts'

/**
 * Feeds a host packets of any bytes, and mutated packets of real connections with their checksums
 * put right so that they go deep: nothing may throw, memory must not grow, every packet must be
 * counted. Arguments: seconds (60), seed (random). Exit code 1 when something is amiss.
 */

const secondsToRun = Number(process.argv[2] ?? 60)
const seed = Number(process.argv[3] ?? process.hrtime()[1])
/** Heap growth between a third of the run and its end that counts as a leak, bytes. */
const TOLERANCE = 24 * 1024 * 1024

let state = seed >>> 0
function random(): number {
  state = (state + 0x6d2b79f5) >>> 0
  let t = Math.imul(state ^ (state >>> 15), state | 1)
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
  return (t ^ (t >>> 14)) >>> 0
}

function below(n: number): number {
  return random() % n
}

/** A clock that runs fast, so that timers fire within the minute. */
let now = 1_000_000

function host(addresses: string[], device: Device): Host {
  const made = new Host({ now: () => now, random, wake: () => {} })
  made.addDevice(device)
  for (const address of addresses) made.addAddress(address, device)
  return made
}

const [near, outerLeft] = pipe({ mtu: 1500 })
const [outerRight, far] = pipe({ mtu: 1500 })
const a = host(['10.0.0.1/24', 'fd00::1/64'], near)
const b = host(['10.0.0.2/24', 'fd00::2/64'], far)
outerLeft.attach(() => {})
outerRight.attach(() => {})

const servers = [listen(b, { port: 7, backlog: 16 }), listen(a, { port: 7, backlog: 16 })]
const sockets = new Set<StreamSocket>()
const packet = new Packet()
const header = new IpHeader()
const buffer = new Uint8Array(4096)
const recent: Uint8Array[] = []
let packets = 0
let mutated = 0

/** Puts checksums right again after a mutation, half of the time. */
function mend(bytes: Uint8Array): void {
  if (bytes.length < 20) return
  if ((bytes[0] ?? 0) >> 4 === 4) {
    const length = 4 * ((bytes[0] ?? 0) & 15)
    if (length < 20 || length > bytes.length) return
    writeU16(bytes, 10, 0)
    writeU16(bytes, 10, ~fold(sum(bytes, 0, length, 0)) & 0xffff)
  }
  if (!parseIp(bytes, 0, bytes.length, header)) return
  const { protocol, payloadStart, payloadLength } = header
  const at = protocol === PROTOCOL_TCP ? 16 : protocol === PROTOCOL_UDP ? 6 : 2
  if (payloadLength < at + 2) return
  const pseudo = protocol === 1 ? 0 : pseudoHeaderSum(header.source, header.destination, protocol, payloadLength)
  writeU16(bytes, payloadStart + at, 0)
  writeU16(bytes, payloadStart + at, ~fold(sum(bytes, payloadStart, payloadLength, pseudo)) & 0xffff)
}

function mutate(bytes: Uint8Array): Uint8Array {
  mutated += 1
  let copy = bytes.slice()
  for (let i = below(4) + 1; i > 0; i -= 1) {
    const at = below(3) === 0 ? below(copy.length) : below(Math.min(copy.length, 60))
    copy[at] = below(2) === 0 ? random() : (copy[at] ?? 0) ^ (1 << below(8))
  }
  if (below(8) === 0) copy = copy.slice(0, below(copy.length) + 1)
  if (below(2) === 0) mend(copy)
  return copy
}

function put(device: Device, bytes: Uint8Array): void {
  const room = device.claim()
  if (room === null || bytes.length === 0 || bytes.length > 1500) return
  room.set(bytes, HEADROOM)
  packet.bytes = room
  packet.start = HEADROOM
  packet.end = HEADROOM + bytes.length
  packet.checksumOffloaded = false
  packet.segmentSize = 0
  device.transmit(packet)
  packets += 1
}

/** Carries what one side sends to the other: mostly whole, some lost, doubled or mutated. */
function carry(from: Device, to: Device): void {
  const got = new Packet()
  while (from.receive(got)) {
    const bytes = got.bytes.slice(got.start, got.end)
    recent[below(64)] = bytes
    const fate = below(20)
    if (fate === 0) continue
    put(to, fate <= 2 ? mutate(bytes) : bytes)
    if (fate === 3) put(to, bytes)
    if (fate === 4) put(to, mutate(bytes))
  }
}

function chatter(): void {
  if (sockets.size < 40 && below(4) === 0) {
    const v6 = below(2) === 0
    const [from, to] = below(2) === 0 ? [a, v6 ? 'fd00::2' : '10.0.0.2'] : [b, v6 ? 'fd00::1' : '10.0.0.1']
    sockets.add(connect(from, { address: to, port: 7 }))
  }
  for (const server of servers) {
    for (let socket = server.accept(); socket !== null; socket = server.accept()) sockets.add(socket)
  }
  for (const socket of sockets) {
    try {
      if (below(3) === 0) socket.write(buffer.subarray(0, below(4096)))
      if (below(3) === 0) socket.read(new Uint8Array(below(8192) + 1))
      if (below(60) === 0) socket.shutdown('write')
    } catch (error) {
      // What a user may meet: EPIPE, ECONNRESET ...; anything else is a fault.
      if (!(error instanceof Error) || error.name !== 'StackError') throw error
    }
    if (below(80) === 0 || socket.state === 'CLOSED') {
      if (below(4) === 0) socket.abort()
      else socket.close()
      sockets.delete(socket)
    }
  }
}

function round(): void {
  now += below(5) === 0 ? below(3_000_000) : below(20_000)
  chatter()
  for (const bytes of [noise(), noise(), recent[below(64)]]) {
    if (bytes !== undefined) put(below(2) === 0 ? outerLeft : outerRight, below(2) === 0 ? bytes : mutate(bytes))
  }
  a.turn()
  b.turn()
  carry(outerLeft, outerRight)
  carry(outerRight, outerLeft)
}

function noise(): Uint8Array {
  const bytes = new Uint8Array(below(200) + 1)
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = random()
  if (below(2) === 0) bytes[0] = below(2) === 0 ? 0x45 : 0x60
  return bytes
}

/** Bytes of memory that both hosts hold when all connections are over: those that were left alone, by their timers. */
function heldInTheEnd(): number {
  const open = () => [...a.tcp.connections(), ...b.tcp.connections()].length
  for (let i = 0; i < 10_000 && (i < 2 || open() > 0); i += 1) {
    a.turn()
    b.turn()
    now += 1_000_000
  }
  return a.tcp.memory.allocated + b.tcp.memory.allocated
}

process.stdout.write(`fuzz: ${secondsToRun} s, seed ${seed}\n`)
const surroundings = new NodeSurroundings()
const start = surroundings.now()
const elapsed = () => (surroundings.now() - start) / 1e6
while (elapsed() < secondsToRun / 3) for (let i = 0; i < 100; i += 1) round()
const early = memory()
while (elapsed() < secondsToRun) for (let i = 0; i < 100; i += 1) round()
for (const socket of sockets) socket.abort()
for (const server of servers) server.close()
const held = heldInTheEnd()
const late = memory()
const counted = a.stats().IpInReceives + b.stats().IpInReceives
process.stdout.write(
  `fuzz: ${packets} packets, ${mutated} mutated; heap ${(early / 1e6).toFixed(1)} MB at a third, ${(late / 1e6).toFixed(1)} MB at the end\n`,
)
const drops = Object.entries(b.stats()).filter(([, count]) => count > 0)
process.stdout.write(`${drops.map(([name, count]) => `${name} ${count}`).join(', ')}\n`)
if (late - early > TOLERANCE) {
  process.stderr.write(`fuzz: memory has grown by ${late - early} bytes (seed ${seed})\n`)
  process.exit(1)
}
if (held !== 0) {
  process.stderr.write(`fuzz: ${held} bytes of memory were never given back (seed ${seed})\n`)
  process.exit(1)
}
if (!(counted > 0)) {
  process.stderr.write('fuzz: no packet was counted\n')
  process.exit(1)
}
surroundings.stop()
