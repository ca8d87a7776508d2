/** `estab/host`: a host on Node's event loop. */
export { createHost, type RunningHost } from './host.ts'
export { NodeSurroundings } from './surroundings.ts'
