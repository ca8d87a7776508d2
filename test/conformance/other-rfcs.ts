import { type Requirement, sectionRule } from './requirement.ts'

/** Rules of the other RFCs that estab follows, by section. */
export const otherRfcs: readonly Requirement[] = [
  sectionRule(1337, '3', 'With tcp_rfc1337 a RST does not cut TIME-WAIT short.', 'F1'),
  sectionRule(1337, '3', 'With timestamps an old duplicate does no harm to the connection after TIME-WAIT.', 'F2'),

  sectionRule(2018, '2', 'SACK-permitted goes in SYNs alone.'),
  sectionRule(2018, '3', 'A block has the first octet received and the one behind the last.'),
  sectionRule(2018, '4', 'The first block holds the segment that drew the acknowledgment.', 'a'),
  sectionRule(2018, '4', 'Blocks reported before follow, the latest first, as many as fit.', 'b'),
  sectionRule(2018, '4', 'Without SACK-permitted from the peer no block is sent.', 'c'),
  sectionRule(2018, '4', 'While anything waits out of order every acknowledgment has blocks.', 'd'),
  sectionRule(2018, '4', 'Each segment with something new draws an acknowledgment.', 'e'),
  sectionRule(2018, '5', 'What was reported is not sent again.'),
  sectionRule(2018, '5', 'After a timeout the left edge goes again, though it was reported.', 'a'),
  sectionRule(2018, '8', 'What was reported and not acknowledged is kept: the peer may drop it after all.'),

  sectionRule(3168, '5', 'Data goes out as ECT(0) where both ends agreed.'),
  sectionRule(
    3168,
    '6.1.1',
    'A SYN asks with ECE and CWR, a SYN,ACK agrees with ECE alone; anything else is no agreement.',
  ),
  sectionRule(3168, '6.1.1.1', 'A SYN that goes again does not ask: a middlebox may have taken offence.'),
  sectionRule(3168, '6.1.2', 'ECE halves the congestion window, once in a round trip; the next new data says CWR.'),
  sectionRule(3168, '6.1.3', 'After CE all acknowledgments say ECE, until CWR comes.'),
  sectionRule(3168, '6.1.4', 'Pure acknowledgments are not ECT.'),
  sectionRule(3168, '6.1.5', 'Retransmissions are not ECT.'),
  sectionRule(3168, '6.1.6', 'Window probes are not ECT.'),

  sectionRule(4987, '3.2', 'Half-open connections are bounded, and the bound can be set.'),
  sectionRule(4987, '3.3', 'A half-open connection is given up after tcp_synack_retries.'),
  sectionRule(4987, '3.6', 'Under a flood SYN cookies let true clients in and keep nothing for the others.'),

  sectionRule(5482, '3.1', "The peer's timeout is adopted within the limits of this host, where the user allows it."),
  sectionRule(5482, '3.2', 'The option may be lost: nothing rests on its arrival.'),
  sectionRule(5482, '3.3', 'The option has a granularity bit and 15 bits of seconds or minutes.'),
  sectionRule(5482, '3.4', 'A timeout of zero is neither sent nor heeded.'),

  sectionRule(5961, '3.2', 'Only a RST at RCV.NXT resets; one elsewhere in the window draws a challenge ACK.'),
  sectionRule(5961, '4.2', 'A SYN in a synchronized state draws a challenge ACK, wherever it lies.'),
  sectionRule(
    5961,
    '5.2',
    'An ACK older than the largest window, or of what was never sent, is refused with its data.',
  ),
  sectionRule(5961, '7', 'Challenge ACKs are limited.'),

  sectionRule(6093, '4', 'The urgent pointer names the octet behind the urgent data.'),
  sectionRule(6093, '6', 'Urgent data stays in the stream, in its order.'),

  sectionRule(
    6191,
    '2',
    'A SYN with a newer timestamp, or a greater sequence number, reopens a connection in TIME-WAIT.',
  ),

  sectionRule(6528, '3', 'Initial sequence numbers are a 4-microsecond clock and a keyed hash of the four-tuple.'),

  sectionRule(7323, '2.2', 'Windows are scaled only where both SYNs had the option; that of a SYN itself never is.'),
  sectionRule(7323, '2.2', 'Outside a SYN the option is ignored.', 'a'),
  sectionRule(7323, '2.3', 'A shift above 14 counts as 14; without the option it is none.'),
  sectionRule(7323, '2.3', "Our windows are shifted by our scale, the peer's by the peer's.", 'a'),
  sectionRule(7323, '2.4', 'A window that rounding has moved back a little upsets nothing.'),
  sectionRule(7323, '2.4', 'What was in a window once announced is taken.', 'a'),
  sectionRule(7323, '2.4', 'What goes for the first time lies within the window announced last.', 'b'),
  sectionRule(7323, '3.2', 'Once agreed on, timestamps are in every segment but a RST.'),
  sectionRule(7323, '3.2', 'Where timestamps were not agreed on they are ignored.', 'a'),
  sectionRule(7323, '3.2', 'A segment that lacks them ends no connection (it is taken, as Linux does).', 'b'),
  sectionRule(7323, '3.2', 'The echo means nothing without ACK, and is then sent as zero.', 'c'),
  sectionRule(7323, '4.1', 'An echoed timestamp gives an RTT sample only where it acknowledges something new.'),
  sectionRule(7323, '4.2', 'Several samples in a round trip do not make the RTO forget faster.'),
  sectionRule(7323, '4.3', 'What is echoed is the timestamp of the segment that moved the left edge.'),
  sectionRule(7323, '5.2', 'A RST is not judged by its timestamp, and leaves none behind.'),
  sectionRule(7323, '5.3', 'A segment with an older timestamp is dropped and acknowledged.', 'R1'),
  sectionRule(7323, '5.3', 'A segment outside the window is dropped, whatever its timestamp.', 'R2'),
  sectionRule(7323, '5.3', 'The timestamp of a segment at the left edge is remembered.', 'R3'),
  sectionRule(7323, '5.3', 'A segment at the left edge is taken.', 'R4'),
  sectionRule(7323, '5.3', 'A segment out of order with a newer timestamp is kept, its timestamp is not.', 'R5'),
  sectionRule(7323, '5.4', 'The timestamp clock ticks between once a second and once a millisecond.'),
  sectionRule(7323, '5.5', 'After 24 days of silence the remembered timestamp counts no more.'),

  sectionRule(7413, '4.1.1', 'A cookie has 4 to 16 bytes, an even number; an empty option asks for one.'),
  sectionRule(7413, '4.1.2', "A cookie is good for one client's address, for a while."),
  sectionRule(7413, '4.1.3', 'A client remembers the cookie and the MSS of each server, and which take none.'),
  sectionRule(7413, '4.2.1', 'A server answers a request for a cookie with one.'),
  sectionRule(7413, '4.2.2', 'Data of a SYN with a good cookie is taken at once, of any other after the handshake.'),
  sectionRule(7413, '5.1', 'Connections opened fast and not yet confirmed are bounded.'),
]
