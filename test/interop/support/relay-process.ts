import type { TunCounters } from '../../../src/adapter/tun/index.ts'
import type { NetworkNamespace } from './namespace.ts'
import type { Process } from './processes.ts'
import { programPath } from './programs.ts'
import type { Impairments, RelayCounts } from './relay.ts'
import type { RelayPlan } from './relay-main.ts'

export interface RelayOptions {
  /** Where the kernel's own peer lives: curl, nginx, iperf3. */
  kernel: NetworkNamespace
  /** Where estab's TUN device is; this namespace only forwards. */
  estab: NetworkNamespace
  /** From the kernel to estab. */
  inward?: Partial<Impairments>
  /** From estab to the kernel. */
  outward?: Partial<Impairments>
  seed?: number
  mtu?: number
}

export interface RelayReport {
  inward: RelayCounts
  outward: RelayCounts
  /** Of the relay's own devices. */
  kernelTun: TunCounters
  estabTun: TunCounters
}

export const KERNEL_V4 = '10.9.0.1'
export const KERNEL_V6 = 'fd00:9::1'
export const ESTAB_V4 = '10.9.0.2'
export const ESTAB_V6 = 'fd00:9::2'
/** The forwarding namespace's own, from which its ICMP errors come. */
export const ROUTER_V4 = '10.9.0.254'
export const ROUTER_V6 = 'fd00:9::fe'

/**
 * The relay between the kernel and estab, as a process with a TUN device on each side:
 *
 *     kernel 10.9.0.1 - relay-k ~ relay process ~ relay-e - forwarding - tun of estab 10.9.0.2
 */
export class RelayProcess {
  private readonly process: Process
  private readonly estab: NetworkNamespace

  private constructor(process: Process, estab: NetworkNamespace) {
    this.process = process
    this.estab = estab
  }

  static async start(options: RelayOptions): Promise<RelayProcess> {
    const plan: RelayPlan = {
      a: 'relay-k',
      b: 'relay-e',
      namespaceOfB: options.estab.name,
      mtu: options.mtu ?? 1500,
      seed: options.seed ?? 1,
      forth: options.inward ?? {},
      back: options.outward ?? {},
    }
    const relay = options.kernel.start(process.execPath, [programPath('support/relay-main'), JSON.stringify(plan)])
    await relay.line(/^ready$/)
    configureKernelSide(options.kernel, plan.a)
    configureEstabSide(options.estab, plan.b, plan.mtu)
    return new RelayProcess(relay, options.estab)
  }

  /** Brings up the TUN device `tun` that estab has opened in its namespace, and sends estab's addresses there. */
  routeEstab(tun: string): void {
    this.estab.ip('link', 'set', 'dev', tun, 'up')
    this.estab.ip('route', 'replace', ESTAB_V4, 'dev', tun)
    this.estab.ip('-6', 'route', 'replace', ESTAB_V6, 'dev', tun)
  }

  async impair(change: { inward?: Partial<Impairments>; outward?: Partial<Impairments> }): Promise<void> {
    const from = this.process.stdout.length
    this.process.write(`impair ${JSON.stringify({ forth: change.inward, back: change.outward })}`)
    await this.process.line(/^impaired$/, from)
  }

  counts(): Promise<RelayReport> {
    const from = this.process.stdout.length
    this.process.write('counts')
    return this.report(from)
  }

  async stop(): Promise<RelayReport> {
    const from = this.process.stdout.length
    this.process.closeInput()
    await this.process.succeed(5000)
    return this.report(from)
  }

  private async report(from: number): Promise<RelayReport> {
    const [, json = ''] = await this.process.line(/^counts (.*)$/, from)
    const counts = JSON.parse(json)
    return { inward: counts.forth, outward: counts.back, kernelTun: counts.a, estabTun: counts.b }
  }
}

function configureKernelSide(kernel: NetworkNamespace, tun: string): void {
  kernel.ip('link', 'set', 'dev', tun, 'txqueuelen', '2000', 'up')
  kernel.ip('address', 'add', `${KERNEL_V4}/24`, 'dev', tun)
  kernel.ip('address', 'add', `${KERNEL_V6}/64`, 'dev', tun, 'nodad')
}

function configureEstabSide(estab: NetworkNamespace, tun: string, mtu: number): void {
  estab.sysctl('net.ipv4.ip_forward', 1)
  estab.sysctl('net.ipv6.conf.all.forwarding', 1)
  // An interface forgets its MTU when it changes its namespace, in some kernels.
  estab.ip('link', 'set', 'dev', tun, 'mtu', String(mtu), 'txqueuelen', '2000', 'up')
  estab.ip('address', 'add', `${ROUTER_V4}/32`, 'dev', tun)
  estab.ip('address', 'add', `${ROUTER_V6}/128`, 'dev', tun, 'nodad')
  estab.ip('route', 'replace', KERNEL_V4, 'dev', tun)
  estab.ip('-6', 'route', 'replace', KERNEL_V6, 'dev', tun)
}
