import { createHost, type RunningHost } from '../../../src/adapter/node/index.ts'
import { openTun, type TunDevice } from '../../../src/adapter/tun/index.ts'
import { ByteStream } from '../../../src/socket/byte-stream.ts'
import { listen } from '../../../src/socket/server-socket.ts'
import { type ConnectOptions, connect, type StreamSocket } from '../../../src/socket/stream-socket.ts'
import type { HostConfig } from '../../../src/stack/config.ts'
import type { Host } from '../../../src/stack/host.ts'
import type { SocketState } from '../../../src/stack/snapshot.ts'
import type { Packet } from '../../../src/wire/packet.ts'
import { type Family, OURS, THEIRS } from './estab.ts'
import { KernelSocket } from './kernel-socket.ts'
import { NetworkNamespace } from './namespace.ts'
import { WireLog } from './wire-log.ts'

/** Both ends of a connection: estab's, and the kernel's. */
export interface Pair {
  readonly stream: ByteStream
  readonly kernel: KernelSocket
}

/** A host of estab's in this process, on a TUN device of a namespace of its own, and all that passes between the two. */
export class LocalHost {
  readonly namespace: NetworkNamespace
  readonly host: Host
  readonly tun: TunDevice
  readonly wire = new WireLog()
  /** Packets from the kernel for which this is true are lost on the way. */
  loses: (packet: Packet) => boolean = () => false
  private readonly running: RunningHost
  private readonly kernels: KernelSocket[] = []

  private constructor(namespace: NetworkNamespace, tun: TunDevice, running: RunningHost) {
    this.namespace = namespace
    this.tun = tun
    this.running = running
    this.host = running.host
    const receive = tun.receive.bind(tun)
    tun.receive = (packet) => {
      while (receive(packet)) if (!this.loses(packet)) return true
      return false
    }
    this.host.probe = this.wire
    this.host.addDevice(tun)
    this.host.addAddress(`${OURS.IPv4}/24`, tun)
    this.host.addAddress(`${OURS.IPv6}/64`, tun)
  }

  static open(config: Partial<HostConfig> = {}, offload = true): LocalHost {
    const namespace = NetworkNamespace.create()
    const tun = namespace.within(() => openTun({ name: 'estab0', offload }))
    namespace.ip('address', 'add', `${THEIRS.IPv4}/24`, 'dev', 'estab0')
    namespace.ip('-6', 'address', 'add', `${THEIRS.IPv6}/64`, 'dev', 'estab0', 'nodad')
    namespace.ip('link', 'set', 'dev', 'estab0', 'up')
    return new LocalHost(namespace, tun, createHost(config))
  }

  /** Resolves, one call after the other, to the connections that come to `port` from now on. */
  accepting(port: number, backlog?: number): () => Promise<StreamSocket> {
    const server = listen(this.host, { port, ...(backlog === undefined ? {} : { backlog }) })
    let arrived = () => {}
    server.onready = () => arrived()
    return () =>
      new Promise((resolve) => {
        arrived = () => {
          const socket = server.accept()
          if (socket === null) return
          arrived = () => {}
          resolve(socket)
        }
        arrived()
      })
  }

  /** A connection to the kernel; resolves once it is open. */
  async connected(family: Family, to: Omit<ConnectOptions, 'address'>): Promise<ByteStream> {
    const stream = new ByteStream(connect(this.host, { ...to, address: THEIRS[family] }))
    await stream.opened()
    return stream
  }

  /** A socket of the kernel's that listens, for one connection. It is stopped with the host, as are the others. */
  async kernelListens(family: Family, port: number): Promise<KernelSocket> {
    const kernel = await KernelSocket.listen(this.namespace, THEIRS[family], port)
    this.kernels.push(kernel)
    return kernel
  }

  /** A socket of the kernel's that begins to connect to estab. `localPort` 0: the kernel chooses. */
  kernelConnects(family: Family, port: number, localPort = 0): KernelSocket {
    const kernel = KernelSocket.connect(this.namespace, OURS[family], port, localPort)
    this.kernels.push(kernel)
    return kernel
  }

  /** A connection that estab has opened. */
  async opened(family: Family, to: Omit<ConnectOptions, 'address'>): Promise<Pair> {
    const kernel = await this.kernelListens(family, to.port)
    const stream = await this.connected(family, to)
    await kernel.next(/^connected$/)
    return { stream, kernel }
  }

  /** A connection that the kernel has opened. */
  async accepted(family: Family, port: number): Promise<Pair> {
    const next = this.accepting(port)
    const kernel = this.kernelConnects(family, port)
    const stream = new ByteStream(await next())
    await kernel.next(/^connected$/)
    return { stream, kernel }
  }

  /** States of estab's own sockets on `port`, without listeners. */
  states(port: number): SocketState[] {
    const ours = this.host.connections().filter((each) => each.localPort === port || each.peerPort === port)
    return ours.map((each) => each.state).filter((state) => state !== 'LISTEN')
  }

  /**
   * Drops packets of the kernel's: `hook` 'input' those from estab, 'output' those to it. `match` is nft's, such as
   * 'tcp dport 80'; '' = all. Holds until `relent`.
   */
  drop(hook: 'input' | 'output', match = ''): void {
    this.namespace.run('nft', 'add table inet cut')
    this.namespace.run('nft', `add chain inet cut ${hook} { type filter hook ${hook} priority 0; }`)
    this.namespace.run('nft', `add rule inet cut ${hook} meta l4proto tcp ${match} drop`)
  }

  relent(): void {
    this.namespace.run('nft', 'delete table inet cut')
  }

  async close(): Promise<void> {
    for (const kernel of this.kernels) await kernel.stop()
    this.running.stop()
    this.namespace.delete()
  }
}
