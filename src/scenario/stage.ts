import { type SimHost, World } from '../sim/index.ts'
import type { Link, LinkOptions } from '../sim/link.ts'
import type { SimHostOptions } from '../sim/sim-host.ts'
import { type ListenOptions, listen } from '../socket/server-socket.ts'
import { type ConnectOptions, connect, type StreamSocket } from '../socket/stream-socket.ts'
import { Ladder } from '../trace/ladder.ts'
import type { TcpSegment } from '../wire/tcp.ts'
import type { Bilingual } from './bilingual.ts'
import { httpLine } from './http-message.ts'

/** Port of the server in every scenario. */
export const PORT = 80

/** A claim, and whether it held, at a moment: microseconds since the play began. */
export interface Check {
  readonly at: number
  readonly claim: Bilingual
  readonly holds: boolean
}

/** A remark at a moment, microseconds since the play began. */
export interface Remark {
  readonly at: number
  readonly text: Bilingual
}

/** A figure for the table below the ladder. */
export interface Figure {
  readonly name: Bilingual
  readonly value: string
}

export interface PairOptions {
  readonly client?: SimHostOptions
  readonly server?: SimHostOptions
  readonly link?: LinkOptions
  /** The ladder shows sequence numbers as they are in the headers. */
  readonly absolute?: boolean
}

/** A client and a server on a link, drawn on the ladder. */
export interface Pair {
  readonly client: SimHost
  readonly server: SimHost
  readonly link: Link
}

/** Where a part of a scenario is played: a world, a ladder that is drawn meanwhile, and what the play says. */
export class Stage {
  readonly world: World
  /** Drawn from `pair` on. */
  ladder: Ladder
  readonly checks: Check[] = []
  readonly remarks: Remark[] = []
  readonly figures: Figure[] = []
  private readonly describe: (segment: TcpSegment) => string

  /** `describe`: a few words on a segment for the ladder; the first line of HTTP if not given. */
  constructor(seed = 1, describe: (segment: TcpSegment) => string = httpLine) {
    this.world = new World(seed)
    this.describe = describe
    this.ladder = new Ladder({ describe })
  }

  /** A client and a server, 10 ms apart unless `link` says otherwise. Once in a play. */
  pair(options: PairOptions = {}): Pair {
    if (options.absolute === true) this.ladder = new Ladder({ describe: this.describe, absolute: true })
    const client = this.world.host('client', options.client)
    const server = this.world.host('server', options.server)
    const link = this.world.link(client, server, options.link)
    this.world.watch(client, this.ladder.probe('client'))
    this.world.watch(server, this.ladder.probe('server'))
    return { client, server, link }
  }

  /** Listens at PORT; `serve` is called with each connection as it is accepted. */
  serve(host: SimHost, serve: (socket: StreamSocket) => void, options: Partial<ListenOptions> = {}): void {
    const server = listen(host.host, { port: PORT, ...options })
    server.onready = () => {
      for (let socket = server.accept(); socket !== null; socket = server.accept()) serve(socket)
    }
  }

  /** Begins to connect to PORT of `to`. */
  connect(from: SimHost, to: SimHost, options: Partial<ConnectOptions> = {}): StreamSocket {
    return connect(from.host, { address: to.address(), port: PORT, ...options })
  }

  run(seconds: number): void {
    this.world.run(seconds)
  }

  /** Says something at this moment. */
  remark(text: Bilingual): void {
    this.remarks.push({ at: this.world.now, text })
  }

  /** Claims something, and notes whether it is so. */
  check(holds: boolean, claim: Bilingual): void {
    this.checks.push({ at: this.world.now, claim, holds })
  }

  figure(name: Bilingual, value: string | number): void {
    this.figures.push({ name, value: String(value) })
  }
}
