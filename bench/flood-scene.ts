import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { HonestReport } from './honest-clients.ts'

/** estab's address on its TUN device, and the echo service of `estab serve`. */
const ADDRESS = '10.9.0.2'
const ECHO = 7

/** A flood that lasts until all that want to be served meanwhile have been, or have lost patience. */
export interface FloodPlan {
  /** tcp_syncookies of the host. */
  readonly syncookies: 0 | 1 | 2
  /** SYNs per second; 0 = as many as can be sent. */
  readonly rate: number
  readonly clients: number
  /** Milliseconds between two clients, and how long each waits to be served. */
  readonly spacing: number
  readonly patience: number
}

export interface FloodOutcome {
  /** SYNs that the flood has sent, and the seconds it took. */
  readonly sent: number
  readonly seconds: number
  /** SYNs that the host has taken from the device, to answer or drop them. */
  readonly handled: number
  readonly honest: HonestReport
  /** Resident memory of the host's process in bytes: before, the most, after. */
  readonly memory: { readonly before: number; readonly most: number; readonly after: number }
  /** The host's counters by nstat's names. */
  readonly counters: Readonly<Record<string, number>>
}

/**
 * `estab serve` on a TUN device of a network namespace, forged SYNs that the kernel forwards to it from another
 * device, and clients of the kernel's own. Needs root and the built programs in `dist`.
 */
export class FloodScene {
  private static made = 0
  private readonly dist: string
  private readonly namespace: string
  private readonly children: ChildProcess[] = []

  constructor(dist: string) {
    FloodScene.made += 1
    this.dist = dist
    this.namespace = `estab-flood-${process.pid}-${FloodScene.made}`
    ip('netns', 'add', this.namespace)
    ip('-n', this.namespace, 'link', 'set', 'lo', 'up')
    // Whoever is not here gets no answer, not even that there is no way.
    ip('-n', this.namespace, 'route', 'add', 'blackhole', 'default')
    const settings = ['net.ipv4.ip_forward=1', 'net.ipv4.conf.all.rp_filter=0', 'net.ipv4.conf.default.rp_filter=0']
    ip('netns', 'exec', this.namespace, 'sysctl', '-q', '-w', ...settings)
  }

  async run(plan: FloodPlan): Promise<FloodOutcome> {
    const setting = `tcp_syncookies=${plan.syncookies}`
    const server = this.start(
      'cli/main.js',
      'serve',
      '--no-http',
      '--stats',
      '--route',
      '0.0.0.0/0',
      '--sysctl',
      setting,
    )
    await server.said(/^listening/)
    const clients = this.start('bench/honest-clients.js', ADDRESS, ECHO, plan.clients, plan.spacing, plan.patience)
    const storm = this.start('bench/syn-source.js', ADDRESS, ECHO, plan.rate)
    await Promise.all([clients.said(/^established$/), storm.said(/^ready$/)])
    const before = server.resident()
    let most = before
    const watch = setInterval(() => {
      most = Math.max(most, server.resident())
    }, 100)
    storm.tell('go')
    clients.tell('go')
    const [, report = ''] = await clients.said(/^report (.*)$/)
    storm.tell('stop')
    const [, sent, milliseconds] = await storm.said(/^sent (\d+) (\d+)$/)
    clearInterval(watch)
    const after = server.resident()
    const counters = await server.interrupt()
    const count = (name: string) => counters[name] ?? 0
    return {
      sent: Number(sent),
      seconds: Number(milliseconds) / 1000,
      handled: count('TcpExtSyncookiesSent') + count('TcpExtTCPReqQFullDrop'),
      honest: JSON.parse(report),
      memory: { before, most: Math.max(most, after), after },
      counters,
    }
  }

  /** Ends all that is left of it. */
  close(): void {
    for (const child of this.children) child.kill('SIGKILL')
    ip('netns', 'delete', this.namespace)
  }

  private start(program: string, ...args: readonly (string | number)[]): Program {
    const words = [process.execPath, join(this.dist, program), ...args.map(String)]
    const inside = ['ip', 'netns', 'exec', this.namespace, ...words]
    // No flood without whoever has begun it.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...inside], { stdio: 'pipe' })
    this.children.push(child)
    return new Program(child, program)
  }
}

/** A child that says things line by line. */
class Program {
  private readonly child: ChildProcess
  private readonly name: string
  private readonly lines: string[] = []
  private readonly ended: Promise<void>
  private errors = ''
  private over = false
  private look: () => void = () => {}

  constructor(child: ChildProcess, name: string) {
    this.child = child
    this.name = name
    if (child.stdout === null || child.stderr === null) throw new Error('the child has no output')
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.lines.push(line)
      this.look()
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.errors += text
    })
    this.ended = new Promise((resolve) => {
      child.on('close', () => {
        this.over = true
        this.look()
        resolve()
      })
    })
  }

  tell(text: string): void {
    this.child.stdin?.write(`${text}\n`)
  }

  /** The first line that matches, as soon as it is there; one call at a time. */
  said(pattern: RegExp): Promise<RegExpMatchArray> {
    return new Promise((resolve, reject) => {
      this.look = () => {
        const match = this.lines.map((line) => line.match(pattern)).find((found) => found !== null)
        if (match !== undefined && match !== null) resolve(match)
        else if (this.over) reject(new Error(`${this.name} has ended without ${pattern}: ${this.errors}`))
      }
      this.look()
    })
  }

  /** Bytes of memory that are in use. */
  resident(): number {
    const [, kibibytes = '0'] = readFileSync(`/proc/${this.child.pid}/status`, 'utf8').match(/^VmRSS:\s+(\d+)/m) ?? []
    return 1024 * Number(kibibytes)
  }

  /** Ctrl-C, twice if need be; the counters that it shows at its end. */
  async interrupt(): Promise<Record<string, number>> {
    this.child.kill('SIGINT')
    const again = setTimeout(() => this.child.kill('SIGINT'), 1000)
    await this.ended
    clearTimeout(again)
    return Object.fromEntries(
      [...this.errors.matchAll(/^(\w+) (\d+)$/gm)].map(([, name, value]) => [name, Number(value)]),
    )
  }
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] })
}
