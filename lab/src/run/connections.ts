import type { RunConnection } from './run.ts'

/** What tells a connection: '10.0.1.1:49152', of either end. */
export interface Ends {
  readonly protocol: 'tcp' | 'udp'
  readonly source: string
  readonly destination: string
  readonly sourceLane: number
  readonly destinationLane: number
}

interface Open {
  readonly id: number
  readonly protocol: 'tcp' | 'udp'
  readonly lanes: readonly [number, number]
  readonly endpoints: readonly [string, string]
  readonly initial: [number, number]
  readonly from: number
  to: number
}

/** The connections of a run, incarnation by incarnation, as their packets are met. */
export class Connections {
  private readonly all: Open[] = []
  private readonly current = new Map<string, Open>()

  /** The connection that has these ends now; made if there is none. */
  meet(ends: Ends, at: number): { readonly id: number; readonly end: 0 | 1 } {
    const { protocol, source, destination } = ends
    const forth = this.current.get(`${protocol} ${source} ${destination}`)
    const found = forth ?? this.current.get(`${protocol} ${destination} ${source}`) ?? this.open(ends, at)
    found.to = at
    return { id: found.id, end: found.endpoints[0] === source ? 0 : 1 }
  }

  /** A new incarnation begins, opened by `source`. */
  open({ protocol, source, destination, sourceLane, destinationLane }: Ends, at: number): Open {
    const made: Open = {
      id: this.all.length,
      protocol,
      lanes: [sourceLane, destinationLane],
      endpoints: [source, destination],
      initial: [-1, -1],
      from: at,
      to: at,
    }
    this.all.push(made)
    this.current.delete(`${protocol} ${destination} ${source}`)
    this.current.set(`${protocol} ${source} ${destination}`, made)
    return made
  }

  /** Where the sequence numbers of an end begin; kept once it is known. */
  learn(id: number, end: 0 | 1, initial: number): void {
    const found = this.all[id]
    if (found !== undefined && found.initial[end] < 0) found.initial[end] = initial
  }

  initial(id: number, end: 0 | 1): number {
    return this.all[id]?.initial[end] ?? -1
  }

  get count(): number {
    return this.all.length
  }

  finish(): RunConnection[] {
    return this.all.map((each) => ({ ...each, initial: [...each.initial] as const }))
  }
}
