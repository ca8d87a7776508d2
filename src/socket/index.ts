/** `estab`: hosts, devices and sockets. */
export { type HostConfig, KNOBS, presets } from '../stack/config.ts'
export type { Device } from '../stack/device.ts'
export { Host } from '../stack/host.ts'
export { type PipeOptions, pipe } from '../stack/pipe.ts'
export { type Direction, type Flow, type Probe, silentProbe } from '../stack/probe.ts'
export { Probes } from '../stack/probes.ts'
export type {
  SnapshotOptions,
  SocketSnapshot,
  SocketState,
  SocketTimer,
} from '../stack/snapshot.ts'
export type { SockStat } from '../stack/sockstat.ts'
export { StackError } from '../stack/stack-error.ts'
export { type ConnectionStatus, type StatusSource, statuses } from '../stack/status.ts'
export type { Surroundings } from '../stack/surroundings.ts'
export { parseSysctl, type SysctlText, sysctlTexts } from '../stack/sysctl-text.ts'
export { Tap, type TapOptions } from '../stack/tap.ts'
export type { Knob, KnobValue } from '../tcp/knob.ts'
export { REASONS, type Reason, type ReasonRule } from '../tcp/reason.ts'
export type { SocketMemory } from '../tcp/socket-memory.ts'
export type { State } from '../tcp/states.ts'
export type { RunningTimer, Status } from '../tcp/status.ts'
export { MAX_STRIP, type ReceivingFate, type SendingFate, type StripPiece } from '../tcp/strip.ts'
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
  SOFT_ERROR,
  StreamSocket,
  URGENT,
  WRITABLE,
} from './stream-socket.ts'
