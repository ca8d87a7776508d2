import { CHUNK_BYTES, ChunkPool, PAGE_BYTES } from './chunk-pool.ts'
import type { TcpConfig } from './config.ts'
import type { TcpCounters } from './counters.ts'

/** More than one segment or super-packet can take. */
const STEP_PAGES = (6 * CHUNK_BYTES) / PAGE_BYTES

/**
 * The memory of one host's connections, and how scarce it is (Linux: tcp_mem, __sk_mem_raise_allocated).
 * Under pressure, from above tcp_mem[1] until below tcp_mem[0], no more is promised than must be; exhausted,
 * at tcp_mem[2], each queue still has its least (tcp_rmem[0], tcp_wmem[0]) and nothing beyond it.
 */
export class Memory {
  readonly pool = new ChunkPool()
  underPressure = false
  /** There is enough for any one segment: no need to ask. */
  calm = true
  private readonly config: Pick<TcpConfig, 'tcp_mem'>
  private readonly counters: TcpCounters
  private readonly now: () => number
  /** When the pressure began. */
  private pressedAt = 0

  /** `now`: the host's clock, microseconds. */
  constructor(config: Pick<TcpConfig, 'tcp_mem'>, counters: TcpCounters, now: () => number) {
    this.config = config
    this.counters = counters
    this.now = now
    this.pool.onchange = () => this.judge()
    this.judge()
  }

  /** Bytes that all send and receive queues hold. */
  get allocated(): number {
    return this.pool.used
  }

  /** Not one more chunk may be had: no new work is to be taken on. */
  get exhausted(): boolean {
    return this.left < CHUNK_BYTES
  }

  /** Below tcp_mem[0]: buffers may grow. */
  get ample(): boolean {
    return !this.underPressure && this.pool.used < this.config.tcp_mem[0] * PAGE_BYTES
  }

  /** Whether a queue that holds `held` bytes may take `cost` more for what its peer was promised; less than `least` is always granted more. */
  grants(held: number, cost: number, least: number): boolean {
    return cost <= this.left || held < least || cost === 0
  }

  /** The same for what can come again later: under pressure a queue that has its share of the whole leaves the rest to others. */
  spares(held: number, cost: number): boolean {
    if (cost === 0) return true
    return cost <= this.left && (!this.underPressure || held + cost <= this.share)
  }

  /** How many bytes a queue that holds `held` bytes may take for what its user wants to write; with less than `least` it may always take some. */
  spare(held: number, least: number): number {
    const most = this.underPressure ? Math.min(this.left, this.share - held) : this.left
    if (held >= least) return Math.max(0, most)
    return Math.max(most, held === 0 && least <= PAGE_BYTES ? PAGE_BYTES : CHUNK_BYTES)
  }

  private get left(): number {
    return this.config.tcp_mem[2] * PAGE_BYTES - this.pool.used
  }

  /** What each would have if all that hold anything had the same. */
  private get share(): number {
    return (this.config.tcp_mem[2] * PAGE_BYTES) / Math.max(1, this.pool.holders)
  }

  private judge(): void {
    const { tcp_mem } = this.config
    const pages = this.pool.used / PAGE_BYTES
    if (this.underPressure) {
      if (pages < tcp_mem[0]) this.relax()
    } else if (pages > tcp_mem[1]) {
      this.press()
    }
    this.calm = !this.underPressure && tcp_mem[2] - pages >= STEP_PAGES
  }

  private press(): void {
    this.underPressure = true
    this.pressedAt = this.now()
    this.counters.TCPMemoryPressures += 1
  }

  private relax(): void {
    this.underPressure = false
    this.counters.TCPMemoryPressuresChrono += Math.floor((this.now() - this.pressedAt) / 1000)
  }
}
