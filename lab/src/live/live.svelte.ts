import type { LiveAct, LiveMessage, LiveOutcome } from 'estab/host'
import type { Page } from '../app/page.ts'
import type { Moment } from '../engine/engine.ts'
import { LiveRun } from './live-run.ts'

/** Milliseconds between two pictures. */
const PACE = 250
/** A host that has not answered by then is not there, milliseconds. */
const PATIENCE = 6000
/** Close codes of the host's. */
const WRONG_TOKEN = 4401
const TOO_MANY = 4429

export type LiveState = 'off' | 'opening' | 'open' | 'lost' | 'refused' | 'crowded'

/** A running host that is followed. */
export class Live {
  state = $state<LiveState>('off')
  /** What the host is called; '' before it has said so. */
  name = $state('')
  addresses = $state.raw<readonly string[]>([])
  /** Whether it may be acted on. */
  write = $state(false)
  /** Packets that the host did not tell of, and that were forgotten here. */
  leftOut = $state(0)
  forgotten = $state(0)
  /** What became of the last act; null = none was made. */
  outcome = $state.raw<LiveOutcome | null>(null)
  private readonly lab: Page
  private socket: WebSocket | null = null
  private run: LiveRun | null = null
  private drawing = 0

  constructor(lab: Page) {
    this.lab = lab
  }

  /** Follows the host that has served this page; false = it cannot be followed, `state` says why. */
  connect(token: string): Promise<boolean> {
    this.leave()
    const address = new URL('live', location.href)
    address.protocol = 'ws:'
    address.hash = ''
    this.state = 'opening'
    this.run = null
    const socket = new WebSocket(address)
    this.socket = socket
    return new Promise((resolve) => {
      const impatient = setTimeout(() => socket.close(), PATIENCE)
      socket.onopen = () => socket.send(JSON.stringify({ token }))
      socket.onmessage = ({ data }) => {
        clearTimeout(impatient)
        this.hear(JSON.parse(String(data)) as LiveMessage)
        resolve(true)
      }
      socket.onclose = ({ code }) => {
        clearTimeout(impatient)
        resolve(false)
        if (this.socket !== socket) return
        this.state = code === WRONG_TOKEN ? 'refused' : code === TOO_MANY ? 'crowded' : 'lost'
        this.socket = null
        this.draw()
      }
    })
  }

  /** Follows it no more. */
  leave(): void {
    const { socket } = this
    this.socket = null
    this.state = 'off'
    socket?.close()
  }

  act(act: LiveAct): void {
    this.outcome = null
    this.socket?.send(JSON.stringify(act))
  }

  /** The newest moment is shown from now on. */
  follow(): void {
    this.lab.seek(this.lab.run?.end ?? 0)
  }

  /** What is known of the host at a moment of its run. */
  momentAt(at: number): Moment | null {
    return this.run?.momentAt(at) ?? null
  }

  private hear(message: LiveMessage): void {
    if (message.kind === 'hello') {
      this.run = new LiveRun(message)
      this.state = 'open'
      this.name = message.name
      this.addresses = message.addresses
      this.write = message.write
      this.lab.showOther(this.run.snapshot())
    } else if (message.kind === 'news') {
      this.run?.take(message)
      if (this.drawing === 0) this.drawing = window.setTimeout(() => this.draw(), PACE)
    } else this.outcome = message
  }

  private draw(): void {
    clearTimeout(this.drawing)
    this.drawing = 0
    const { run } = this
    if (run === null) return
    // The user has opened something else.
    if (this.lab.run?.source === 'live') this.show(run)
    else this.leave()
  }

  private show(run: LiveRun): void {
    const forgotten = run.forgotten - this.forgotten
    this.leftOut = run.leftOut
    this.forgotten = run.forgotten
    this.lab.grow(run.snapshot(), forgotten)
  }
}
