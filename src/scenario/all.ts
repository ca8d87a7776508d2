import { acknowledgment } from './acknowledgment.ts'
import { dataAtClose } from './data-at-close.ts'
import { deadPeer } from './dead-peer.ts'
import { earlyData } from './early-data.ts'
import { fourWayClose } from './four-way-close.ts'
import { halfOpen } from './half-open.ts'
import { handshake } from './handshake.ts'
import { httpRequest } from './http-request.ts'
import { initialNumber } from './initial-number.ts'
import { lastAck } from './last-ack.ts'
import { lateSyn } from './late-syn.ts'
import { lostHandshake } from './lost-handshake.ts'
import { refusals } from './refusals.ts'
import type { Scenario } from './scenario.ts'
import { simultaneous } from './simultaneous.ts'
import { slow } from './slow.ts'
import { stuckClose } from './stuck-close.ts'
import { synFlood } from './syn-flood.ts'
import { tcpUdp } from './tcp-udp.ts'
import { timeWaitPorts } from './time-wait-ports.ts'
import { waiting } from './waiting.ts'
import { websocket } from './websocket.ts'
import { whyThree } from './why-three.ts'
import { wrap } from './wrap.ts'

/** Every scenario, in the order in which one learns. */
export const SCENARIOS: readonly Scenario[] = [
  handshake,
  whyThree,
  lateSyn,
  lostHandshake,
  earlyData,
  initialNumber,
  wrap,
  acknowledgment,
  fourWayClose,
  dataAtClose,
  lastAck,
  simultaneous,
  stuckClose,
  timeWaitPorts,
  synFlood,
  deadPeer,
  halfOpen,
  refusals,
  waiting,
  httpRequest,
  websocket,
  tcpUdp,
  slow,
]
