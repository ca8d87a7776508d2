import { closeSync } from 'node:fs'
import { type OnReadOpts, Socket, type SocketConstructorOpts } from 'node:net'
import { systemError } from './errors.ts'
import type { Libc } from './libc.ts'

const AF_UNIX = 1
const SOCK_STREAM = 1
const O_CLOEXEC = 0o2000000
const SOCK_CLOEXEC = O_CLOEXEC

/** The libuv of Node reads into two buffers by turns, so that the one handed out stays untouched. */
const SLOTS = 2

/**
 * Lets the event loop watch a file descriptor that Node has no class for, through public API alone: a socket is made
 * over one end of a socket pair, and before the loop first looks at it (that is, in the same tick) the descriptor is
 * duplicated over that end. The loop then reads one packet per readiness, into a buffer of ours; there is no way to be
 * told of readiness without that read.
 *
 * A packet that nobody has taken is never overwritten: with both slots full the watching stops until one is free, and
 * what comes meanwhile waits in the kernel.
 */
export class Arrivals {
  /** The other end of the pair. Nothing comes through it, but it serves for ioctls that want a socket. */
  readonly control: number
  /** The buffer of the packet that `take` has handed out last. */
  bytes: Uint8Array

  private readonly socket: Socket
  private readonly slots: readonly [Uint8Array, Uint8Array]
  private readonly lengths = new Int32Array(SLOTS)
  /** Packets filled by libuv, handed out, and done with, counted modulo 4; packet i lies in slot i modulo 2. */
  private filled = 0
  private taken = 0
  private freed = 0
  private stalled = false

  /**
   * Watches `fd` (non-blocking, left open) with buffers of `capacity` bytes, more than any packet has. `onpacket` is
   * called for each packet that waits here, `onfailure` once when reading fails for good. Throws TunError.
   */
  constructor(
    libc: Libc,
    fd: number,
    capacity: number,
    onpacket: () => void,
    onfailure: (error: NodeJS.ErrnoException) => void,
  ) {
    this.slots = [new Uint8Array(capacity), new Uint8Array(capacity)]
    this.bytes = this.slots[0]
    const pair = new Int32Array(2)
    if (libc.socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
      throw systemError('making a socket pair', libc.errno())
    }
    const [watched, control] = pair
    this.control = control
    const options: SocketConstructorOpts & { onread: OnReadOpts } = {
      fd: watched,
      readable: true,
      writable: false,
      onread: {
        buffer: () => this.slot(this.filled),
        callback: (length) => {
          this.lengths[this.filled & 1] = length
          this.filled = (this.filled + 1) & 3
          onpacket()
          this.stalled = this.isFull()
          return !this.stalled
        },
      },
    }
    this.socket = new Socket(options)
    this.socket.on('error', onfailure)
    // Close-on-exec: a child process that inherits the device would hold it beyond our close.
    if (libc.dup3(fd, watched, O_CLOEXEC) < 0) {
      const errno = libc.errno()
      this.close()
      throw systemError('duplicating the descriptor of the TUN device', errno)
    }
  }

  /** A packet waits to be taken. */
  get isWaiting(): boolean {
    return this.taken !== this.filled
  }

  /** The length of the oldest packet that waits, now in `bytes` until the next call; 0 when none does. */
  take(): number {
    this.freed = this.taken
    if (this.stalled && !this.isFull()) {
      this.stalled = false
      this.socket.resume()
    }
    if (!this.isWaiting) return 0
    this.bytes = this.slot(this.taken)
    const length = this.lengths[this.taken & 1]
    this.taken = (this.taken + 1) & 3
    return length
  }

  /** Whether the event loop stays alive for this. */
  setRef(ref: boolean): void {
    if (ref) this.socket.ref()
    else this.socket.unref()
  }

  close(): void {
    this.taken = this.filled
    this.stalled = false
    this.socket.destroy()
    closeSync(this.control)
  }

  private slot(packet: number): Uint8Array {
    return this.slots[(packet & 1) as 0 | 1]
  }

  private isFull(): boolean {
    return ((this.filled - this.freed) & 3) === SLOTS
  }
}
