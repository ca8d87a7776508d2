import type { PeerReport } from './kernel-peer-main.ts'
import type { NetworkNamespace } from './namespace.ts'
import type { Process } from './processes.ts'
import { programPath } from './programs.ts'

/** What a peer does with a connection; kernel-peer-main.ts says it in full. */
export type Behaviour = 'echo' | 'answer' | 'source' | 'both' | 'reset'

/** A TCP client or server over kernel sockets, as a process in a network namespace. */
export class KernelPeer {
  readonly process: Process
  private reported = 0

  private constructor(process: Process) {
    this.process = process
  }

  /** Resolves when the server listens. */
  static async listen(
    namespace: NetworkNamespace,
    address: string,
    port: number,
    behaviour: Behaviour,
    bytes = 0,
  ): Promise<KernelPeer> {
    const peer = KernelPeer.start(namespace, ['listen', address, String(port), behaviour, String(bytes)])
    await peer.process.line(/^listening /)
    return peer
  }

  /** Resolves at once; the connection is yet to be made. */
  static connect(
    namespace: NetworkNamespace,
    address: string,
    port: number,
    behaviour: Behaviour,
    bytes = 0,
  ): KernelPeer {
    return KernelPeer.start(namespace, ['connect', address, String(port), behaviour, String(bytes)])
  }

  private static start(namespace: NetworkNamespace, args: string[]): KernelPeer {
    return new KernelPeer(namespace.start(process.execPath, [programPath('support/kernel-peer-main'), ...args]))
  }

  /** The report of the next connection that is over. */
  async closed(patience = 60_000): Promise<PeerReport> {
    const [line, json = ''] = await this.process.line(/^closed (.*)$/, this.reported, patience)
    this.reported = this.process.stdout.indexOf(line, this.reported) + line.length
    return JSON.parse(json)
  }

  async stop(): Promise<void> {
    await this.process.stop()
  }
}
