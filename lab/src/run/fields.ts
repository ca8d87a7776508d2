import type { WirePacket } from 'estab/sim'
import { formatAddress, PROTOCOL_TCP, PROTOCOL_UDP, parseUdp, UdpDatagram } from 'estab/wire'
import type { Packet } from './packets.ts'

/** What a packet says of itself. */
export type Fields = Pick<Packet, 'protocol' | 'flags' | 'seq' | 'ack' | 'window' | 'length'> & {
  /** '10.0.1.1:49152'; '' where there are no ports. */
  readonly source: string
  readonly destination: string
}

const NOTHING: Fields = { protocol: 0, flags: 0, seq: 0, ack: 0, window: 0, length: 0, source: '', destination: '' }

/** `10.0.1.1:80`, `[fd00:1::1]:80`. */
export function endpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

/** Reads the header fields of a packet that a lane of the ladder needs. */
export function fieldsOf({ ip, tcp, bytes }: WirePacket): Fields {
  if (ip === null) return NOTHING
  const { protocol } = ip
  const names = (sourcePort: number, destinationPort: number) => ({
    source: endpoint(formatAddress(ip.source), sourcePort),
    destination: endpoint(formatAddress(ip.destination), destinationPort),
  })
  if (protocol === PROTOCOL_TCP && tcp !== null) {
    const { flags, seq, ack, window, payloadLength, sourcePort, destinationPort } = tcp
    return { protocol, flags, seq, ack, window, length: payloadLength, ...names(sourcePort, destinationPort) }
  }
  const datagram = new UdpDatagram()
  if (
    protocol === PROTOCOL_UDP &&
    ip.fragmentOffset === 0 &&
    parseUdp(bytes, ip.payloadStart, ip.payloadLength, datagram)
  ) {
    const { sourcePort, destinationPort, payloadLength } = datagram
    return { ...NOTHING, protocol, length: payloadLength, ...names(sourcePort, destinationPort) }
  }
  return { ...NOTHING, protocol, length: ip.payloadLength }
}
