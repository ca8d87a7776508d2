import type { CongestionControl } from '../tcp/congestion.ts'
import { Connection } from '../tcp/connection.ts'
import type { TcpCounters } from '../tcp/counters.ts'
import { InitialSequence, TUPLE_WORDS } from '../tcp/isn.ts'
import { newReno } from '../tcp/newreno.ts'
import type { StateObserver } from '../tcp/tcb.ts'
import type { Address } from '../wire/address.ts'
import type { HostConfig } from './config.ts'
import { segmentSize } from './tcp-output.ts'

/** The congestion controls there are, by name. */
const CONTROLS: ReadonlyMap<string, CongestionControl> = new Map([[newReno.name, newReno]])

/** Makes the connections of a host: with its settings, and with sequence numbers that nobody can foresee. */
export class ConnectionMaker {
  private readonly config: HostConfig
  private readonly counters: TcpCounters
  private readonly sequence: InitialSequence
  private readonly control: CongestionControl
  private readonly tuple = new Uint32Array(TUPLE_WORDS)

  /** Throws RangeError for a congestion control that does not exist. */
  constructor(config: HostConfig, counters: TcpCounters, random: () => number) {
    this.config = config
    this.counters = counters
    this.sequence = new InitialSequence(random)
    const control = CONTROLS.get(config.tcp_congestion_control)
    if (control === undefined) {
      const known = [...CONTROLS.keys()].join(', ')
      throw new RangeError(`there is no congestion control ${config.tcp_congestion_control}: choose one of ${known}`)
    }
    this.control = control
  }

  /** A connection of that four-tuple over a path of `mtu` bytes, in CLOSED. `isn`: where it begins; -1 = chosen here. */
  make(
    local: Address,
    localPort: number,
    remote: Address,
    remotePort: number,
    mtu: number,
    observer: StateObserver,
    isn: number,
    now: number,
  ): Connection {
    const { tuple, config, counters, control, sequence } = this
    tuple[0] = local.w0
    tuple[1] = local.w1
    tuple[2] = local.w2
    tuple[3] = local.w3
    tuple[4] = remote.w0
    tuple[5] = remote.w1
    tuple[6] = remote.w2
    tuple[7] = remote.w3
    tuple[8] = (localPort << 16) | remotePort
    return new Connection(
      { config, counters, control, observer },
      {
        mss: segmentSize(mtu, remote),
        iss: isn >= 0 ? isn : sequence.isn(tuple, now),
        timestampOffset: sequence.timestampOffset(tuple),
      },
    )
  }
}
