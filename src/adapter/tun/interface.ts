import { attachError, systemError } from './errors.ts'
import type { Libc } from './libc.ts'
import { VIRTIO_HEADER_LENGTH } from './virtio-header.ts'

// ioctl numbers carry their direction in the top bits, and PowerPC writes it differently (asm/ioctl.h).
const WRITE = process.arch === 'ppc64' ? 0x8000_0000 : 0x4000_0000
const tunRequest = (number: number) => WRITE + ((4 << 16) | (0x54 << 8) | number)

const TUNSETIFF = tunRequest(202)
const TUNSETOFFLOAD = tunRequest(208)
const TUNSETVNETHDRSZ = tunRequest(216)
const TUNSETVNETLE = tunRequest(220)
const SIOCGIFMTU = 0x8921
const SIOCSIFMTU = 0x8922

const IFF_TUN = 0x0001
const IFF_NO_PI = 0x1000
const IFF_VNET_HDR = 0x4000

const TUN_F_CSUM = 0x01
const TUN_F_TSO4 = 0x02
const TUN_F_TSO6 = 0x04

/** `struct ifreq`: the name, then a union of 24 bytes. */
const IFREQ_SIZE = 40
const IFREQ_VALUE = 16

function ifreq(name: string): Buffer {
  const request = Buffer.alloc(IFREQ_SIZE)
  request.write(name, 0, 'latin1')
  return request
}

/** Ties the descriptor of /dev/net/tun to the interface `name`, made if need be; returns its name. Throws TunError. */
export function attach(libc: Libc, fd: number, name: string, offload: boolean): string {
  const request = ifreq(name)
  writeInt(request, 2, IFF_TUN | IFF_NO_PI | (offload ? IFF_VNET_HDR : 0))
  if (libc.ioctl(fd, TUNSETIFF, request) < 0) throw attachError(name, libc.errno())
  const attached = request.toString('latin1', 0, request.indexOf(0))
  setOffload(libc, fd, attached, offload)
  return attached
}

/**
 * What is left undone both ways: checksums and segmentation, or nothing. A persistent device keeps these settings from
 * whoever had it last, so all are made anew.
 */
function setOffload(libc: Libc, fd: number, name: string, offload: boolean): void {
  const failed =
    (offload &&
      (setInt(libc, fd, TUNSETVNETHDRSZ, VIRTIO_HEADER_LENGTH) < 0 || setInt(libc, fd, TUNSETVNETLE, 1) < 0)) ||
    libc.ioctlValue(fd, TUNSETOFFLOAD, offload ? TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 : 0) < 0
  if (failed) throw systemError(`setting the offloads of ${name}`, libc.errno())
}

function setInt(libc: Libc, fd: number, request: number, value: number): number {
  const argument = Buffer.alloc(4)
  writeInt(argument, 4, value, 0)
  return libc.ioctl(fd, request, argument)
}

/** The MTU of the interface `name`; 0 when there is none of that name in the namespace of `socket`. */
export function readMtu(libc: Libc, socket: number, name: string): number {
  const request = ifreq(name)
  if (libc.ioctl(socket, SIOCGIFMTU, request) < 0) return 0
  return new DataView(request.buffer, request.byteOffset).getInt32(IFREQ_VALUE, LITTLE)
}

/** Returns 0, or the errno that says why the MTU stays as it is. */
export function writeMtu(libc: Libc, socket: number, name: string, mtu: number): number {
  const request = ifreq(name)
  writeInt(request, 4, mtu)
  return libc.ioctl(socket, SIOCSIFMTU, request) < 0 ? libc.errno() : 0
}

const LITTLE = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1

/** Writes an integer of 2 or 4 bytes in this machine's order. */
function writeInt(bytes: Buffer, size: 2 | 4, value: number, offset = IFREQ_VALUE): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  if (size === 2) view.setUint16(offset, value, LITTLE)
  else view.setInt32(offset, value, LITTLE)
}
