/** `estab/web`: hosts and sockets for places without Node. */
export { createHost, type RunningHost } from './host.ts'
export { WebSurroundings } from './surroundings.ts'
export { type WebStreams, webStreams } from './web-streams.ts'
