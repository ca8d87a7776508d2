import { execFile } from 'node:child_process'
import { checkName, TunError } from './errors.ts'

/** The kernel's side of a TUN interface. */
export interface TunSettings {
  /** Addresses of the kernel, each with its prefix length: '10.9.0.1/24', 'fd00:9::1/64'. */
  address?: string | readonly string[]
  /** The address at our end, for a point-to-point link without a subnet ('10.9.0.2'). Goes with a single address. */
  peer?: string
  /** In bytes. */
  mtu?: number
  /** Packets the interface holds for this process before it drops; 500 in a new one. */
  queueLength?: number
}

/**
 * Brings the interface `name` up with these settings, by the commands `ip link` and `ip address`.
 * Rejects with TunError 'ERR_TUN_CONFIGURE', 'ERR_TUN_PERMISSION' or 'ERR_TUN_NAME'.
 */
export async function configureTun(name: string, settings: TunSettings): Promise<void> {
  checkName(name)
  for (const command of configureCommands(name, settings)) await runIp(command)
}

/** The arguments of `ip`, a list for each command. */
export function configureCommands(name: string, settings: TunSettings): string[][] {
  const link = ['link', 'set', 'dev', name]
  if (settings.mtu !== undefined) link.push('mtu', String(settings.mtu))
  if (settings.queueLength !== undefined) link.push('txqueuelen', String(settings.queueLength))
  link.push('up')
  const given = settings.address ?? []
  const addresses = typeof given === 'string' ? [given] : given
  return [link, ...addresses.map((address) => addressCommand(name, address, settings.peer))]
}

function addressCommand(name: string, address: string, peer: string | undefined): string[] {
  const command = ['address', 'replace', address]
  if (peer !== undefined) command.push('peer', peer)
  command.push('dev', name)
  // Two ends of a wire need no duplicate address detection, which would keep the address from use for a second.
  if (address.includes(':')) command.push('nodad')
  return command
}

function runIp(command: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile('ip', command, (error, _stdout, stderr) => {
      if (error === null) resolve()
      else reject(ipError(command, error, stderr.trim()))
    })
  })
}

function ipError(command: string[], error: Error & { code?: string | number | null }, said: string): TunError {
  const line = `ip ${command.join(' ')}`
  if (error.code === 'ENOENT') {
    return new TunError(
      'ERR_TUN_CONFIGURE',
      `the \`ip\` command, which \`${line}\` needs, is missing: install iproute2`,
      0,
      error,
    )
  }
  if (/not permitted|permission denied/i.test(said)) {
    return new TunError(
      'ERR_TUN_PERMISSION',
      `\`${line}\` was refused (${said}): run it as root once; a persistent device keeps its settings`,
      0,
      error,
    )
  }
  return new TunError('ERR_TUN_CONFIGURE', `\`${line}\` failed: ${said || error.message}`, 0, error)
}
