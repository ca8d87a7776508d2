/** `estab/host`: a host on Node's event loop, its control socket, and what tells the lab of it. */
export { type Control, type ControlOptions, openControl } from './control.ts'
export { askControl, findControls } from './control-client.ts'
export { type ControlPath, controlDirectories, controlUser } from './control-directory.ts'
export { ControlError, type ControlErrorCode } from './control-error.ts'
export type { ControlAbout, ControlKind, ControlQuestions } from './control-protocol.ts'
export { createHost, type RunningHost } from './host.ts'
export { Live, type LiveFollower, type LiveOptions } from './live.ts'
export type {
  LiveAct,
  LiveEntry,
  LiveHello,
  LiveMessage,
  LiveMoment,
  LiveMove,
  LiveNews,
  LiveOutcome,
  LivePacket,
} from './live-protocol.ts'
export { PacketGate } from './packet-gate.ts'
export { NodeSurroundings } from './surroundings.ts'
