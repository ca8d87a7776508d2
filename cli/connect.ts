import { Command } from 'commander'
import { ByteStream } from '../src/socket/byte-stream.ts'
import type { SocketOption } from '../src/socket/option-table.ts'
import { connect } from '../src/socket/stream-socket.ts'
import { StackError } from '../src/stack/stack-error.ts'
import { EXIT } from './exit-codes.ts'
import { failed } from './failure.ts'
import { FileSink } from './file-sink.ts'
import { resolve } from './names.ts'
import { run, withTunHost } from './run-command.ts'
import { addTunOptions, NETWORK_HELP, type TunHostOptions } from './tun-options.ts'
import { integer, repeatable, resolution, socketOption } from './values.ts'

interface ConnectCommandOptions extends TunHostOptions {
  resolve?: [string, string][]
  localPort?: number
  socketOption?: [SocketOption, number][]
}

export function connectCommand(): Command {
  const command = new Command('connect')
    .description('connect standard input and output to a TCP port, as nc does')
    .argument('<host>', 'address, or a name of /etc/hosts')
    .argument('<port>', 'TCP port', integer(1, 65_535))
    .option('--local-port <port>', 'port of our own; an ephemeral one if absent', integer(1, 65_535))
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

The end of standard input closes our side (FIN); the command ends when the peer has closed its own.

Examples:
  echo hello | sudo estab connect 10.9.0.1 7000      against: nc -l 10.9.0.1 7000
  sudo estab connect fd00:9::1 7000 -v --pcap talk.pcapng

Exit codes: 0 both sides have ended, 1 wrong usage, 2 connection or device failed, 130 Ctrl-C.`,
    )
    .action((host: string, port: number, options: ConnectCommandOptions) => run(() => converse(host, port, options)))
}

async function converse(host: string, port: number, options: ConnectCommandOptions): Promise<number> {
  const address = resolve(host, options.resolve ?? [])
  return withTunHost(options, EXIT.interrupted, async (tun) => {
    try {
      const socket = connect(tun.host, {
        address,
        port,
        localPort: options.localPort ?? 0,
        options: Object.fromEntries(options.socketOption ?? []),
      })
      const stream = new ByteStream(socket)
      await stream.opened()
      await Promise.all([send(stream), receive(stream)])
      // What is in the send buffer still has to arrive, and nobody goes on sending it once we are gone.
      await stream.closed()
      if (socket.error !== '') throw new StackError(socket.error, 'write', 'not everything has arrived')
      return EXIT.ok
    } catch (error) {
      throw failed(error, `${host} port ${port}`)
    }
  })
}

async function send(stream: ByteStream): Promise<void> {
  for await (const bytes of process.stdin) await stream.write(bytes)
  stream.end()
}

async function receive(stream: ByteStream): Promise<void> {
  const sink = FileSink.toStdout()
  for (let bytes = await stream.read(); bytes !== null; bytes = await stream.read()) await sink.write(bytes)
  await sink.end()
}
