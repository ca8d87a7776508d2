import type { Lane } from '../run/run.ts'

/** Which machine a capture was made on is told by the direction of its packets. */
interface Open {
  name: string
  kind: Lane['kind']
  readonly addresses: string[]
}

/** Lanes for machines of which addresses are all that is known. */
export class WireLanes {
  private readonly all: Open[] = []
  private readonly byKey = new Map<string, number>()

  /** The lane of a machine that has a name and several addresses. */
  name(name: string, kind: Lane['kind'], addresses: readonly string[]): number {
    const lane = this.all.push({ name, kind, addresses: [...addresses] }) - 1
    for (const address of addresses) this.byKey.set(address, lane)
    return lane
  }

  /** -1 = it has none yet. */
  find(address: string): number {
    return this.byKey.get(address) ?? -1
  }

  of(address: string): number {
    return this.at(address, address, address)
  }

  /** The two lanes of a machine that talks to itself: who opens connections, and who answers. */
  within(address: string): readonly [number, number] {
    return [this.at(`client ${address}`, 'client', address), this.at(`server ${address}`, 'server', address)]
  }

  /** The capture was made there. */
  isVantage(lane: number): void {
    const found = this.all[lane]
    if (found !== undefined) found.kind = 'vantage'
  }

  finish(): Lane[] {
    return this.all.map((each) => ({ ...each, addresses: [...each.addresses] }))
  }

  private at(key: string, name: string, address: string): number {
    let lane = this.byKey.get(key)
    if (lane === undefined) {
      lane = this.all.push({ name, kind: 'peer', addresses: [address] }) - 1
      this.byKey.set(key, lane)
    }
    return lane
  }
}
