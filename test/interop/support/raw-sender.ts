import koffi from 'koffi'
import { SynForge } from '../../../bench/syn-storm.ts'
import { Packet } from '../../../src/wire/packet.ts'
import type { NetworkNamespace } from './namespace.ts'

const AF_INET = 2
const SOCK_RAW_CLOEXEC = 3 | 0o2000000
/** Whole packets from the IP header on. */
const IPPROTO_RAW = 255

/** Sends forged SYNs from inside a namespace, through the kernel's own routing, to IPv4 address `to`. */
export class RawSender {
  private readonly fd: number
  private readonly forge: SynForge
  private readonly packet = new Packet()
  private readonly destination = Buffer.alloc(16)
  private readonly sendto: (fd: number, bytes: Uint8Array, n: number, flags: number, to: Buffer, m: number) => number
  private readonly closeSocket: (fd: number) => number

  constructor(namespace: NetworkNamespace, to: string, port: number) {
    const libc = koffi.load(null)
    const socket = libc.func('int socket(int domain, int type, int protocol)')
    this.sendto = libc.func('int64_t sendto(int fd, void *bytes, size_t n, int flags, void *to, uint32_t m)')
    this.closeSocket = libc.func('int close(int fd)')
    this.fd = namespace.within(() => socket(AF_INET, SOCK_RAW_CLOEXEC, IPPROTO_RAW) as number)
    if (this.fd < 0) throw new Error(`socket failed with errno ${koffi.errno()}`)
    const address = addressNumber(to)
    this.forge = new SynForge(address, port)
    this.destination.writeUInt16LE(AF_INET, 0)
    this.destination.writeUInt32BE(address, 4)
  }

  /** One SYN. `from`: the IPv4 address that it pretends to come from; one where nobody is if absent. */
  send(from?: string): void {
    const { forge, packet, fd, destination } = this
    forge.next(packet, from === undefined ? -1 : addressNumber(from))
    const bytes = packet.bytes.subarray(packet.start, packet.end)
    const sent = this.sendto(fd, bytes, bytes.length, 0, destination, destination.length)
    if (sent < 0) throw new Error(`sendto failed with errno ${koffi.errno()}`)
  }

  close(): void {
    this.closeSocket(this.fd)
  }
}

function addressNumber(text: string): number {
  return Buffer.from(text.split('.').map(Number)).readUInt32BE(0)
}
