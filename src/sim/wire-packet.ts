import { parseIp } from '../wire/ip-header.ts'
import { IpHeader, PROTOCOL_TCP } from '../wire/packet.ts'
import { TcpSegment } from '../wire/tcp.ts'
import { parseTcp } from '../wire/tcp-header.ts'
import { hashBytes } from './trace-hash.ts'

/** An IP packet on a wire, to look into: what it says is read when it is asked for. */
export class WirePacket {
  /** From the IP header on; never changed. */
  readonly bytes: Uint8Array
  private header: IpHeader | null = null
  private segment: TcpSegment | null = null
  private read = false
  private sum = -1

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  /** Null when it is no IP packet. */
  get ip(): IpHeader | null {
    this.parse()
    return this.header
  }

  /** Null when it is no TCP segment; the checksum is not looked at. */
  get tcp(): TcpSegment | null {
    this.parse()
    return this.segment
  }

  /** A hash of its bytes, 53 bits: made once, however often it is asked for. */
  get hash(): number {
    if (this.sum < 0) this.sum = hashBytes(this.bytes)
    return this.sum
  }

  private parse(): void {
    if (this.read) return
    this.read = true
    const header = new IpHeader()
    if (!parseIp(this.bytes, 0, this.bytes.length, header)) return
    this.header = header
    const segment = new TcpSegment()
    if (header.protocol !== PROTOCOL_TCP || header.fragmentOffset > 0) return
    if (parseTcp(this.bytes, header.payloadStart, header.payloadLength, segment)) this.segment = segment
  }
}
