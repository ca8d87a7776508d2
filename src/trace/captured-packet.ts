/** One packet of a capture file. */
export interface CapturedPacket {
  /** When, in microseconds since 1970 (or whatever the file counts from), an integer; finer times are rounded down. */
  readonly time: number
  /** The interface it was seen on, counted through the whole file from 0. */
  readonly interfaceIndex: number
  /** As 'eth0'; '' where the file does not say. */
  readonly interfaceName: string
  /** The kind of header it begins with, by tcpdump's LINKTYPE numbers. */
  readonly linkType: number
  /** Seen from the machine that captured it; '' where the file does not say. */
  readonly direction: 'in' | 'out' | ''
  /** So many bytes were on the wire: more than `bytes` has where the capture cut packets short. */
  readonly originalLength: number
  /** From its link-layer header on. A view of the reader's memory: copy what is to outlive the call. */
  readonly bytes: Uint8Array
  /** Where in `bytes` its IP header begins; -1 where there is none, or the link type is not known. */
  readonly ip: number
}

/** What a capture reader does with each packet. */
export type TakePacket = (packet: CapturedPacket) => void
