import { add, distance } from '../wire/seq.ts'
import type { TcpConfig } from './config.ts'
import type { Memory } from './memory.ts'

const MAX_WINDOW_SCALE = 14

/**
 * The receive window (RFC 9293, 3.8.6; RFC 7323, 2): how much is offered, opened in steps that
 * avoid silly windows (3.8.6.2.2), never shrunk, and grown by measured delivery as Linux does
 * (dynamic right-sizing). Where memory is scarce it grows no more, and little is offered anew.
 */
export class ReceiveWindow {
  /** What was last offered, counted from `lastSent` (RCV.WND at the last acknowledgment). */
  offered = 0
  /** Most bytes to hold for the user: half the receive buffer, as Linux reckons. */
  capacity: number
  /** Shift of our window field; 0 until both sides have agreed. */
  scale = 0
  /** Slow start of the offer (Linux: rcv_ssthresh). */
  limit = 0
  /** SO_RCVBUF was set: the capacity stays. */
  locked = false
  /**
   * Text that fitted had to be dropped for want of memory: the next offer is 0, so that the peer waits for
   * our word instead of sending into the void (the exception to SHLD-14 that Linux makes, ICSK_ACK_NOMEM).
   */
  starved = false
  /** It waits to be accepted: nobody reads yet. */
  unaccepted = false
  private readonly config: TcpConfig
  private readonly memory: Memory

  /** Right-sizing: bytes read in the last round trip, and since when. */
  private copied = 0
  private roundStart = 0
  private roundBytes = 0
  /** Receiver's estimate of the RTT, microseconds; 0 = unknown. */
  rtt = 0
  /** Without timestamps the RTT is the time a window takes to fill. */
  private measureEnd = 0
  private measureStart = -1

  constructor(config: TcpConfig, memory: Memory) {
    this.config = config
    this.memory = memory
    this.capacity = config.tcp_rmem[1] >> 1
  }

  /** The initial offer: whole segments, at most 65,535 bytes since a SYN's window is not scaled, and under pressure the least. */
  initial(mss: number): number {
    let space = this.memory.underPressure ? Math.min(this.capacity, this.config.tcp_rmem[0]) : this.capacity
    if (space > mss) space -= space % mss
    this.offered = Math.min(space, 65_535)
    this.limit = this.offered
    this.roundBytes = Math.min(this.offered, this.config.tcp_init_cwnd * mss)
    return this.offered
  }

  /** The initial offer was made at another time, when memory may not have been scarce: it holds (SHLD-14). */
  honour(): void {
    this.offered = Math.min(this.capacity, 65_535)
  }

  /** The scale to offer in a SYN: large enough for the largest buffer we may ever have. */
  wantedScale(): number {
    let space = Math.max(this.capacity * 2, this.config.tcp_rmem[2])
    let scale = 0
    while (space > 65_535 && scale < MAX_WINDOW_SCALE) {
      space = Math.floor(space / 2)
      scale += 1
    }
    return scale
  }

  /** Bytes that may still come: RCV.WND, given the RCV.NXT of the last offer and of now. */
  remaining(lastSent: number, rcvNxt: number): number {
    return Math.max(0, this.offered - distance(rcvNxt, lastSent))
  }

  /** Makes the offer for an acknowledgment of `rcvNxt`: returns the window field, and remembers it. */
  offer(lastSent: number, rcvNxt: number, unread: number, mss: number): number {
    if (this.starved) {
      this.starved = false
      this.offered = 0
      return 0
    }
    const current = this.remaining(lastSent, rcvNxt)
    let window = this.select(current, unread, mss)
    // Never shrunk (RFC 9293, 3.8.6, SHLD-14; RFC 7323, 2.4 a), closed for as long as nobody reads (MAY-8).
    if (window < current) window = this.align(current)
    window = Math.min(window, 65_535 << this.scale)
    this.offered = window
    return window >>> this.scale
  }

