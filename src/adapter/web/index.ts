/** `estab/web`: sockets for places without Node. */
export { type WebStreams, webStreams } from './web-streams.ts'
