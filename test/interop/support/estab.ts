import { fileURLToPath } from 'node:url'
import type { NetworkNamespace } from './namespace.ts'
import type { Process } from './processes.ts'
import { ESTAB_V4, ESTAB_V6, KERNEL_V4, KERNEL_V6 } from './relay-process.ts'

/** The built command line. */
export const ESTAB = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url))

export type Family = 'IPv4' | 'IPv6'

/** Families and kinds of device that estab is tried with. */
export const COMBINATIONS: readonly { family: Family; offload: boolean }[] = [
  { family: 'IPv4', offload: true },
  { family: 'IPv6', offload: true },
  { family: 'IPv4', offload: false },
  { family: 'IPv6', offload: false },
]

/** estab's addresses, and the kernel's, as they are and as a URL has them. */
export const OURS: Readonly<Record<Family, string>> = { IPv4: ESTAB_V4, IPv6: ESTAB_V6 }
export const THEIRS: Readonly<Record<Family, string>> = { IPv4: KERNEL_V4, IPv6: KERNEL_V6 }

export function inUrl(address: string): string {
  return address.includes(':') ? `[${address}]` : address
}

/** Addresses of our end without the kernel's, for a device that the test sets up. */
export const OWN_ADDRESSES = ['--address', `${ESTAB_V4}/24`, '--address', `${ESTAB_V6}/64`]

export function offloadOption(offload: boolean): string {
  return offload ? '--offload' : '--no-offload'
}

/** Starts `estab COMMAND`, as built, in the namespace. */
export function startEstab(namespace: NetworkNamespace, ...args: string[]): Process {
  return namespace.start(process.execPath, [ESTAB, ...args])
}

/** Starts `estab serve`; resolves when it listens. */
export async function serveEstab(namespace: NetworkNamespace, ...args: string[]): Promise<Process> {
  const server = startEstab(namespace, 'serve', ...args)
  await server.line(/^listening on /)
  return server
}

/** Ctrl-C. Returns what --stats has shown; throws unless the exit code is 0. */
export async function interrupt(server: Process): Promise<Readonly<Record<string, number>>> {
  const { code, signal } = await server.stop('SIGINT')
  if (code !== 0) throw new Error(`${server.commandLine} ended with ${signal ?? code}:\n${server.output}`)
  return counters(server.stderr)
}

/** The counters in the output of --stats. */
export function counters(output: string): Readonly<Record<string, number>> {
  const found: Record<string, number> = {}
  for (const [, name = '', value = ''] of output.matchAll(/^(\w+) (\d+)$/gm)) found[name] = Number(value)
  return found
}

/**
 * Makes the TUN device in the namespace that estab will attach to, so that it is up and has its routes before the
 * first packet.
 */
export function makeDevice(namespace: NetworkNamespace, name = 'estab0'): void {
  namespace.ip('tuntap', 'add', 'dev', name, 'mode', 'tun')
}
