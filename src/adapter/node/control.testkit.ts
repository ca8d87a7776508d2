import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A directory of the test's own; control sockets are in `estab` in it, and are not looked for elsewhere. */
export class RuntimeDirectory {
  readonly path = mkdtempSync(join(tmpdir(), 'estab-control-'))

  constructor() {
    process.env.ESTAB_CONTROL_DIR = join(this.path, 'estab')
  }

  remove(): void {
    delete process.env.ESTAB_CONTROL_DIR
    rmSync(this.path, { recursive: true, force: true })
  }
}

/** What comes back for `bytes`, up to the end. */
export function say(path: string, bytes: Uint8Array | string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(path)
    socket.setEncoding('utf8')
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(text))
    socket.end(bytes)
  })
}
