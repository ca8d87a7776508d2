import type { Device } from '../../../src/stack/device.ts'
import { HEADROOM, Packet } from '../../../src/wire/packet.ts'

const ICMP = 1
const UDP = 17
const ICMPV6 = 58

/** Type of an echo request and of its reply, by protocol. */
const ECHO = new Map([
  [ICMP, [8, 0]],
  [ICMPV6, [128, 129]],
])

/**
 * Answers ICMP echo requests and UDP datagrams on a device with what they hold, by swapping addresses and ports: all
 * that a checksum covers stays the same but the type of ICMP.
 */
export class Echo {
  answered = 0
  private readonly device: Device
  private readonly incoming = new Packet()
  private readonly outgoing = new Packet()

  /** `schedule` says when a turn runs: at once, or later. */
  constructor(device: Device, schedule: (turn: () => void) => void = (turn) => turn()) {
    this.device = device
    device.attach(() => schedule(() => this.turn()))
  }

  turn(): void {
    while (this.device.receive(this.incoming)) this.answer(this.incoming)
  }

  private answer(packet: Packet): void {
    const room = this.device.claim()
    if (room === null) return
    const end = HEADROOM + packet.end - packet.start
    room.set(packet.bytes.subarray(packet.start, packet.end), HEADROOM)
    const isV4 = room[HEADROOM] >> 4 === 4
    const transport = HEADROOM + (isV4 ? 20 : 40)
    const protocol = room[isV4 ? HEADROOM + 9 : HEADROOM + 6]
    if (protocol === UDP) swap(room, transport, 2)
    else if (!turnEchoRequest(room, transport, protocol)) return
    if (isV4) swap(room, HEADROOM + 12, 4)
    else swap(room, HEADROOM + 8, 16)
    this.outgoing.bytes = room
    this.outgoing.start = HEADROOM
    this.outgoing.end = end
    this.outgoing.checksumOffloaded = packet.checksumOffloaded
    this.device.transmit(this.outgoing)
    this.answered++
  }
}

/** Makes a reply of a request; false when it is none. */
function turnEchoRequest(bytes: Uint8Array, at: number, protocol: number): boolean {
  const [request, reply] = ECHO.get(protocol) ?? []
  if (request === undefined || reply === undefined || bytes[at] !== request) return false
  bytes[at] = reply
  // RFC 1624: the checksum changes by what the first word has lost.
  const sum = ((bytes[at + 2] << 8) | bytes[at + 3]) + ((request - reply) << 8) + 0xffff
  let folded = (sum & 0xffff) + (sum >>> 16)
  folded = (folded & 0xffff) + (folded >>> 16)
  bytes[at + 2] = (folded >> 8) & 0xff
  bytes[at + 3] = folded & 0xff
  return true
}

/** Swaps two neighbouring fields of `size` bytes. */
function swap(bytes: Uint8Array, at: number, size: number): void {
  const first = bytes.slice(at, at + size)
  bytes.copyWithin(at, at + size, at + 2 * size)
  bytes.set(first, at + size)
}
