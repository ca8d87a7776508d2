/** `estab`: hosts, devices and sockets. */
export { type HostConfig, presets } from '../stack/config.ts'
export type { Device } from '../stack/device.ts'
export { Host } from '../stack/host.ts'
export { type PipeOptions, pipe } from '../stack/pipe.ts'
export { type Direction, type Flow, type Probe, silentProbe } from '../stack/probe.ts'
export { StackError } from '../stack/stack-error.ts'
export type { Surroundings } from '../stack/surroundings.ts'
export { Tap, type TapOptions } from '../stack/tap.ts'
export type { State } from '../tcp/states.ts'
export type { TcpInfo } from '../tcp/tcp-info.ts'
export { ByteStream } from './byte-stream.ts'
export { type DatagramOptions, DatagramSocket } from './datagram.ts'
export type { SocketOption } from './option-table.ts'
export { type ListenOptions, listen, ServerSocket } from './server-socket.ts'
export {
  CLOSED,
  CONNECTED,
  type ConnectOptions,
  connect,
  ENDED,
  READABLE,
  StreamSocket,
  URGENT,
  WRITABLE,
} from './stream-socket.ts'
