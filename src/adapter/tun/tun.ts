import { closeSync, constants, openSync } from 'node:fs'
import type { Device } from '../../stack/device.ts'
import { HEADROOM, type Packet } from '../../wire/packet.ts'
import { Arrivals } from './arrivals.ts'
import { configureTun, type TunSettings } from './configure.ts'
import { checkName, EAGAIN, EBADFD, EIO, goneError, openError, TunError } from './errors.ts'
import { attach, readMtu, writeMtu } from './interface.ts'
import { type Libc, loadLibc } from './libc.ts'
import { emitVirtioHeader, parseVirtioHeader, VIRTIO_HEADER_LENGTH } from './virtio-header.ts'

/** The length field of an IP packet ends here (IPv6: of its payload, which super-packets do not use to the full). */
const MAX_PACKET = 65_535

/** Room before the claimed buffer, so that a virtio header fits before a packet wherever it starts. */
const MARGIN = 16

/** More than the largest packet: a read that fills its buffer would be taken for one with more behind it. */
const INBOX_SIZE = VIRTIO_HEADER_LENGTH + MAX_PACKET + 1

/** Packets read per readiness beside the one the event loop brings, before the loop gets its turn. */
const BATCH = 64

/** The interface may change its MTU, which is looked up anew after so many milliseconds of traffic. */
const MTU_AGE = 1000

export interface TunOptions {
  /** At most 15 characters; '' or 'tun%d' leave the number to the kernel. An existing device is attached to. */
  name?: string
  /** Checksums left out and super-packets of up to 64 KiB, both ways: far fewer system calls per byte. */
  offload?: boolean
  /** MTU to be set, in bytes; without it that of the interface holds (1500 for a new one). */
  mtu?: number
  /** Called once when the device is lost without `close`: somebody has deleted the interface. */
  onclose?: (error: TunError) => void
}

/** What has passed, in packets. */
export interface TunCounters {
  received: number
  sent: number
  /** Dropped on the way in: too short, or of a segmentation that was not asked for. */
  malformed: number
  /** Dropped on the way out because the link is down; they flow again when it is up. */
  linkDown: number
  /** Dropped on the way out because the kernel does not take such a packet or had no memory for it. */
  refused: number
  /** Readings that failed otherwise than by finding nothing. */
  readErrors: number
}

/**
 * Opens a TUN device of the Linux kernel: a network interface whose other end is this process. Needs root or
 * CAP_NET_ADMIN, or a persistent device made for the user by `ip tuntap add dev NAME mode tun user USER`.
 * The interface must be up and have addresses on the kernel's side before packets flow: `TunDevice.configure`.
 *
 * Throws TunError.
 */
