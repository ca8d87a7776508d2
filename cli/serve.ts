import { Command } from 'commander'
import { Live } from '../src/adapter/node/index.ts'
import type { SocketOption } from '../src/socket/option-table.ts'
import { listen, type ServerSocket } from '../src/socket/server-socket.ts'
import type { StreamSocket } from '../src/socket/stream-socket.ts'
import { EXIT } from './exit-codes.ts'
import { failed } from './failure.ts'
import { FileSite } from './file-site.ts'
import { serveHttp } from './http-server.ts'
import { LabServer } from './lab-server.ts'
import { LiveServer } from './live-server.ts'
import { run, withTunHost } from './run-command.ts'
import { acceptAll, discard, echo, source } from './services.ts'
import type { TunHost } from './tun-host.ts'
import { addTunOptions, NETWORK_HELP, type TunHostOptions } from './tun-options.ts'
import { integer, repeatable, seconds, socketOption } from './values.ts'

interface ServeOptions extends TunHostOptions {
  root: string
  /** Ports; 0 or false = not offered. */
  http: number | false
  echo: number | false
  discard: number | false
  source: number | false
  /** Seconds. */
  idleTimeout: number
  socketOption?: [SocketOption, number][]
  lab?: boolean
  labPort?: number
}

interface Service {
  readonly name: string
  readonly port: number
  serve(socket: StreamSocket): void
}

const port = integer(0, 65_535)

export function serveCommand(): Command {
  const command = new Command('serve')
    .description('serve files by HTTP, and the echo, discard and source services, on a TUN device')
    .option('--root <folder>', 'folder whose files are served', '.')
    .option('--http <port>', 'port of the HTTP server; 0 for none', port, 80)
    .option('--echo <port>', 'port that sends back what comes; 0 for none', port, 7)
    .option('--discard <port>', 'port that throws away what comes; 0 for none', port, 9)
    .option('--source <port>', 'port that sends without end until the peer closes; 0 for none', port, 19)
    .option('--no-http', 'no HTTP server')
    .option('--no-echo', 'no echo service')
    .option('--no-discard', 'no discard service')
    .option('--no-source', 'no source service')
    .option('--idle-timeout <seconds>', 'an HTTP connection on which nothing moves is closed', seconds, 60)
    .option(
      '--socket-option <name=value>',
      'an option of every accepted connection by its Linux name, such as SO_KEEPALIVE=1; may be repeated',
      repeatable(socketOption),
    )
  addTunOptions(command)
    .optionsGroup('Lab:')
    .option('--lab', 'lets the lab follow this host in a browser of this machine, at the address that is printed')
    .option('--lab-write', 'and change settings, reset connections and lose packets there; implies --lab')
    .option(
      '--lab-port <number>',
      'its port on 127.0.0.1; 0 for any that is free (default: 5180, or the next that is free)',
      port,
    )
    .optionsGroup('Options:')
  return command
    .addHelpText(
      'after',
      `${NETWORK_HELP}

Examples:
  sudo estab serve --root /usr/share/doc      then: curl http://10.9.0.2/
  sudo estab serve --no-http --pcap echo.pcapng -v    then: nc 10.9.0.2 7
  estab serve --tun tun7 --address 192.0.2.2/24 --http 8080
  sudo estab serve --lab                      then: open the address, and curl http://10.9.0.2/

The address of the lab ends in a token, without which nobody sees anything; only this machine reaches it.

Ctrl-C stops listening and closes the connections (FIN), waits a few seconds for them; a second
Ctrl-C resets them (RST). Exit codes: 0 stopped by Ctrl-C, 1 wrong usage, 2 device or network failed.`,
    )
    .action((options: ServeOptions) => run(() => serve(options)))
}

async function serve(options: ServeOptions): Promise<number> {
  const services = servicesOf(options)
  return withTunHost(options, null, async (tun, interrupts) => {
    const lab = options.lab === true || options.labWrite === true ? await followed(tun, options) : null
    const servers = services.map((service) => start(tun, service, options.socketOption ?? []))
    const list = services.map(({ name, port }) => `${name} ${port}`).join(', ')
    process.stdout.write(`listening on ${tun.addresses.join(', ')} (${tun.device.name}): ${list || 'no service'}\n`)
    if (lab !== null) process.stdout.write(`the lab follows it at ${lab.address}\n`)
    await interrupts.first
    for (const server of servers) server.close()
    return EXIT.ok
  })
}

/** Opens the lab's server for a host. */
async function followed(tun: TunHost, { labPort, labWrite }: ServeOptions): Promise<LiveServer> {
  const server = await LabServer.open(labPort === undefined ? {} : { port: labPort })
  const write = labWrite === true
  const live = new Live(tun.host, { name: 'estab', addresses: tun.addresses, write, gate: tun.gate })
  return new LiveServer(server, live)
}

function servicesOf(options: ServeOptions): Service[] {
  const services: Service[] = []
  const add = (name: string, port: number | false, serve: (socket: StreamSocket) => void) => {
    if (port !== false && port !== 0) services.push({ name, port, serve })
  }
  if (options.http !== false && options.http !== 0) {
    const site = new FileSite(options.root)
    const patience = options.idleTimeout * 1000
    add('http', options.http, (socket) => serveHttp(socket, site, patience))
  }
  add('echo', options.echo, echo)
  add('discard', options.discard, discard)
  add('source', options.source, source)
  return services
}

function start(tun: TunHost, service: Service, socketOptions: readonly [SocketOption, number][]): ServerSocket {
  try {
    const server = listen(tun.host, { port: service.port })
    acceptAll(server, (socket) => {
      for (const [name, value] of socketOptions) socket.setOption(name, value)
      service.serve(socket)
    })
    return server
  } catch (error) {
    throw failed(error, `${service.name} on port ${service.port}`)
  }
}
