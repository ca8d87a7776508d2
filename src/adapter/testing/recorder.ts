import type { SimHost } from '../../sim/sim-host.ts'
import type { World } from '../../sim/world.ts'
import { Ladder } from '../../trace/ladder.ts'
import { PcapngWriter } from '../../trace/pcapng.ts'

/** Most blocks of a capture that are kept: what comes later is not written. */
const MOST_BLOCKS = 100_000

/** Keeps what happens in a world, for the case that its test fails. */
export class Recorder {
  private readonly sketch = new Ladder()
  private readonly names: string[] = []
  private readonly blocks: Uint8Array[] = []
  private readonly writer = new PcapngWriter((bytes) => this.keep(bytes), { hardware: 'virtual', os: 'estab/sim' })

  /** The first machine is drawn on the left, the others on the right. */
  watch(world: World, host: SimHost): void {
    world.watch(host, this.sketch.probe(this.names.length === 0 ? 'client' : 'server'))
    world.watch(host, this.writer.probe())
    this.names.push(host.name)
  }

  /** All connections so far, as text. */
  ladder(): string {
    const [client = 'client', server = 'server', ...others] = this.names
    return this.sketch.render({ names: { client, server: others.length === 0 ? server : 'peers' }, running: true })
  }

  /** The capture as a file: an interface for each machine, of the machine's name. */
  pcapng(): Uint8Array {
    return Buffer.concat(this.blocks)
  }

  private keep(bytes: Uint8Array): void {
    if (this.blocks.length < MOST_BLOCKS) this.blocks.push(bytes)
  }
}
