import { Command } from 'commander'
import type { SocketOption } from '../src/socket/option-table.ts'
import { connect } from '../src/socket/stream-socket.ts'
import { EXIT } from './exit-codes.ts'
import { Failure, failed } from './failure.ts'
import { FileSink } from './file-sink.ts'
import { HttpGet } from './http-client.ts'
import type { HttpResponse } from './http-response.ts'
import { type HttpUrl, parseUrl } from './http-url.ts'
import { resolve } from './names.ts'
import { run, withTunHost } from './run-command.ts'
import { IdleError, TimedStream } from './timed-stream.ts'
import { TransferProgress } from './transfer-progress.ts'
import type { TunHost } from './tun-host.ts'
import { addTunOptions, NETWORK_HELP, type TunHostOptions } from './tun-options.ts'
import { repeatable, resolution, seconds, socketOption } from './values.ts'

interface GetOptions extends TunHostOptions {
  output?: string
  quiet?: boolean
  include?: boolean
  resolve?: [string, string][]
  timeout?: number
  socketOption?: [SocketOption, number][]
}

export function getCommand(): Command {
  const command = new Command('get')
    .description('fetch an http:// URL')
    .argument('<url>', 'http://10.9.0.1:8080/file, or without http://')
    .option('-o, --output <file>', 'writes to this file instead of standard output')
    .option('-i, --include', 'shows the head of the answer on standard error')
    .option('-q, --quiet', 'neither progress nor sums')
    .option('--timeout <seconds>', 'gives up when nothing moves for so long; without it TCP decides', seconds)
    .option('--resolve <name:address>', 'address of a name; may be repeated', repeatable(resolution))
    .option(
      '--socket-option <name=value>',
      'an option by its Linux name, such as TCP_USER_TIMEOUT=5000; may be repeated',
      repeatable(socketOption),
    )
  return addTunOptions(command)
    .addHelpText(
      'after',
      `${NETWORK_HELP}

Examples:
  sudo estab get http://10.9.0.1:8000/      against: python3 -m http.server -b 10.9.0.1 8000
  sudo estab get -o big.iso '[fd00:9::1]:8000/big.iso' --pcap big.pcapng

Redirects are not followed. The content of an answer that is no success is not written.
Exit codes: 0 the file was fetched, 1 wrong usage, 2 connection, device or file failed,
3 the server answered with a redirect or an error (status 300 and more), 130 Ctrl-C.`,
    )
    .action((url: string, options: GetOptions) => run(() => get(url, options)))
}

async function get(text: string, options: GetOptions): Promise<number> {
  const url = parseUrl(text)
  const address = resolve(url.host, options.resolve ?? [])
  return withTunHost(options, EXIT.interrupted, async (tun) => {
    try {
      return await fetch(tun, address, url, options)
    } catch (error) {
      if (error instanceof IdleError) throw new Failure(`${url.authority}: nothing has moved for ${options.timeout} s`)
      throw failed(error, `${address} port ${url.port}`)
    }
  })
}

async function fetch(tun: TunHost, address: string, url: HttpUrl, options: GetOptions): Promise<number> {
  const socket = connect(tun.host, {
    address,
    port: url.port,
    options: Object.fromEntries(options.socketOption ?? []),
  })
  const stream = new TimedStream(socket, (options.timeout ?? Number.POSITIVE_INFINITY) * 1000)
  await stream.opened()
  const request = new HttpGet(stream, url)
  const response = await request.head()
  if (options.include === true) show(response)
  if (response.status >= 300) {
    stream.abort()
    throw new Failure(refusalOf(response, url), EXIT.refused)
  }
  await save(request, response, options)
  stream.close()
  return EXIT.ok
}

async function save(request: HttpGet, response: HttpResponse, options: GetOptions): Promise<void> {
  const toStdout = options.output === undefined || options.output === '-'
  const sink = toStdout ? FileSink.toStdout() : FileSink.toFile(options.output ?? '')
  const total = response.framing.kind === 'length' ? response.framing.length : -1
  // A bar would be torn apart by what else comes to the screen.
  const progress = new TransferProgress(total, options.quiet !== true && !sink.isTerminal && options.verbose !== true)
  try {
    await request.content(response, async (bytes) => {
      progress.add(bytes.length)
      await sink.write(bytes)
    })
    await sink.end()
  } finally {
    progress.end()
  }
  if (options.quiet !== true && !sink.isTerminal) process.stderr.write(`${progress.summary}\n`)
}

function show(response: HttpResponse): void {
  process.stderr.write(`HTTP/1.1 ${response.status} ${response.reason}\n`)
  for (const [name, value] of response.fields) process.stderr.write(`${name}: ${value}\n`)
  process.stderr.write('\n')
}

function refusalOf(response: HttpResponse, url: HttpUrl): string {
  const what = `http://${url.authority}${url.target}: ${response.status} ${response.reason}`.trimEnd()
  const location = response.fields.get('location')
  if (response.status >= 400 || location === undefined) return what
  return `${what}: redirects are not followed; it leads to ${location}`
}
