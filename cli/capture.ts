import { closeSync, openSync, writeSync } from 'node:fs'
import { arch, release } from 'node:os'
import type { Probe } from '../src/stack/probe.ts'
import { PcapngWriter } from '../src/trace/pcapng.ts'
import { Failure } from './failure.ts'

const BUFFER_BYTES = 1 << 18
/** What was captured shows in the file so soon, for those who look at it as it grows; milliseconds. */
const FLUSH_INTERVAL = 500

/** A capture file being written; whole when the process ends in any way but SIGKILL. */
export class Capture {
  readonly probe: Probe
  private readonly path: string
  private readonly fd: number
  private readonly buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES)
  private readonly timer: NodeJS.Timeout
  private used = 0
  /** Closed, or given up because the file could not be written. */
  private over = false

  /** `now` is the host's clock, in microseconds. Throws Failure when the file cannot be made. */
  constructor(path: string, now: number) {
    this.path = path
    try {
      this.fd = openSync(path, 'w')
    } catch (error) {
      throw new Failure(`the capture file cannot be made: ${(error as Error).message}`)
    }
    const origin = {
      hardware: arch(),
      os: `${process.platform} ${release()}`,
      application: 'estab',
      epoch: Date.now() * 1000 - now,
    }
    this.probe = new PcapngWriter((bytes) => this.append(bytes), origin).probe()
    this.timer = setInterval(() => this.flush(), FLUSH_INTERVAL)
    this.timer.unref()
    process.once('exit', () => this.close())
  }

  close(): void {
    this.flush()
    if (this.over) return
    this.over = true
    clearInterval(this.timer)
    closeSync(this.fd)
  }

  private append(bytes: Uint8Array): void {
    if (this.used + bytes.length > BUFFER_BYTES) this.flush()
    if (this.over) return
    if (bytes.length > BUFFER_BYTES) {
      this.write(bytes)
      return
    }
    this.buffer.set(bytes, this.used)
    this.used += bytes.length
  }

  private flush(): void {
    if (this.used > 0) this.write(this.buffer.subarray(0, this.used))
    this.used = 0
  }

  /** A full disk ends the capture, not the connections. */
  private write(bytes: Uint8Array): void {
    if (this.over) return
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.fd, bytes, done)
    } catch (error) {
      this.over = true
      clearInterval(this.timer)
      process.stderr.write(`estab: the capture ${this.path} ends here: ${(error as Error).message}\n`)
    }
  }
}
