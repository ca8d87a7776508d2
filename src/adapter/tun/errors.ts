/** What went wrong with a TUN device, in one word for programs. */
export type TunErrorCode =
  /** Not Linux. */
  | 'ERR_TUN_PLATFORM'
  /** koffi, which calls the C library, has no build for this machine. */
  | 'ERR_TUN_KOFFI'
  /** There is no /dev/net/tun. */
  | 'ERR_TUN_MISSING'
  /** This user may not do that. */
  | 'ERR_TUN_PERMISSION'
  /** Another process holds the device. */
  | 'ERR_TUN_BUSY'
  /** Not a name for an interface. */
  | 'ERR_TUN_NAME'
  /** An interface of that name exists and is no TUN that could be attached to. */
  | 'ERR_TUN_KIND'
  /** The interface was deleted while it was in use. */
  | 'ERR_TUN_GONE'
  /** The `ip` command is missing or refused. */
  | 'ERR_TUN_CONFIGURE'
  /** A system call failed in a way that none of the others covers. */
  | 'ERR_TUN_SYSTEM'

/** An error that says what to do about it. `errno` is the system's positive number, 0 where no call failed. */
export class TunError extends Error {
  readonly code: TunErrorCode
  readonly errno: number

  constructor(code: TunErrorCode, message: string, errno = 0, cause: unknown = undefined) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'TunError'
    this.code = code
    this.errno = errno
  }
}

// Linux, every architecture that Node runs on.
export const EPERM = 1
export const EIO = 5
export const EAGAIN = 11
export const EACCES = 13
export const EBUSY = 16
export const EINVAL = 22
export const ENOENT = 2
const ENXIO = 6
const ENODEV = 19
export const EBADFD = 77

/** Why /dev/net/tun did not open. */
export function openError(errno: number, cause: unknown = undefined): TunError {
  switch (errno) {
    case EPERM:
    case EACCES:
      return new TunError(
        'ERR_TUN_PERMISSION',
        'this user may not open /dev/net/tun: run as root, or let the user in with `chmod 0666 /dev/net/tun` ' +
          '(the usual mode; the kernel still checks who may use which device). ' +
          'In a container the device must also be allowed: `--device /dev/net/tun --cap-add NET_ADMIN`',
        errno,
        cause,
      )
    case ENOENT:
    case ENXIO:
    case ENODEV:
      return new TunError(
        'ERR_TUN_MISSING',
        'there is no /dev/net/tun: load the driver with `modprobe tun`; ' +
          'a container needs the device from its host: `--device /dev/net/tun --cap-add NET_ADMIN`',
        errno,
        cause,
      )
    default:
      return systemError('opening /dev/net/tun', errno, cause)
  }
}

/** Why the interface `name` ('' or a pattern: one to be made) could not be had. */
export function attachError(name: string, errno: number): TunError {
  const device = name === '' || name.includes('%') ? 'tun0' : name
  switch (errno) {
    case EPERM:
    case EACCES:
      return new TunError(
        'ERR_TUN_PERMISSION',
        `this user may not make or attach to the TUN device ${device}: run as root, or make the device once with ` +
          `\`sudo ip tuntap add dev ${device} mode tun user $USER\` and open it by that name`,
        errno,
      )
    case EBUSY:
      return new TunError(
        'ERR_TUN_BUSY',
        `another process holds the TUN device ${device}: stop that process, or open another device`,
        errno,
      )
    case EINVAL:
      return new TunError(
        'ERR_TUN_KIND',
        `there is an interface ${device} already that is no plain TUN device (a TAP, multi-queue or other kind): ` +
          `choose another name, or delete it with \`ip link delete ${device}\``,
        errno,
      )
    default:
      return systemError(`attaching to the TUN device ${device}`, errno)
  }
}

/** The interface was deleted under its user. */
export function goneError(name: string): TunError {
  return new TunError('ERR_TUN_GONE', `the TUN device ${name} was deleted: open it anew`, EBADFD)
}

/** A failure that has no advice of its own. */
export function systemError(doing: string, errno: number, cause: unknown = undefined): TunError {
  return new TunError('ERR_TUN_SYSTEM', `${doing} failed with errno ${errno}`, errno, cause)
}

const NAME_LIMIT = 15

/**
 * Checks an interface name as the kernel would (dev_valid_name), so that the error can say what is wrong with it.
 * Throws TunError 'ERR_TUN_NAME'.
 */
export function checkName(name: string): void {
  const fault = nameFault(name)
  if (fault !== '') throw new TunError('ERR_TUN_NAME', `'${name}' is no name for an interface: ${fault}`)
}

function nameFault(name: string): string {
  if (name.length > NAME_LIMIT) return `it has ${name.length} characters, and at most ${NAME_LIMIT} are allowed`
  if (name === '.' || name === '..') return 'it is a directory'
  if (!/^[!-~]*$/.test(name)) return 'only printable ASCII without spaces is allowed'
  if (/[/:]/.test(name)) return "'/' and ':' are not allowed"
  if (name.replace('%d', '').includes('%')) return "'%' may only stand in one '%d', where the kernel puts a number"
  return ''
}
