import type { ConnectionStatus } from 'estab'
import { formatSegment } from 'estab/trace'
import { ACK, CWR, ECE, FIN, PSH, RST, SYN, seq, TcpSegment, URG } from 'estab/wire'
import type { Run, RunConnection } from '../run/run.ts'
import type { ForgedSegment } from '../run/timeline.ts'

/** Flags in the order in which people say them. */
export const FLAGS = [
  ['SYN', SYN],
  ['ACK', ACK],
  ['FIN', FIN],
  ['RST', RST],
  ['PSH', PSH],
  ['URG', URG],
  ['ECE', ECE],
  ['CWR', CWR],
] as const

/** In whose name, and to whom: lanes, addresses and ports, and what numbers of each are told from. */
export interface Direction {
  readonly fromLane: number
  readonly toLane: number
  readonly from: string
  readonly to: string
  readonly sourcePort: number
  readonly destinationPort: number
  /** Initial numbers of the pretended sender and of the receiver; -1 = not known. */
  readonly initial: readonly [number, number]
}

/** Most directions that are offered. */
const MOST = 40

/** Both directions of each connection that was there by `time`; between the first two machines where there is none. */
export function directionsAt({ connections, lanes }: Pick<Run, 'connections' | 'lanes'>, time: number): Direction[] {
  const there = connections.filter(({ protocol, from }) => protocol === 'tcp' && from <= time)
  if (there.length > 0) return there.slice(-MOST / 2).flatMap((each) => [directionOf(each, 1), directionOf(each, 0)])
  const machines = lanes.flatMap(({ addresses }, lane) =>
    addresses[0] === undefined ? [] : [{ lane, address: addresses[0] }],
  )
  const [first, second] = machines
  if (first === undefined || second === undefined) return []
  const common = { sourcePort: 40_000, destinationPort: 80, initial: [-1, -1] as const }
  return [
    { fromLane: first.lane, toLane: second.lane, from: first.address, to: second.address, ...common },
    { fromLane: second.lane, toLane: first.lane, from: second.address, to: first.address, ...common },
  ]
}

function directionOf({ lanes, endpoints, initial }: RunConnection, to: 0 | 1): Direction {
  const from = to === 0 ? 1 : 0
  const [source, destination] = [split(endpoints[from]), split(endpoints[to])]
  return {
    fromLane: lanes[from],
    toLane: lanes[to],
    from: source.address,
    to: destination.address,
    sourcePort: source.port,
    destinationPort: destination.port,
    initial: [initial[from], initial[to]],
  }
}

/** '10.0.1.1:80' and '[fd00:1::1]:80'. */
function split(endpoint: string): { address: string; port: number } {
  const colon = endpoint.lastIndexOf(':')
  return { address: endpoint.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(endpoint.slice(colon + 1)) }
}

/** Sequence numbers that an attacker might try. */
export const GUESSES = ['expected', 'inside', 'outside', 'random'] as const
export type Guess = (typeof GUESSES)[number]

/** `random`: any 32 bits. */
export function guessed(guess: Guess, { rcv }: Pick<ConnectionStatus, 'rcv'>, random: number): number {
  switch (guess) {
    case 'expected':
      return rcv.nxt
    case 'inside':
      return seq.add(rcv.nxt, Math.max(1, rcv.wnd >> 1))
    case 'outside':
      return seq.add(rcv.nxt, rcv.wnd + 1)
    case 'random':
      return random >>> 0
  }
}

/** In the notation. */
export function notationOf(segment: ForgedSegment, initial: readonly [number, number], absolute: boolean): string {
  const tcp = new TcpSegment()
  const { seq: first, ack, flags, window, payload } = segment
  Object.assign(tcp, { seq: first, ack, flags, window, payloadLength: new TextEncoder().encode(payload).length })
  const base = (number: number) => (absolute || number < 0 ? 0 : number)
  return formatSegment(tcp, { base: { seq: base(initial[0]), ack: base(initial[1]) } })
}