  /** Whether reading has opened the window so far that the peer should be told (3.8.6.2.2; Linux: twice as far). */
  worthTelling(lastSent: number, rcvNxt: number, unread: number, mss: number): boolean {
    const current = this.remaining(lastSent, rcvNxt)
    if (2 * current > this.capacity) return false
    const window = this.select(current, unread, mss)
    return window > 0 && window >= 2 * current
  }

  /** What an offer made now would be, no silly window (RFC 9293, 3.8.6.2.2, MUST-39; Linux: __tcp_select_window). */
  select(current: number, unread: number, mssEstimate: number): number {
    const mss = Math.min(mssEstimate, this.capacity)
    if (mss <= 0) return 0
    let free = Math.max(0, this.capacity - unread)
    if (free < this.capacity >> 1) {
      free -= free & ((1 << this.scale) - 1)
      if (free < this.capacity >> 4 || free < mss) return 0
    }
    free = Math.min(free, this.limit)
    if (this.onlyLeast) {
      free = Math.min(free, Math.max(0, this.config.tcp_rmem[0] - unread))
      if (free < mss && unread > 0) return 0
    }
    if (this.scale > 0) return this.align(free)
    if (current <= free - mss || current > free) return free - (free % mss)
    if (mss === this.capacity && free > current + (this.capacity >> 1)) return free
    return current
  }

  /** A segment of `length` bytes has come: offer a little more next time. */
  grow(length: number, advertisedMss: number, unread: number): void {
    if (this.memory.underPressure) {
      this.restrain(advertisedMss)
      return
    }
    if (length < 128) return
    const room = Math.min(this.capacity, this.capacity - unread) - this.limit
    if (room > 0) this.limit += Math.min(room, Math.max(2 * advertisedMss, 2 * length))
  }

  /** A timestamp came back after `rtt` microseconds. */
  sampleRtt(rtt: number): void {
    const m = Math.max(1, rtt)
    this.rtt = this.rtt === 0 ? m : Math.max(1, Math.floor(this.rtt + (m - this.rtt) / 8))
  }

  /** Without timestamps: the time in which a window's worth of data arrives bounds the RTT from above. */
  sampleByWindow(rcvNxt: number, now: number): void {
    if (this.measureStart >= 0) {
      if (distance(rcvNxt, this.measureEnd) < 0) return
      const m = Math.max(1, now - this.measureStart)
      this.rtt = this.rtt === 0 ? m : Math.min(this.rtt, m)
    }
    this.measureEnd = add(rcvNxt, this.offered)
    this.measureStart = now
  }

  /** The user has read `count` bytes: twice what is read in a round trip, and more while it grows, must fit. */
  read(count: number, advertisedMss: number, now: number): void {
    const { underPressure } = this.memory
    if (underPressure) this.restrain(advertisedMss)
    this.copied += count
    if (this.rtt === 0 || now - this.roundStart < this.rtt) return
    if (this.copied > this.roundBytes) {
      if (!this.locked && !underPressure) {
        let wanted = 2 * this.copied + 16 * advertisedMss
        wanted += 2 * Math.floor((wanted * (this.copied - this.roundBytes)) / Math.max(1, this.roundBytes))
        this.capacity = Math.max(this.capacity, Math.min(wanted, this.config.tcp_rmem[2] >> 1))
      }
      this.roundBytes = this.copied
    }
    this.copied = 0
    this.roundStart = now
  }

  /** Nothing is offered but what each has in any case: tcp_rmem[0]. */
  private get onlyLeast(): boolean {
    const { memory } = this
    return !memory.calm && (memory.exhausted || (this.unaccepted && memory.underPressure))
  }

  /** Under pressure four segments are enough (Linux: tcp_adjust_rcv_ssthresh). */
  private restrain(advertisedMss: number): void {
    this.limit = Math.min(this.limit, 4 * advertisedMss)
  }

  private align(window: number): number {
    const low = (1 << this.scale) - 1
    return (window + low) & ~low
  }
}
