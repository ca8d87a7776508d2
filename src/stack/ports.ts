import { SipHash } from '../tcp/siphash.ts'
import type { Address } from '../wire/address.ts'

const TABLE = 256

/** Which ports may be chosen; looked at every time. */
export interface PortSettings {
  /** First and last. */
  readonly ip_local_port_range: readonly [number, number]
}

/**
 * Ephemeral ports by double hash (RFC 6056, 3.3.4): nobody who does not know the secret can foresee
 * the next, and connections to one peer use ports one after another, so that each rests long.
 */
export class EphemeralPorts {
  private readonly offsetHash: SipHash
  private readonly indexHash: SipHash
  private readonly table = new Uint16Array(TABLE)
  private readonly words = new Uint32Array(9)
  private readonly config: PortSettings

  constructor(random: () => number, config: PortSettings) {
    this.offsetHash = new SipHash(random(), random(), random(), random())
    this.indexHash = new SipHash(random(), random(), random(), random())
    for (let i = 0; i < TABLE; i += 1) this.table[i] = random() & 0xffff
    this.config = config
  }

  /** A port for which `free` says true; 0 when there is none. */
  choose(local: Address, remote: Address, remotePort: number, free: (port: number) => boolean): number {
    const { words } = this
    words.set([local.w0, local.w1, local.w2, local.w3, remote.w0, remote.w1, remote.w2, remote.w3, remotePort])
    this.offsetHash.hash(words, 9)
    this.indexHash.hash(words, 9)
    const [low, high] = this.config.ip_local_port_range
    const count = high - low + 1
    const index = this.indexHash.low % TABLE
    const offset = this.offsetHash.low % count
    const first = this.table[index] ?? 0
    for (let i = 0; i < count; i += 1) {
      const port = low + ((offset + first + i) % count)
      if (!free(port)) continue
      this.table[index] = first + i + 1
      return port
    }
    return 0
  }
}
