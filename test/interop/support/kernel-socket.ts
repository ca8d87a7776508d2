import type { NetworkNamespace } from './namespace.ts'
import type { Process } from './processes.ts'
import { programPath } from './programs.ts'

/** Options that a kernel socket can be told to set. */
export type TcpOption = 'TCP_KEEPIDLE' | 'TCP_KEEPINTVL' | 'TCP_KEEPCNT' | 'TCP_USER_TIMEOUT'

/** One TCP socket of the kernel that does what it is told, as a process in a network namespace. */
export class KernelSocket {
  private readonly process: Process
  private seen = 0

  private constructor(process: Process) {
    this.process = process
  }

  /** Resolves when it listens; the first connection is its own. */
  static async listen(namespace: NetworkNamespace, address: string, port: number): Promise<KernelSocket> {
    const socket = KernelSocket.start(namespace, 'listen', address, port)
    await socket.next(/^listening /)
    return socket
  }

  /** Begins to connect. `localPort` 0: the kernel chooses. */
  static connect(namespace: NetworkNamespace, address: string, port: number, localPort = 0): KernelSocket {
    return KernelSocket.start(namespace, 'connect', address, port, localPort)
  }

  private static start(
    namespace: NetworkNamespace,
    role: string,
    address: string,
    port: number,
    localPort = 0,
  ): KernelSocket {
    const args = [programPath('support/kernel-socket-main'), role, address, String(port), String(localPort)]
    return new KernelSocket(namespace.start(process.execPath, args))
  }

  do(
    command: 'end' | 'reset' | 'keepalive' | 'pause' | 'resume' | `write ${string}` | `set ${TcpOption} ${number}`,
  ): void {
    this.process.write(command)
  }

  /** The next line that matches, among those that no earlier call has gone past. */
  async next(pattern: RegExp, patience?: number): Promise<string> {
    const [line] = await this.process.line(pattern, this.seen, patience)
    this.seen = this.process.stdout.indexOf(line, this.seen) + line.length
    return line
  }

  async stop(): Promise<void> {
    await this.process.stop('SIGKILL')
  }
}
