/** What lies between packets and transports, as pure parts: routes, neighbours, fragments, errors. They know bytes and numbers only. */
export { AddressMap, hashAddress } from './address-map.ts'
export { ErrorLimit, type ErrorSettings } from './error-limit.ts'
export { Fragmenter, fragmentPayload } from './fragmenter.ts'
export { IcmpError, type IcmpErrorKind } from './icmp-error.ts'
export { mayAnswerWithError, nextHeaderPointer, quotedLength } from './icmp-quote.ts'
export { Identifications } from './identifications.ts'
export { Neighbour, type NeighbourState, type WaitingPacket } from './neighbour.ts'
export { type NeighbourCounters, type NeighbourLink, type NeighbourSettings, Neighbours } from './neighbours.ts'
export { PathMtu, PathMtuCache, type PathMtuSettings, plateauBelow } from './path-mtu.ts'
export { commonPrefix, maskAddress, prefixBits } from './prefix.ts'
export { Reassembly, type ReassemblyCounters, type ReassemblySettings, type TimeoutListener } from './reassembly.ts'
export { RouteTable } from './routes.ts'
export {
  ALL_HOSTS_V4,
  ALL_NODES_V6,
  isLimitedBroadcast,
  isLinkLocal,
  isLoopback,
  isMulticast,
  isUnspecified,
} from './scope.ts'
export { selectSource } from './source-selection.ts'
export { TokenBucket } from './token-bucket.ts'
