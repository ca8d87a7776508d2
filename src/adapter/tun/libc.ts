import { createRequire } from 'node:module'
import { TunError } from './errors.ts'

/**
 * The few calls of the C library that Node does not offer. Each returns -1 on failure, after which `errno` tells why.
 *
 * Packet buffers go as addresses in a `number` (user space ends at 2^47, or 2^56 with five-level tables, and
 * allocators stay far below 2^53): a pointer in the middle of a buffer is then an addition, where a subarray would
 * be an allocation. The owner of the buffer keeps it alive.
 */
export interface Libc {
  read(fd: number, address: number, length: number): number
  write(fd: number, address: number, length: number): number
  /** An ioctl whose argument is a structure in memory. */
  ioctl(fd: number, request: number, argument: Uint8Array): number
  /** An ioctl whose argument is a plain number. */
  ioctlValue(fd: number, request: number, argument: number): number
  /** Fills `pair` with two int32 file descriptors. */
  socketpair(domain: number, type: number, protocol: number, pair: Int32Array): number
  dup3(from: number, to: number, flags: number): number
  /** The error of the last call that failed. */
  errno(): number
  /** Where the bytes of `buffer` are. They stay there unless the array is tiny (64 bytes). */
  address(buffer: Uint8Array): number
}

let loaded: Libc | null = null

/** The C library of this process, loaded on first use. Throws TunError 'ERR_TUN_PLATFORM' or 'ERR_TUN_KOFFI'. */
export function loadLibc(): Libc {
  loaded ??= bind()
  return loaded
}

function bind(): Libc {
  if (process.platform !== 'linux') {
    throw new TunError(
      'ERR_TUN_PLATFORM',
      `TUN devices are supported on Linux only, and this is ${process.platform}: ` +
        'use a Linux machine or container, or connect hosts in memory',
    )
  }
  const koffi = loadKoffi()
  // Null is the process itself, which is linked to its C library, whichever that is (glibc or musl).
  const library = koffi.load(null)
  const ioctl = library.func('int ioctl(int fd, unsigned long request, ...)')
  return {
    read: library.func('int read(int fd, uintptr_t address, size_t length)'),
    write: library.func('int write(int fd, uintptr_t address, size_t length)'),
    ioctl: (fd, request, argument) => ioctl(fd, request, 'void *', argument),
    ioctlValue: (fd, request, argument) => ioctl(fd, request, 'unsigned long', argument),
    socketpair: library.func('int socketpair(int domain, int type, int protocol, _Out_ int *pair)'),
    dup3: library.func('int dup3(int from, int to, int flags)'),
    errno: () => koffi.errno(),
    address: (buffer) => Number(koffi.address(buffer)),
  }
}

/** Loaded only here, so that a program on a machine without koffi can still import this module and tell its user. */
function loadKoffi(): typeof import('koffi') {
  try {
    return createRequire(import.meta.url)('koffi')
  } catch (cause) {
    throw new TunError(
      'ERR_TUN_KOFFI',
      `koffi, which calls the C library, does not load on ${process.platform}-${process.arch}: ` +
        'install it with `npm install koffi` (its prebuilt binary is an optional dependency: not with `--omit=optional`)',
      0,
      cause,
    )
  }
}
