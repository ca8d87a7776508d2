/** `estab/host`: a host on Node's event loop, and its control socket. */
export { type Control, type ControlOptions, openControl } from './control.ts'
export { askControl, findControls } from './control-client.ts'
export { type ControlPath, controlDirectories, controlUser } from './control-directory.ts'
export { ControlError, type ControlErrorCode } from './control-error.ts'
export type { ControlAbout, ControlKind, ControlQuestions } from './control-protocol.ts'
export { createHost, type RunningHost } from './host.ts'
export { NodeSurroundings } from './surroundings.ts'
