import { after, distance } from '../wire/seq.ts'
import { LOST, RETRANSMITTED, SACKED } from './flight.ts'
import type { Tcb } from './tcb.ts'

function fail(what: string, tcb: Tcb): never {
  throw new Error(`${what}, in ${tcb.state}`)
}

/** What must hold of a connection at rest, after every event. */
export function checkInvariants(tcb: Tcb): void {
  checkFlight(tcb)
  const { snd, flight, timers, reassembly, congestion, sendBuffer } = tcb
  if (after(snd.una, snd.nxt)) fail('SND.UNA is beyond SND.NXT', tcb)
  if (sendBuffer.length > 0 && after(snd.nxt, sendBuffer.end + 1)) fail('SND.NXT is beyond the data', tcb)
  if (!(congestion.cwnd >= 1) || !Number.isInteger(congestion.cwnd)) fail(`cwnd is ${congestion.cwnd}`, tcb)
  if (flight.count > 0 && tcb.state !== 'CLOSED' && timers.retransmit === Number.POSITIVE_INFINITY) {
    fail('data is in flight and no retransmission timer runs', tcb)
  }
  if (reassembly.waiting > tcb.rcvWnd) fail('more waits out of order than the window holds', tcb)
  const { memory, config } = tcb
  const held = reassembly.held + sendBuffer.held
  if (memory.allocated !== held) fail(`the account says ${memory.allocated} bytes, and ${held} are held`, tcb)
  // A segment of any size is taken where nothing is held; else the least, and chunks are whole.
  const most = Math.max(config.tcp_mem[2] * 4096, config.tcp_rmem[0] + 5 * 16_384) + config.tcp_wmem[0] + 16_384
  if (held > most) fail(`${held} bytes are held, of ${most} at most`, tcb)
  if (tcb.state === 'CLOSED' && timers.next !== Number.POSITIVE_INFINITY) fail('a timer outlived the connection', tcb)
}

function checkFlight(tcb: Tcb): void {
  const { flight, snd } = tcb
  let sacked = 0
  let lost = 0
  let resent = 0
  for (let i = 0; i < flight.count; i += 1) {
    const flags = flight.flags(i)
    if (flags & SACKED) sacked += 1
    if (flags & LOST) lost += 1
    if (flags & RETRANSMITTED) resent += 1
    if (distance(flight.end(i), flight.seq(i)) <= 0) fail('an empty segment is in flight', tcb)
    if (i > 0 && flight.seq(i) !== flight.end(i - 1)) fail('a gap is in flight', tcb)
  }
  if (tcb.useSack && sacked !== flight.sackedOut) fail('sackedOut is wrong', tcb)
  if (lost !== flight.lostOut || resent !== flight.retransmittedOut) fail('lostOut is wrong', tcb)
  if (flight.pipe < 0) fail('pipe is negative', tcb)
  if (flight.count === 0) return
  if (flight.seq(0) !== snd.una) fail('the flight does not begin at SND.UNA', tcb)
  if (flight.end(flight.count - 1) !== snd.nxt) fail('the flight does not end at SND.NXT', tcb)
}
