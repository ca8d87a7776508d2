import progress from 'cli-progress'

/** Shows how far a transfer is: a bar on standard error if that is a terminal, and sums at the end. */
export class TransferProgress {
  private readonly began = performance.now()
  private readonly total: number
  private readonly bar: progress.SingleBar | null
  private done = 0

  /** `total` in bytes, -1 = not known. */
  constructor(total: number, shown: boolean) {
    this.total = total
    const bar = shown && process.stderr.isTTY === true
    this.bar = bar ? new progress.SingleBar(barOptions(total), progress.Presets.shades_classic) : null
    this.bar?.start(Math.max(total, 0), 0, { moved: '', rate: '' })
  }

  add(count: number): void {
    this.done += count
    this.bar?.update(this.total < 0 ? 0 : this.done, this.words())
  }

  end(): void {
    this.bar?.update(this.total < 0 ? 0 : this.done, this.words())
    this.bar?.stop()
  }

  /** '1048576 bytes in 0.012 s, 0.70 Gbit/s' */
  get summary(): string {
    const elapsed = (performance.now() - this.began) / 1000
    return `${this.done} bytes in ${elapsed.toFixed(3)} s, ${formatRate(this.done / elapsed)}`
  }

  private words(): { moved: string; rate: string } {
    const elapsed = (performance.now() - this.began) / 1000
    return { moved: formatBytes(this.done), rate: formatRate(this.done / elapsed) }
  }
}

function barOptions(total: number) {
  const known = `{bar} {percentage}%  {moved} of ${formatBytes(total)}  {rate}  {eta_formatted} left`
  return {
    format: total < 0 ? '{moved}  {rate}  {duration_formatted}' : known,
    stream: process.stderr,
    hideCursor: true,
    fps: 10,
    barsize: 30,
  }
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** '1.5 MiB' */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`
}

/** Bytes a second as bits a second: '1.23 Gbit/s'. */
export function formatRate(bytesPerSecond: number): string {
  const bits = 8 * bytesPerSecond
  if (bits >= 1e9) return `${(bits / 1e9).toFixed(2)} Gbit/s`
  if (bits >= 1e6) return `${(bits / 1e6).toFixed(1)} Mbit/s`
  return `${(bits / 1e3).toFixed(1)} kbit/s`
}
