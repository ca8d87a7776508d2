import { listen, type ServerSocket } from '../../socket/server-socket.ts'
import { connect, type StreamSocket } from '../../socket/stream-socket.ts'
import { Host } from '../../stack/host.ts'
import type { Probe } from '../../stack/probe.ts'
import { SOCKET_STATES } from '../../stack/snapshot.ts'
import { StackError } from '../../stack/stack-error.ts'
import { parseSysctl } from '../../stack/sysctl-text.ts'
import { Tap } from '../../stack/tap.ts'
import { STATES, type State } from '../../tcp/states.ts'
import { forge } from '../forge.ts'
import { VirtualClock } from '../virtual-clock.ts'
import { WirePacket } from '../wire-packet.ts'
import { icmpError } from './icmp-packet.ts'
import { deviation, pattern } from './pattern.ts'
import { ScriptFlow } from './script-flow.ts'

/** Addresses of the host and of the peer that the script plays (RFC 5737, RFC 3849). */
const ADDRESSES = {
  4: { host: '192.0.2.1', length: 24, peer: '192.0.2.2' },
  6: { host: '2001:db8::1', length: 64, peer: '2001:db8::2' },
} as const
/** The host's clock when a script begins, microseconds. */
const START = 1_000_000
/** The peer's port as long as no statement says another, where its numbers begin, and a host's port when none listens. */
const PEER_PORT = 40_000
const PEER_ISN = 70_000
const HOST_PORT = 80

/** A segment that the host has sent. */
export interface SentSegment {
  /** Microseconds since the script began. */
  readonly at: number
  readonly flow: ScriptFlow
  /** In the script's notation, and behind it what is wrong with its payload, if anything is. */
  readonly text: string
}

/** A host whose only link is a script: its sockets, and the wire to a peer that the script plays. */
export class ScriptHost {
  /** Sent and not yet expected. */
  readonly sent: SentSegment[] = []
  /** Told of every segment and ICMP error on the wire: microseconds since the script began, and the segment in the script's notation. */
  onsegment: (at: number, direction: '<' | '>', text: string) => void = () => {}
  private readonly addresses: (typeof ADDRESSES)[4 | 6]
  private readonly clock = new VirtualClock(START)
  private readonly tap = new Tap()
  private readonly host: Host
  private readonly servers = new Map<number, ServerSocket>()
  private readonly flows = new Map<string, ScriptFlow>()
  private flow: ScriptFlow
  private peerIsn = PEER_ISN
  /** The port that was listened on last; 0 = none. */
  private listening = 0

  constructor(seed: number, version: 4 | 6) {
    this.addresses = ADDRESSES[version]
    const { host, length } = this.addresses
    const surroundings = this.clock.surroundings(seed)
    this.host = new Host(surroundings)
    surroundings.onwake = () => this.host.turn()
    this.host.addDevice(this.tap)
    this.host.addAddress(`${host}/${length}`, this.tap)
    this.flow = this.flowOf(PEER_PORT, HOST_PORT)
  }

  /** Shows all that the host sees and does, by its own clock. */
  watch(probe: Probe): void {
    this.host.probe = probe
  }

  /** Microseconds since the script began. */
  get now(): number {
    return this.clock.now() - START
  }

  /** Lets time pass until `at`, or until something was sent if `impatient`. */
  advance(at: number, impatient = false): void {
    while (!(impatient && this.sent.length > 0) && this.clock.step(START + at)) this.drain()
  }

  /** Throws RangeError for a value that the setting does not take. */
  set(setting: string): void {
    const [name, value] = parseSysctl(setting)
    this.host.setSysctl(name as string, value)
  }

  setIsn(end: 'host' | 'peer', number: number): void {
    if (end === 'host') {
      this.host.tcp.isn = () => number
    } else {
      this.peerIsn = number
      this.flow.peerIsn = number
    }
  }

  /** `hostPort` 0: the port that it was before. */
  select(peerPort: number, hostPort: number): void {
    this.flow = this.flowOf(peerPort, hostPort === 0 ? this.flow.hostPort : hostPort)
  }