export function openTun(options: TunOptions = {}): TunDevice {
  const name = options.name ?? ''
  checkName(name)
  const libc = loadLibc()
  const fd = openClone()
  try {
    return new TunDevice(libc, fd, attach(libc, fd, name, options.offload ?? false), options)
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

function openClone(): number {
  try {
    // Node adds O_CLOEXEC.
    return openSync('/dev/net/tun', constants.O_RDWR | constants.O_NONBLOCK)
  } catch (error) {
    throw openError(Math.abs((error as NodeJS.ErrnoException).errno ?? 0), error)
  }
}

/** One end of a TUN interface as a device for a host. Made by `openTun`. */
export class TunDevice implements Device {
  readonly name: string
  readonly medium = 'ip'
  readonly hardwareAddress = new Uint8Array(6)
  readonly checksumOffload: boolean
  readonly segmentation: number
  readonly counters: TunCounters = { received: 0, sent: 0, malformed: 0, linkDown: 0, refused: 0, readErrors: 0 }
  /** Called once when the device is lost without `close`. */
  onclose: (error: TunError) => void

  private readonly libc: Libc
  private readonly fd: number
  private readonly arrivals: Arrivals
  // No Buffers: their `slice` makes a view, and whoever gets these must be able to rely on Uint8Array's.
  private readonly inbox = new Uint8Array(INBOX_SIZE)
  private readonly inboxAddress: number
  private readonly outbox = new Uint8Array(MARGIN + HEADROOM + MAX_PACKET)
  private readonly outboxAddress: number
  private readonly room: Uint8Array
  private readonly headerLength: number
  private wake: () => void = () => {}
  /** Reads that are left until the event loop reports readiness again. */
  private budget = 0
  private knownMtu = 0
  private mtuExpiry = 0
  private closed = false

  /** Takes over `fd`, which is attached to the interface `name`; leaves it open when it throws. */
  constructor(libc: Libc, fd: number, name: string, options: TunOptions) {
    this.libc = libc
    this.fd = fd
    this.name = name
    this.onclose = options.onclose ?? (() => {})
    this.checksumOffload = options.offload ?? false
    this.segmentation = this.checksumOffload ? MAX_PACKET : 0
    this.headerLength = this.checksumOffload ? VIRTIO_HEADER_LENGTH : 0
    this.inboxAddress = libc.address(this.inbox)
    this.outboxAddress = libc.address(this.outbox)
    this.room = this.outbox.subarray(MARGIN)
    this.arrivals = new Arrivals(
      libc,
      fd,
      INBOX_SIZE,
      () => this.arrived(),
      () => this.lose(),
    )
    try {
      if (options.mtu !== undefined) this.setMtu(options.mtu)
    } catch (error) {
      this.arrivals.close()
      throw error
    }
    this.refreshMtu()
  }

  /** That of the interface. A change shows within a second of traffic, or at once after `refreshMtu`. */
  get mtu(): number {
    return this.knownMtu
  }

  attach(wake: () => void): void {
    this.wake = wake
    // What came before there was anybody to tell; not at once, for the caller is in the middle of something.
    if (this.arrivals.isWaiting) setImmediate(() => this.wake())
  }

  receive(packet: Packet): boolean {
    if (this.closed) return false
    for (;;) {
      let bytes: Uint8Array = this.inbox
      let length = this.arrivals.take()
      if (length > 0) bytes = this.arrivals.bytes
      else length = this.read()
      if (length === 0) return false
      if (this.fill(packet, bytes, length)) return true
    }
  }

  /** A packet straight from the kernel, in `inbox`; 0 when there is none or the event loop is due. */
  private read(): number {
    if (this.budget === 0) return 0
    this.budget--
    const length = this.libc.read(this.fd, this.inboxAddress, INBOX_SIZE)
    if (length > 0) return length
    this.budget = 0
    const errno = length < 0 ? this.libc.errno() : EIO
    // A loss reaches the event loop as well, which brings its packets in before it reports.
    if (errno !== EAGAIN && errno !== EBADFD) this.counters.readErrors++
    return 0
  }

  private fill(packet: Packet, bytes: Uint8Array, length: number): boolean {
    packet.bytes = bytes
    packet.start = this.headerLength
    packet.end = length
    packet.checksumOffloaded = false
    packet.segmentSize = 0
    if (length <= this.headerLength || (this.headerLength > 0 && !parseVirtioHeader(bytes, 0, packet))) {
      this.counters.malformed++
      return false
    }
    this.counters.received++
    return true
  }

  claim(): Uint8Array | null {
    return this.closed ? null : this.room
  }

  transmit(packet: Packet): void {
    if (this.closed) return
    let start = MARGIN + packet.start
    const end = MARGIN + packet.end
    if (this.headerLength > 0) {
      if (!emitVirtioHeader(this.outbox, start, end, packet.checksumOffloaded, packet.segmentSize)) {
        this.counters.refused++
        return
      }
      start -= VIRTIO_HEADER_LENGTH
    }
    if (this.libc.write(this.fd, this.outboxAddress + start, end - start) < 0) this.writeFailed(this.libc.errno())
    else this.counters.sent++
  }

  private writeFailed(errno: number): void {
    if (errno === EIO) {
      this.counters.linkDown++
      return
    }
    this.counters.refused++
    // Not now: the caller is in the middle of a host's turn.
    if (errno === EBADFD) setImmediate(() => this.lose())
  }

  /** Asks the interface for its MTU now. */
  refreshMtu(): void {
    if (this.closed) return
    // None after a move into another network namespace, where this process cannot ask: it stays as it was.
    const mtu = readMtu(this.libc, this.arrivals.control, this.name)
    if (mtu > 0) this.knownMtu = mtu
    this.mtuExpiry = performance.now() + MTU_AGE
  }

  private setMtu(mtu: number): void {
    if (readMtu(this.libc, this.arrivals.control, this.name) === mtu) return
    const errno = writeMtu(this.libc, this.arrivals.control, this.name, mtu)
    if (errno === 0) return
    throw new TunError(
      'ERR_TUN_CONFIGURE',
      `the MTU of ${this.name} cannot be set to ${mtu} (errno ${errno}): it must be 68 to 65535 and needs root, ` +
        `who can do it beforehand by \`ip link set dev ${this.name} mtu ${mtu}\``,
      errno,
    )
  }

  /** Brings the interface up and gives the kernel's side its addresses. Rejects with TunError. */
  async configure(settings: TunSettings): Promise<void> {
    await configureTun(this.name, settings)
    this.refreshMtu()
  }

  /** The event loop stays alive for this device again (as it does at first). */
  ref(): void {
    if (!this.closed) this.arrivals.setRef(true)
  }

  /** The event loop may end while this device is open. */
  unref(): void {
    if (!this.closed) this.arrivals.setRef(false)
  }

  /** An interface that is not persistent is gone afterwards. Calling again does nothing. */
  close(): void {
    if (this.closed) return
    this.closed = true
    this.arrivals.close()
    closeSync(this.fd)
  }

  private arrived(): void {
    this.budget = BATCH
    if (performance.now() > this.mtuExpiry) this.refreshMtu()
    this.wake()
  }

  private lose(): void {
    if (this.closed) return
    this.close()
    this.onclose(goneError(this.name))
  }
}
