import { type Probe, silentProbe } from '../src/stack/probe.ts'

/** One probe that tells all of `probes`. */
export function together(probes: readonly Probe[]): Probe {
  const [first, ...rest] = probes.filter((probe) => probe !== silentProbe)
  if (first === undefined) return silentProbe
  if (rest.length === 0) return first
  const others = together(rest)
  return {
    packet(direction, device, packet, now) {
      first.packet(direction, device, packet, now)
      others.packet(direction, device, packet, now)
    },
    segment(direction, ip, segment, flow, now) {
      first.segment(direction, ip, segment, flow, now)
      others.segment(direction, ip, segment, flow, now)
    },
    state(flow, from, to, now) {
      first.state(flow, from, to, now)
      others.state(flow, from, to, now)
    },
  }
}