  inject(text: string): void {
    const segment = this.flow.read(text)
    this.onsegment(this.now, '<', text)
    const { host, peer } = this.addresses
    this.tap.deliver(forge({ ...segment, from: peer, to: host, payload: this.flow.payload(segment) }))
  }

  /** An ICMP error about the last packet of the flow. False = it has sent none. */
  report(error: string, mtu: number): boolean {
    const about = icmpError(error, mtu, this.flow.packet)
    if (about === null) return false
    this.onsegment(this.now, '<', `icmp ${error}${mtu > 0 ? ` ${mtu}` : ''}`)
    this.tap.deliver(about)
    return true
  }

  listen(port: number, backlog: number): void {
    this.servers.set(port, listen(this.host, { port, backlog }))
    this.listening = port
    this.flow = this.flowOf(PEER_PORT, port)
  }

  connect(port: number, localPort: number): void {
    const socket = connect(this.host, { address: this.addresses.peer, port, localPort })
    this.flow = this.flowOf(port, socket.localPort)
    this.flow.hold(socket)
  }

  /** From the flow's own port, or from the one that was listened on last. False = none waits. Throws StackError EINVAL. */
  accept(): boolean {
    const server = this.servers.get(this.flow.hostPort) ?? this.servers.get(this.listening)
    if (server === undefined) throw new StackError('EINVAL', 'accept', 'nothing listens yet: listen first')
    const socket = server.accept()
    if (socket === null) return false
    this.flow = this.flowOf(socket.remotePort, socket.localPort)
    this.flow.hold(socket)
    return true
  }

  /** How many bytes were taken. */
  write(count: number): number {
    const taken = this.socket('write').write(pattern(this.flow.written, count))
    this.flow.written += taken
    return taken
  }

  /** How many bytes were read; -1 = none has come. Throws RangeError when a byte is not what the peer has sent. */
  read(count: number): number {
    const bytes = new Uint8Array(count)
    const found = this.socket('read').read(bytes)
    const wrong = deviation(bytes, 0, Math.max(0, found), this.flow.taken)
    if (wrong >= 0) throw new RangeError(`byte ${wrong} of what was read is not what the peer has sent`)
    this.flow.taken += Math.max(0, found)
    return found
  }

  /** The socket of the flow that the script is at. Throws StackError EBADF when it has none. */
  socket(syscall: string): StreamSocket {
    if (this.flow.socket !== null) return this.flow.socket
    throw new StackError('EBADF', syscall, 'there is no socket yet: connect or accept first')
  }

  /** Of the flow that the script is at, be it held by a socket or not. */
  get state(): State {
    const { peerPort, hostPort } = this.flow
    const found = this.host.connections().find((each) => each.peerPort === peerPort && each.localPort === hostPort)
    return STATES.find((state) => SOCKET_STATES[state] === found?.state) ?? 'CLOSED'
  }

  /** The text of a segment, with its ports before it where it is not of the flow that the script is at. */
  describe({ flow, text }: SentSegment): string {
    return flow === this.flow ? text : `${flow.hostPort} > ${flow.peerPort}: ${text}`
  }

  /** Takes what the host has sent. */
  private drain(): void {
    for (let bytes = this.tap.take(); bytes !== null; bytes = this.tap.take()) {
      const packet = new WirePacket(bytes)
      const { ip, tcp } = packet
      if (ip === null || tcp === null) continue
      tcp.ecn = ip.trafficClass & 3
      const flow = this.flowOf(tcp.destinationPort, tcp.sourcePort)
      flow.packet = bytes
      let text = flow.write(tcp)
      const wrong = flow.wrongByte(tcp)
      if (wrong >= 0) text += `, but byte ${wrong} is not what was written`
      this.sent.push({ at: this.now, flow, text })
      this.onsegment(this.now, '>', text)
    }
  }

  private flowOf(peerPort: number, hostPort: number): ScriptFlow {
    const key = `${peerPort} ${hostPort}`
    const known = this.flows.get(key)
    if (known !== undefined) return known
    const made = new ScriptFlow(peerPort, hostPort, this.peerIsn)
    this.flows.set(key, made)
    return made
  }
}
