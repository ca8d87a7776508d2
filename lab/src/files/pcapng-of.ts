import type { Device } from 'estab'
import { PcapngWriter } from 'estab/trace'
import { Packet } from 'estab/wire'
import type { Run } from '../run/run.ts'

/** Everything, each packet once, where it was sent. */
export const EVERYWHERE = -1

/**
 * The packets of a run as a pcapng file: an interface for each machine, packets from the IP header on. `lane`: what was
 * seen there, sent and arrived, or EVERYWHERE.
 */
export function pcapngOf({ lanes, packets, epoch }: Run, lane: number): Blob {
  const blocks: Uint8Array<ArrayBuffer>[] = []
  const origin = { hardware: 'virtual', os: 'estab', application: 'estab lab', epoch }
  const writer = new PcapngWriter((bytes) => blocks.push(new Uint8Array(bytes)), origin)
  const devices = lanes.map(({ name }) => deviceOf(name))
  for (const { at, index, arrived } of sightings({ lanes, packets }, lane)) {
    const known = packets.at(index)
    const packet = new Packet()
    packet.hold(known.bytes.slice())
    if (arrived && known.changedAt >= 0) packet.bytes[known.changedAt] = known.changedTo
    const device = devices[arrived ? known.to : known.from]
    if (device !== undefined) writer.write(arrived ? 'in' : 'out', device, packet, at)
  }
  return new Blob(blocks, { type: 'application/x-pcapng' })
}

interface Sighting {
  readonly at: number
  readonly index: number
  readonly arrived: boolean
}

/** In the order of time; what arrives comes before what is sent then. */
function sightings({ lanes, packets }: Pick<Run, 'lanes' | 'packets'>, lane: number): Sighting[] {
  const all: Sighting[] = []
  const [from, to, sentAt, arrivedAt] = (['from', 'to', 'sentAt', 'arrivedAt'] as const).map((name) =>
    packets.column(name),
  )
  for (let index = 0; index < packets.count; index += 1) {
    // A router passes on what somebody has sent.
    const sends = lane === EVERYWHERE ? lanes[from?.[index] ?? -1]?.kind !== 'router' : from?.[index] === lane
    const arrives = to?.[index] === lane && !Number.isNaN(arrivedAt?.[index])
    if (sends) all.push({ at: sentAt?.[index] ?? 0, index, arrived: false })
    if (arrives) all.push({ at: arrivedAt?.[index] ?? 0, index, arrived: true })
  }
  return all.sort((a, b) => a.at - b.at || Number(b.arrived) - Number(a.arrived) || a.index - b.index)
}

/** All that a writer asks of a device. */
function deviceOf(name: string): Device {
  return {
    name,
    mtu: 65_535,
    medium: 'ip',
    hardwareAddress: new Uint8Array(6),
    checksumOffload: false,
    segmentation: 0,
    attach() {},
    receive: () => false,
    claim: () => null,
    transmit() {},
    close() {},
  }
}
