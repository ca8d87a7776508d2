import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** What every interop test needs beside root and the TUN driver. */
const PROGRAMS = ['ip', 'setpriv', 'sysctl', 'unshare']

/** In plain words why the interop tests cannot run on this machine; '' when they can. */
export function obstacle(programs: readonly string[] = []): string {
  if (process.platform !== 'linux') return `interop tests need Linux, and this is ${process.platform}`
  if (process.getuid?.() !== 0) return 'interop tests need root, for network namespaces: run them with sudo'
  if (!existsSync('/dev/net/tun')) return 'there is no /dev/net/tun: `modprobe tun`, or give the container the device'
  const missing = [...PROGRAMS, ...programs].filter((program) => !isInstalled(program))
  if (missing.length > 0) return `programs are missing: ${missing.join(', ')}`
  if (spawnSync('unshare', ['--net', '--mount', 'true']).status !== 0) {
    return 'root may not make network namespaces here: the container needs --privileged, or SYS_ADMIN and NET_ADMIN'
  }
  return ''
}

/** Under CI=true a test that is skipped would go unnoticed, so there it fails. */
export function mustRun(): boolean {
  return process.env.CI === 'true'
}

/** Directories that a plain user's PATH may lack. */
const SYSTEM_PATH = ['/usr/sbin', '/sbin']

function isInstalled(program: string): boolean {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...SYSTEM_PATH]
  return folders.some((folder) => isExecutable(join(folder, program)))
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
