import type { Timeline, Topology } from '../run/timeline.ts'

/** The same acts on another network; those of machines that it does not have are left out. */
export function onNetwork(timeline: Timeline, topology: Topology): Timeline {
  const hosts = new Set(topology.nodes.filter(({ kind }) => kind === 'host').map(({ name }) => name))
  const acts = timeline.acts.filter((act) => {
    if (act.kind === 'plug' || act.kind === 'unplug') return act.link < topology.links.length
    return !('host' in act) || hosts.has(act.host)
  })
  return { ...timeline, play: { kind: 'sandbox', topology }, acts }
}
