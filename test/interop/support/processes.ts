import { type ChildProcess, spawn } from 'node:child_process'

export interface ProcessOptions {
  cwd?: string
  env?: NodeJS.ProcessEnv
}

export interface Ending {
  code: number | null
  signal: NodeJS.Signals | null
}

const running = new Set<Process>()

/** How long a process gets to end by itself when it is stopped. */
const GRACE = 3000
const PATIENCE = 15_000

/** The kernel kills the command when this process is gone, however it went. */
const DIE_WITH_PARENT = ['--pdeathsig', 'KILL', '--']

/** A child process whose output is collected, and which dies with this process. */
export class Process {
  readonly commandLine: string
  readonly pid: number
  /** Settles when the process has ended and all its output is there. */
  readonly ended: Promise<Ending>
  stdout = ''
  stderr = ''

  private readonly child: ChildProcess
  private readonly watchers = new Set<() => void>()
  private isEnded = false

  private constructor(command: string, args: readonly string[], options: ProcessOptions) {
    this.commandLine = [command, ...args].join(' ')
    this.child = spawn('setpriv', [...DIE_WITH_PARENT, command, ...args], { ...options, stdio: 'pipe' })
    this.pid = this.child.pid ?? -1
    running.add(this)
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text
      this.notify()
    })
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
      this.notify()
    })
    // A process that ends before it has read what was written to it is reported by its ending.
    this.child.stdin?.on('error', () => {})
    this.ended = new Promise((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null) => {
        running.delete(this)
        this.isEnded = true
        this.notify()
        resolve({ code, signal })
      }
      this.child.on('close', end)
      this.child.on('error', (error) => {
        this.stderr += `${error.message}\n`
        end(127, null)
      })
    })
  }

  static start(command: string, args: readonly string[], options: ProcessOptions = {}): Process {
    return new Process(command, args, options)
  }

  /** Stops whatever a test has left running. */
  static async stopAll(): Promise<void> {
    await Promise.all([...running].map((process) => process.stop()))
  }

  /** All lines so far, of standard output and standard error. */
  get output(): string {
    return this.stdout + this.stderr
  }

  /**
   * The first line of output that matches, whether it is there already or yet to come; lines of standard output
   * before position `from` are left aside. Rejects when the process ends without it, or after `patience` ms.
   */
  line(pattern: RegExp, from = 0, patience = PATIENCE): Promise<RegExpMatchArray> {
    return new Promise((resolve, reject) => {
      const settle = (action: () => void) => {
        clearTimeout(timer)
        this.watchers.delete(look)
        action()
      }
      const look = () => {
        const match = findLine(this.stdout.slice(from), pattern) ?? findLine(this.stderr, pattern)
        if (match !== null) settle(() => resolve(match))
        else if (this.isEnded) settle(() => reject(this.complaint(`ended without a line that matches ${pattern}`)))
      }
      const timer = setTimeout(
        () => settle(() => reject(this.complaint(`wrote no line that matches ${pattern} in ${patience} ms`))),
        patience,
      )
      this.watchers.add(look)
      look()
    })
  }

  /** Writes a line to standard input. */
  write(text: string): void {
    this.child.stdin?.write(`${text}\n`)
  }

  closeInput(): void {
    this.child.stdin?.end()
  }

  /** Asks the process to end, insists after a while. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ending> {
    if (!this.isEnded) this.child.kill(signal)
    const timer = setTimeout(() => this.child.kill('SIGKILL'), GRACE)
    const ending = await this.ended
    clearTimeout(timer)
    return ending
  }

  /** Waits for the end; rejects unless the exit status is 0. */
  async succeed(patience = 60_000): Promise<string> {
    const timer = setTimeout(() => this.child.kill('SIGKILL'), patience)
    const { code, signal } = await this.ended
    clearTimeout(timer)
    if (code !== 0) throw this.complaint(`ended with ${signal ?? `status ${code}`}`)
    return this.stdout
  }

  private complaint(what: string): Error {
    return new Error(`\`${this.commandLine}\` ${what}. Its output:\n${this.output}`)
  }

  private notify(): void {
    for (const look of [...this.watchers]) look()
  }
}

function findLine(text: string, pattern: RegExp): RegExpMatchArray | null {
  // What follows the last line break may not be whole yet.
  for (const line of text.split('\n').slice(0, -1)) {
    const match = line.match(pattern)
    if (match !== null) return match
  }
  return null
}
