import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Tests to run: of `files` those whose full names match `pattern`. */
export interface TestRequest {
  readonly files: readonly string[]
  readonly pattern: string
}

/** The same for the process, with the files that have changed since the last request; all paths count from the root. */
export interface Request extends TestRequest {
  readonly changed: readonly string[]
}

/** What came of it. */
export interface Outcome {
  readonly passed: number
  /** Names of the tests that failed. */
  readonly failures: readonly string[]
  /** What kept a file from loading; '' = nothing. */
  readonly broken: string
}

/** A mutant that loops is given up after so long, milliseconds. */
const PATIENCE = 45_000

/** A process that runs tests of the scratch copy at `root`; begun anew when a mutant has hung it. */
export class MutantRunner {
  private readonly root: string
  private child: ChildProcess | null = null
  private changed: string[] = []

  constructor(root: string) {
    this.root = root
  }

  /** `file` has changed. */
  forget(file: string): void {
    this.changed.push(file)
  }

  /** One request at a time. A run that hangs counts as a failure. */
  async run(request: TestRequest): Promise<Outcome> {
    const child = await this.start()
    return new Promise((resolve, reject) => {
      const settle = (outcome: Outcome) => {
        clearTimeout(timer)
        child.removeAllListeners()
        resolve(outcome)
      }
      const timer = setTimeout(() => {
        this.child = null
        settle({ passed: 0, failures: [`no end within ${PATIENCE / 1000} s`], broken: '' })
        child.kill('SIGKILL')
      }, PATIENCE)
      child.once('message', settle)
      child.once('exit', (code) => {
        clearTimeout(timer)
        reject(new Error(`the runner has ended with ${code}`))
      })
      child.send({ ...request, changed: this.changed } satisfies Request)
      this.changed = []
    })
  }

  stop(): void {
    this.child?.removeAllListeners()
    this.child?.kill('SIGKILL')
    this.child = null
  }

  private async start(): Promise<ChildProcess> {
    if (this.child !== null) return this.child
    const program = fileURLToPath(new URL('./mutant-runner-main.js', import.meta.url))
    const child = fork(program, [this.root], { cwd: this.root, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    await new Promise<void>((resolve, reject) => {
      child.once('message', () => resolve())
      child.once('exit', (code) => reject(new Error(`the runner has not begun: ${code}`)))
    })
    child.removeAllListeners()
    this.child = child
    return child
  }
}
