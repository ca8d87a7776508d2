import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** What a program said, both its outputs, and how it ended. */
export interface Outcome {
  readonly code: number
  readonly output: string
}

/** A project of its own that has estab installed as its users have it: from the package, not from the source. */
export class Consumer {
  readonly folder = mkdtempSync(join(tmpdir(), 'estab-consumer-'))

  private archive = ''

  /** Packs estab as it was built before, which all interop tests use. Throws Error when npm cannot. */
  async pack(): Promise<void> {
    const args = ['pack', '--ignore-scripts', '--pack-destination', this.folder]
    const { code, output } = await start('npm', args, ROOT, process.env)
    this.archive = output.match(/^estab-.*\.tgz$/m)?.[0] ?? ''
    if (code !== 0 || this.archive === '') throw new Error(`npm ${args.join(' ')}: ${output}`)
  }

  /**
   * Installs what was packed and `packages` from the registry, links `ours` of our own packages, and copies the files
   * of `sources` in. Throws Error when npm cannot.
   */
  async install(packages: readonly string[], ours: readonly string[], sources: string): Promise<void> {
    writeFileSync(join(this.folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
    cpSync(sources, this.folder, { recursive: true })
    const args = ['install', '--no-audit', '--no-fund', ...packages, `./${this.archive}`]
    const { code, output } = await start('npm', args, this.folder, process.env)
    if (code !== 0) throw new Error(`npm ${args.join(' ')}: ${output}`)
    for (const name of ours) symlinkSync(join(ROOT, 'node_modules', name), join(this.folder, 'node_modules', name))
  }

  /** Runs Node there, and knows nothing of the runner that this test runs in. */
  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
    const { PATH = '', HOME = '' } = process.env
    return start(process.execPath, args, this.folder, { PATH, HOME, NO_COLOR: '1', ...env })
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

function start(program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd, env, timeout: 120_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      resolve({ code, output: `${stdout}${stderr}${code === -1 ? error?.message : ''}` })
    })
  })
}
