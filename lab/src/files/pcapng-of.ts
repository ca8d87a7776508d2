import type { Device } from 'estab'
import { PcapngWriter } from 'estab/trace'
import { ETHERNET_HEADER, ETHERTYPE_IPV4, ETHERTYPE_IPV6, Packet, writeU16 } from 'estab/wire'
import type { Run } from '../run/run.ts'

/** Everything, each packet once, where it was sent. */
export const EVERYWHERE = -1

/**
 * The packets of a run as a pcapng file. `lane`: what was seen there, sent and arrived, or EVERYWHERE. What was played
 * gets an interface for each machine, and Ethernet addresses after their numbers: tcpdump does not read several
 * interfaces without. Packets that were captured are written from the IP header on.
 */
export function pcapngOf({ lanes, packets, source, epoch }: Run, lane: number): Blob {
  const blocks: Uint8Array<ArrayBuffer>[] = []
  const origin = { hardware: 'virtual', os: 'estab', application: 'estab lab', epoch }
  const writer = new PcapngWriter((bytes) => blocks.push(new Uint8Array(bytes)), origin)
  const played = source === 'played'
  const devices = played ? lanes.map(({ name }, i) => deviceOf(name, i)) : [deviceOf('capture', -1)]
  for (const { at, index, arrived } of sightings({ lanes, packets }, lane)) {
    const { bytes, changedAt, changedTo, from, to } = packets.at(index)
    const data = bytes.slice()
    if (arrived && changedAt >= 0) data[changedAt] = changedTo
    const packet = new Packet()
    packet.hold(played ? framed(data, from, to) : data)
    const inward = played || lane !== EVERYWHERE ? arrived : lanes[from]?.kind !== 'vantage'
    const device = devices[played ? (arrived ? to : from) : 0]
    if (device !== undefined) writer.write(inward ? 'in' : 'out', device, packet, at)
  }
  return new Blob(blocks, { type: 'application/x-pcapng' })
}

/** Of the machine at a lane: administered locally, not for a group. */
function hardwareAddress(lane: number): Uint8Array {
  return Uint8Array.of(2, 0, 0, 0, lane >>> 8, lane + 1)
}

function framed(packet: Uint8Array, from: number, to: number): Uint8Array {
  const frame = new Uint8Array(ETHERNET_HEADER + packet.length)
  frame.set(hardwareAddress(to), 0)
  frame.set(hardwareAddress(from), 6)
  writeU16(frame, 12, (packet[0] ?? 0) >>> 4 === 6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4)
  frame.set(packet, ETHERNET_HEADER)
  return frame
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

/** All that a writer asks of a device; of no lane: one without Ethernet. */
function deviceOf(name: string, lane: number): Device {
  return {
    name,
    mtu: 65_535,
    medium: lane < 0 ? 'ip' : 'ethernet',
    hardwareAddress: hardwareAddress(lane),
    checksumOffload: false,
    segmentation: 0,
    attach() {},
    receive: () => false,
    claim: () => null,
    transmit() {},
    close() {},
  }
}
