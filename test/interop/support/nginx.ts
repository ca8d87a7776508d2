import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NetworkNamespace } from './namespace.ts'
import type { Process } from './processes.ts'

export interface NginxOptions {
  namespace: NetworkNamespace
  /** IPv6 without brackets. */
  address: string
  port: number
  /** The folder to be served. */
  root: string
  /** More lines for the `server` block. */
  server?: string
}

/** An nginx with a folder of its own for everything it writes. */
export class Nginx {
  /** 'http://10.9.0.1:8080' */
  readonly url: string
  private readonly process: Process
  private readonly folder: string

  private constructor(url: string, process: Process, folder: string) {
    this.url = url
    this.process = process
    this.folder = folder
  }

  static async start(options: NginxOptions): Promise<Nginx> {
    const folder = mkdtempSync(join(tmpdir(), 'estab-nginx-'))
    mkdirSync(join(folder, 'temp'))
    const host = options.address.includes(':') ? `[${options.address}]` : options.address
    const config = join(folder, 'nginx.conf')
    writeFileSync(config, configuration(folder, `${host}:${options.port}`, options))
    const process = options.namespace.start('nginx', ['-p', folder, '-c', config, '-e', 'stderr'])
    const nginx = new Nginx(`http://${host}:${options.port}`, process, folder)
    try {
      // It listens before it starts its workers, and says so at level notice.
      await process.line(/start worker process /)
    } catch (error) {
      await nginx.stop()
      throw error
    }
    return nginx
  }

  /** The requests it has answered, a line each. Not after `stop`. */
  get log(): string {
    return readFileSync(join(this.folder, 'access.log'), 'utf8')
  }

  async stop(): Promise<void> {
    await this.process.stop('SIGQUIT')
    rmSync(this.folder, { recursive: true, force: true })
  }
}

function configuration(folder: string, listen: string, options: NginxOptions): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `
daemon off;
user root;
worker_processes 1;
pid ${join(folder, 'nginx.pid')};
error_log stderr notice;
events { worker_connections 4096; }
http {
  access_log ${join(folder, 'access.log')};
  default_type application/octet-stream;
  sendfile on;
${temporary.map((name) => `  ${name}_temp_path ${join(folder, 'temp', name)};`).join('\n')}
  server {
    listen ${listen};
    root ${options.root};
    ${options.server ?? ''}
  }
}
`
}
