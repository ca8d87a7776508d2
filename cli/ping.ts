import { Command } from 'commander'
import type { IcmpError } from '../src/ip/icmp-error.ts'
import type { EchoReply } from '../src/stack/icmp-input.ts'
import { StackError } from '../src/stack/stack-error.ts'
import type { Address } from '../src/wire/address.ts'
import { formatAddress, parseAddress } from '../src/wire/address-text.ts'
import { EXIT } from './exit-codes.ts'
import { Failure, failed } from './failure.ts'
import type { Interrupts } from './interrupts.ts'
import { resolve } from './names.ts'
import { PingStatistics } from './ping-statistics.ts'
import { run, withTunHost } from './run-command.ts'
import type { TunHost } from './tun-host.ts'
import { addTunOptions, NETWORK_HELP, type TunHostOptions } from './tun-options.ts'
import { integer, repeatable, resolution, seconds } from './values.ts'

interface PingOptions extends TunHostOptions {
  count?: number
  interval: number
  size: number
  timeout: number
  hopLimit: number
  resolve?: [string, string][]
}

export function pingCommand(): Command {
  const command = new Command('ping')
    .description('ask a host for ICMP echoes')
    .argument('<host>', 'address, or a name of /etc/hosts')
    .option('-c, --count <number>', 'so many requests; without end if absent', integer(1, 1_000_000_000))
    .option('-i, --interval <seconds>', 'from one request to the next', seconds, 1)
    .option('-s, --size <bytes>', 'of data in a request', integer(0, 65_000), 56)
    .option('-W, --timeout <seconds>', 'how long to wait for the last answers', seconds, 2)
    .option('-t, --hop-limit <number>', 'TTL or hop limit of the requests', integer(1, 255), 64)
    .option('--resolve <name:address>', 'address of a name; may be repeated', repeatable(resolution))
  return addTunOptions(command)
    .addHelpText(
      'after',
      `${NETWORK_HELP}

Examples:
  sudo estab ping 10.9.0.1
  sudo estab ping -c 1000 -i 0 fd00:9::1

Exit codes: 0 an answer came, 1 wrong usage, 2 none came or the device failed. Ctrl-C shows the statistics.`,
    )
    .action((host: string, options: PingOptions) => run(() => ping(host, options)))
}

async function ping(host: string, options: PingOptions): Promise<number> {
  const text = resolve(host, options.resolve ?? [])
  const address = parseAddress(text)
  if (address === null) throw new Failure(`${text} is no address that could be asked`, EXIT.usage)
  return withTunHost(options, null, async (tun, interrupts) => {
    try {
      return await new Pinging(tun, host, address, options).run(interrupts)
    } catch (error) {
      throw failed(error, text)
    }
  })
}

/** Identifier and sequence number tell answers apart; both have 16 bits. */
const SEQUENCES = 0x1_0000

class Pinging {
  private readonly tun: TunHost
  private readonly host: string
  private readonly address: Address
  private readonly options: PingOptions
  private readonly statistics = new PingStatistics()
  private readonly identifier = process.pid & 0xffff
  private readonly data: Uint8Array
  /** When each request that waits for its answer was sent, by sequence number; microseconds. */
  private readonly waiting = new Map<number, number>()
  private readonly limit: number
  private began = 0
  private finish: () => void = () => {}

  constructor(tun: TunHost, host: string, address: Address, options: PingOptions) {
    this.tun = tun
    this.host = host
    this.address = address
    this.options = options
    this.limit = options.count ?? Number.POSITIVE_INFINITY
    this.data = Uint8Array.from({ length: options.size }, (_, i) => i & 0xff)
  }

  /** Resolves to the exit code once all answers are there, or no more are to be expected. */
  async run(interrupts: Interrupts): Promise<number> {
    const { host, address, options, statistics, tun } = this
    const stop = tun.host.network.listenEcho({
      reply: (reply, now) => this.reply(reply, now),
      error: (error) => this.error(error),
    })
    process.stdout.write(`PING ${host} (${formatAddress(address)}) ${options.size} bytes of data.\n`)
    this.began = performance.now()
    try {
      await new Promise<void>((resolve, reject) => {
        this.finish = resolve
        interrupts.first.then(resolve)
        this.sendNext(reject)
      })
    } finally {
      stop()
      process.stdout.write(`\n${statistics.report(host, performance.now() - this.began)}`)
    }
    return statistics.received > 0 ? EXIT.ok : EXIT.failure
  }

  private sendNext(fail: (error: unknown) => void): void {
    try {
      this.send()
    } catch (error) {
      fail(error)
      return
    }
    const { interval, timeout } = this.options
    if (this.statistics.sent < this.limit) setTimeout(() => this.sendNext(fail), interval * 1000)
    else setTimeout(() => this.finish(), timeout * 1000)
  }

  private send(): void {
    const { network } = this.tun.host
    const route = network.route(this.address, null)
    if (route === null) throw new StackError('ENETUNREACH', 'connect', 'no route leads there')
    const sequence = (this.statistics.sent + 1) % SEQUENCES
    const now = this.tun.host.now()
    this.statistics.sent += 1
    this.waiting.set(sequence, now)
    const sent = network.echo(route, this.identifier, sequence, this.data, now, this.options.hopLimit)
    if (!sent) process.stdout.write(`icmp_seq=${sequence}: the device has no room now\n`)
  }

  private reply(reply: EchoReply, now: number): void {
    if (reply.identifier !== this.identifier) return
    const sentAt = this.waiting.get(reply.sequence)
    const about = `${reply.payloadLength + 8} bytes from ${formatAddress(reply.source)}: icmp_seq=${reply.sequence} ttl=${reply.hopLimit}`
    if (sentAt === undefined) {
      this.statistics.duplicates += 1
      process.stdout.write(`${about} (duplicate)\n`)
      return
    }
    this.waiting.delete(reply.sequence)
    this.statistics.add(now - sentAt)
    const wrong = this.isWhole(reply) ? '' : ' (wrong data)'
    process.stdout.write(`${about} time=${((now - sentAt) / 1000).toFixed(3)} ms${wrong}\n`)
    this.settleWhenDone()
  }

  private error(error: IcmpError): void {
    if (error.sourcePort !== this.identifier || !this.waiting.delete(error.seq)) return
    this.statistics.errors += 1
    process.stdout.write(
      `from ${formatAddress(error.from)}: icmp_seq=${error.seq} ${error.kind.replaceAll('-', ' ')}\n`,
    )
    this.settleWhenDone()
  }

  private settleWhenDone(): void {
    if (this.waiting.size === 0 && this.statistics.sent >= this.limit) this.finish()
  }

  private isWhole(reply: EchoReply): boolean {
    if (reply.payloadLength !== this.data.length) return false
    return this.data.every((byte, i) => reply.bytes[reply.payloadStart + i] === byte)
  }
}
