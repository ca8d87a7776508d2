import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/**
 * estab on a TUN device against the Linux kernel, and the kernel against itself over a veth pair with its
 * offloads off, in network namespaces of their own. Needs root.
 */

const SECONDS = 3
const cli = fileURLToPath(new URL('../cli/main.js', import.meta.url))
const peer = fileURLToPath(new URL('./kernel-peer.js', import.meta.url))
const names = [`estab-bench-${process.pid}-a`, `estab-bench-${process.pid}-b`] as const
const [left, right] = names
const children: ChildProcess[] = []

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] })
}

/** The kernel's congestion control on that route: BBR, which some kernels default to, paces. */
function cubic(namespace: string, prefix: string, device: string): void {
  ip('-n', namespace, 'route', 'change', prefix, 'dev', device, 'congctl', 'cubic')
}

/** Starts node in a namespace, and waits until it says that it listens. */
function serve(namespace: string, ...args: string[]): Promise<ChildProcess> {
  const child = spawn('ip', ['netns', 'exec', namespace, process.execPath, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (text) => {
      if (String(text).includes('listening')) resolve(child)
    })
    child.on('exit', (code) => reject(new Error(`${args.join(' ')} ended with ${code}`)))
  })
}

async function stop(child: ChildProcess): Promise<void> {
  child.removeAllListeners('exit')
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

function measure(mode: 'receive' | 'send', namespace: string, address: string): number {
  const args = ['netns', 'exec', namespace, process.execPath, peer, mode, address, String(SECONDS)]
  return Number(execFileSync('ip', args, { encoding: 'utf8' }))
}

interface Both {
  /** Mbit/s from the server to the kernel's client, and back. */
  out: number
  in: number
}

async function estab(offload: boolean, mtu: number): Promise<Both> {
  const args = [cli, 'serve', '--no-http', '--mtu', String(mtu), ...(offload ? [] : ['--no-offload'])]
  const server = await serve(left, ...args)
  cubic(left, '10.9.0.0/24', 'estab0')
  const figures = { out: measure('receive', left, '10.9.0.2'), in: measure('send', left, '10.9.0.2') }
  await stop(server)
  return figures
}

async function kernel(): Promise<Both> {
  ip('-n', left, 'link', 'add', 'va', 'type', 'veth', 'peer', 'name', 'vb', 'netns', right)
  for (const [namespace, device, address] of [
    [left, 'va', '10.8.0.1/24'],
    [right, 'vb', '10.8.0.2/24'],
  ] as const) {
    ip('-n', namespace, 'address', 'add', address, 'dev', device)
    ip('-n', namespace, 'link', 'set', device, 'up')
    execFileSync(
      'ip',
      ['netns', 'exec', namespace, 'ethtool', '-K', device, 'tso', 'off', 'gso', 'off', 'gro', 'off'],
      {
        stdio: 'ignore',
      },
    )
  }
  const server = await serve(right, peer, 'serve', '10.8.0.2')
  const figures = { out: measure('receive', left, '10.8.0.2'), in: measure('send', left, '10.8.0.2') }
  await stop(server)
  return figures
}

function row(name: string, figures: Both, limit: Both): string {
  const cell = (value: number, of: number) =>
    `${value.toLocaleString('en-US')} (${(value / of).toFixed(2)})`.padStart(20)
  return `${name.padEnd(36)}${cell(figures.out, limit.out)}${cell(figures.in, limit.in)}\n`
}

try {
  for (const name of names) {
    ip('netns', 'add', name)
    ip('-n', name, 'link', 'set', 'lo', 'up')
  }
  const plain = await estab(false, 1500)
  const offloaded = await estab(true, 1500)
  const limit = await kernel()
  process.stdout.write('Mbit/s on one connection; in brackets the ratio to the kernel over veth, offloads off\n\n')
  process.stdout.write(`${''.padEnd(36)}${'to the peer'.padStart(20)}${'from the peer'.padStart(20)}\n`)
  process.stdout.write(row('estab, TUN, MTU 1500', plain, limit))
  process.stdout.write(row('estab, TUN, MTU 1500, offload', offloaded, limit))
  process.stdout.write(row('kernel, veth, MTU 1500, no offload', limit, limit))
} finally {
  for (const child of children) child.kill('SIGKILL')
  for (const name of names) ip('netns', 'delete', name)
}
