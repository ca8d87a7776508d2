import { connect, listen, parseSysctl, READABLE, StreamSocket, WRITABLE } from 'estab'
import type { Bilingual } from 'estab/scenario'
import {
  type ActiveFault,
  type FaultEffect,
  forge,
  type Link,
  type SimHost,
  type Spectator,
  WirePacket,
  type World,
} from 'estab/sim'
import { describeAct } from './describe-act.ts'
import type { Recorder } from './recorder.ts'
import { serve } from './services.ts'
import type { Act } from './timeline.ts'

type Touch = Extract<Act, { packet: number }>
type Timed = Exclude<Act, Touch>
type OfSocket = Extract<Act, { peerPort: number }>

const SECOND = 1_000_000
const CONDITIONS: ReadonlySet<string> = new Set(['freeze', 'thaw', 'crash', 'reboot'])

/** The user's hands in a play: what was done is done again, at the same packet or moment. */
export class Hands implements Spectator {
  private readonly world: World
  private readonly recorder: Recorder
  private readonly touches: readonly Touch[]
  private readonly cut = new Map<number, ActiveFault>()
  /** What applications that have stopped reading are to be told once they go on. */
  private readonly paused = new Map<StreamSocket, StreamSocket['onevent']>()

  /** Comes after the recorder, which must be watching already. */
  constructor(world: World, recorder: Recorder, acts: readonly Act[]) {
    this.world = world
    this.recorder = recorder
    this.touches = acts.filter((act): act is Touch => 'packet' in act)
    this.plan(acts.filter((act): act is Timed => !('packet' in act)))
    world.spectate(this)
  }

  joined(): void {}
  turned(): void {}
  sent(): void {}
  arrived(): void {}

  /** Each wire is given what is to happen to packets on it; others are not disturbed. */
  linked(link: Link): void {
    for (const touch of this.touches) {
      const aim = (packet: WirePacket) => {
        if (this.recorder.indexOf(packet) !== touch.packet) return false
        this.recorder.packets.mark(touch.packet, 'touched')
        if (touch.kind === 'lose') this.recorder.packets.set(touch.packet, 'lostAt', Math.min(touch.at, this.world.now))
        return true
      }
      link.fault({ aim, effect: effectOf(touch), place: 'end' })
    }
  }

  /** What is done at a moment comes behind all else that happens then: it was done when that was seen. */
  private plan(acts: readonly Timed[]): void {
    const { clock } = this.world
    const start = clock.now()
    for (const at of new Set(acts.map((act) => act.at))) {
      const perform = () => {
        if (clock.next <= start + at) this.world.at(at / SECOND, perform)
        else for (const act of acts) if (act.at === at) this.act(act)
      }
      this.world.at(at / SECOND, perform)
    }
  }

  private act(act: Timed): void {
    const lane = 'host' in act ? this.recorder.lane({ name: act.host }) : -1
    let trouble = ''
    try {
      this.perform(act)
    } catch (error) {
      trouble = error instanceof Error ? error.message : String(error)
    }
    // What becomes of a machine the recorder sees by itself.
    if (trouble === '' && CONDITIONS.has(act.kind)) return
    const text: Bilingual = describeAct(act)
    const told = trouble === '' ? text : { en: `${text.en}: ${trouble}`, zh: `${text.zh}：${trouble}` }
    this.recorder.deed({ at: this.world.now, lane, text: told })
  }

  private perform(act: Timed): void {
    switch (act.kind) {
      case 'forge': {
        const { payload, ...fields } = act.segment
        this.inject(forge({ ...fields, payload: new TextEncoder().encode(payload) }), act.segment.to)
        break
      }
      case 'unplug':
        if (!this.cut.has(act.link)) this.cut.set(act.link, this.link(act.link).fault({ place: 'end' }))
        break
      case 'plug':
        this.cut.get(act.link)?.lift()
        this.cut.delete(act.link)
        break
      case 'freeze':
      case 'thaw':
      case 'crash':
      case 'reboot':
        this.world.named(act.host)[act.kind]()
        break
      case 'sysctl':
        this.world.named(act.host).host.setSysctl(...parseSysctl(`${act.name}=${act.value}`))
        break
      case 'listen':
        serve(listen(this.world.named(act.host).host, { port: act.port }), act.service)
        break
      case 'connect':
        this.connect(this.world.named(act.host), act.to, act.port)
        break
      default:
        this.use(act)
    }
  }

  /** What an application does with one of its sockets. */
  private use(act: OfSocket): void {
    const socket = this.socket(act)
    switch (act.kind) {
      case 'write':
        writeAll(socket, act.bytes)
        break
      case 'shutdown':
        socket.shutdown('write')
        break
      case 'close':
        socket.close()
        break
      case 'abort':
        socket.abort()
        break
      case 'stop-reading':
        if (!this.paused.has(socket)) this.paused.set(socket, socket.onevent)
        socket.onevent = () => {}
        break
      case 'read-on': {
        const onevent = this.paused.get(socket)
        if (onevent === undefined) throw new Error('it has not stopped reading')
        this.paused.delete(socket)
        socket.onevent = onevent
        onevent(READABLE)
      }
    }
  }

  private connect(machine: SimHost, to: string, port: number): void {
    const other = [...this.world.machines()].find(({ name }) => name === to)
    const socket = connect(machine.host, { address: other?.address() ?? to, port })
    const into = new Uint8Array(65_536)
    socket.onevent = (events) => {
      if (events & READABLE) while (socket.readable > 0 && socket.read(into) > 0);
    }
  }

  /** Throws Error when there is none that an application holds. */
  private socket({ host, port, peerPort }: OfSocket): StreamSocket {
    for (const each of this.world.named(host).host.tcp.connections()) {
      if (each.localPort !== port || each.remotePort !== peerPort) continue
      if ('owner' in each && each.owner instanceof StreamSocket) return each.owner
    }
    throw new Error(`no application on ${host} holds a connection from port ${port} to port ${peerPort}`)
  }

  /** Puts a packet on the wire at whose end the address is. */
  private inject(bytes: Uint8Array, to: string): void {
    for (const link of this.recorder.links) {
      const [left, right] = this.recorder.endsOfLink(link)
      const path = right.includes(to) ? link.forth : left.includes(to) ? link.back : null
      if (path === null) continue
      path.send(bytes)
      return
    }
    throw new Error(`no machine has the address ${to}`)
  }

  private link(number: number): Link {
    const link = this.recorder.links[number]
    if (link === undefined) throw new Error(`there is no link ${number}`)
    return link
  }
}

function effectOf(touch: Touch): FaultEffect {
  switch (touch.kind) {
    case 'lose':
      return 'drop'
    case 'duplicate':
      return 'duplicate'
    case 'delay':
      return { delay: touch.by }
    case 'corrupt':
      return ({ bytes }) => {
        const changed = bytes.slice()
        const at = (touch.bit >> 3) % changed.length
        changed[at] = (changed[at] ?? 0) ^ (1 << (touch.bit & 7))
        return [new WirePacket(changed)]
      }
  }
}

/** Writes so many letters, what there is no room for as soon as there is. */
function writeAll(socket: StreamSocket, bytes: number): void {
  const text = new Uint8Array(bytes)
  for (let i = 0; i < bytes; i += 1) text[i] = 97 + (i % 26)
  let sent = socket.write(text)
  if (sent === bytes) return
  const before = socket.onevent
  socket.onevent = (events) => {
    if (events & WRITABLE && sent < bytes) {
      sent += socket.write(text.subarray(sent))
      if (sent === bytes) socket.onevent = before
    }
    before(events)
  }
}
