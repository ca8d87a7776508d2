import { fileURLToPath } from 'node:url'
import { Process } from '../../interop/support/processes.ts'

/** The built command line, from test/e2e/support/ and, compiled, from dist/.e2e/test/e2e/support/. */
export const ESTAB = fileURLToPath(
  new URL(
    import.meta.url.includes('/dist/') ? '../../../../cli/main.js' : '../../../dist/cli/main.js',
    import.meta.url,
  ),
)

/** `estab lab`, as a user starts it. */
export class LabProcess {
  /** 'http://127.0.0.1:40211/' */
  readonly address: string
  private readonly process: Process

  private constructor(process: Process, address: string) {
    this.process = process
    this.address = address
  }

  static async start(): Promise<LabProcess> {
    const process = Process.start('node', [ESTAB, 'lab', '--no-open', '--port', '0'])
    const [, address = ''] = await process.line(/^the lab is at (\S+)/)
    return new LabProcess(process, address)
  }

  async stop(): Promise<void> {
    await this.process.stop('SIGINT')
  }
}
