import { execFileSync } from 'node:child_process'
import { closeSync, existsSync, openSync } from 'node:fs'
import koffi from 'koffi'
import { Process, type ProcessOptions } from './processes.ts'

const CLONE_NEWNET = 0x4000_0000
const PREFIX = 'estab'

const alive = new Set<NetworkNamespace>()
let made = 0
/** The namespace this thread came from, while it is in another; -1 while it is there. */
let home = -1

process.on('exit', () => {
  for (const namespace of [...alive]) namespace.delete()
})

/**
 * A network namespace of the kernel's own: interfaces, addresses and routes in it have nothing to do with those of
 * the machine. Deleted with this process at the latest. Needs root.
 */
export class NetworkNamespace {
  readonly name: string

  private constructor(name: string) {
    this.name = name
  }

  /** A new namespace in which only the loopback interface is up. */
  static create(): NetworkNamespace {
    if (made === 0) deleteStrays()
    made++
    const namespace = new NetworkNamespace(`${PREFIX}-${process.pid}-${made}`)
    ip(['netns', 'add', namespace.name])
    alive.add(namespace)
    namespace.ip('link', 'set', 'dev', 'lo', 'up')
    return namespace
  }

  /** Runs a command in this namespace and returns what it wrote; throws when it fails. Blocks. */
  run(command: string, ...args: string[]): string {
    return ip(['netns', 'exec', this.name, command, ...args])
  }

  /** Runs `ip` on this namespace. */
  ip(...args: string[]): string {
    return ip(['-netns', this.name, ...args])
  }

  /** Sets a kernel parameter of this namespace: 'net.ipv4.ip_forward'. */
  sysctl(name: string, value: string | number): void {
    this.run('sysctl', '-q', '-w', `${name}=${value}`)
  }

  /** Starts a process in this namespace. */
  start(command: string, args: readonly string[], options: ProcessOptions = {}): Process {
    return Process.start('ip', ['netns', 'exec', this.name, command, ...args], options)
  }

  /**
   * Moves this thread into the namespace: TUN devices it opens, sockets it makes and processes it starts from now on
   * are there. Other threads (name lookups, file access) stay where they are.
   */
  enter(): void {
    if (home < 0) home = openSync('/proc/thread-self/ns/net', 'r')
    moveTo(`/var/run/netns/${this.name}`)
  }

  /** Moves this thread back to where it was at first. */
  static leave(): void {
    if (home < 0) return
    setns(home)
    closeSync(home)
    home = -1
  }

  /** Runs `action`, which must not wait for anything, inside the namespace. */
  within<T>(action: () => T): T {
    this.enter()
    try {
      return action()
    } finally {
      NetworkNamespace.leave()
    }
  }

  delete(): void {
    if (!alive.delete(this)) return
    ip(['netns', 'delete', this.name])
  }
}

/** Namespaces whose makers were killed before they could clean up. */
function deleteStrays(): void {
  for (const line of ip(['netns', 'list']).split('\n')) {
    const match = line.match(new RegExp(`^(${PREFIX}-(\\d+)-\\d+)\\b`))
    if (match !== null && !existsSync(`/proc/${match[2]}`)) ip(['netns', 'delete', match[1] ?? ''])
  }
}

function ip(args: string[]): string {
  try {
    return execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim()
    throw new Error(`\`ip ${args.join(' ')}\` failed: ${said || (error as Error).message}`, { cause: error })
  }
}

function moveTo(path: string): void {
  const fd = openSync(path, 'r')
  try {
    setns(fd)
  } finally {
    closeSync(fd)
  }
}

let callSetns: ((fd: number, kind: number) => number) | null = null

function setns(fd: number): void {
  callSetns ??= koffi.load(null).func('int setns(int fd, int kind)') as (fd: number, kind: number) => number
  if (callSetns(fd, CLONE_NEWNET) < 0) throw new Error(`setns failed with errno ${koffi.errno()}`)
}
