import { type Requirement, rule, without } from './requirement.ts'

/** What RFC 9293 leaves open or mentions, and the choice made. */
export const mays: readonly Requirement[] = [
  rule('MAY-1', '3.6.1', 'Half-duplex close: after CLOSE nothing more can be read; data that comes is refused.'),
  rule('MAY-2', '3.6.1', 'A SYN that is new beyond doubt reopens a connection in TIME-WAIT.'),
  rule('MAY-3', '3.7.1', 'Every SYN carries the MSS option.'),
  rule('MAY-4', '3.8.1', 'A retransmission need not have the IP identification of the first; it has its own.'),
  rule('MAY-5', '3.8.4', 'There are keepalives.'),
  rule('MAY-6', '3.8.4', 'A keepalive probe with a garbage octet: not offered.'),
  rule('MAY-7', '3.8.6', 'What lies beyond a window that shrank may be retransmitted: the head is, as a probe.'),
  rule('MAY-8', '3.8.6.1', 'The window stays closed for as long as the user does not read.'),
  rule('MAY-9', '3.9.1.9', 'The Differentiated Services field last received, is there to be asked.'),
  without(
    'MAY-10',
    '3.9.2',
    'The IP Timestamp option.',
    'IP options are stepped over and none are sent (RFC 7126, 4.7); TCP has timestamps of its own',
  ),
  without(
    'MAY-11',
    '3.9.2',
    'The IP Record Route option.',
    'IP options are stepped over and none are sent (RFC 7126, 4.5)',
  ),
  rule('MAY-12', '3.10.7.4', 'Blind data injection: an acknowledgment far off is refused (RFC 5961, 5).'),
  rule('MAY-13', '3.10.7.4', 'A segment out of order is acknowledged at once.'),
  rule('MAY-14', '3.9.1.7', 'FLUSH: not offered; what was written stays queued.'),
  rule('MAY-15', '3.9.1.2', 'PUSH flags on SEND: not offered; TCP sets PSH by itself.'),
  rule('MAY-16', '3.9.1.2', 'Data of several writes is gathered into segments.'),
  rule('MAY-17', '3.9.1.3', 'PSH is not passed on: the user is told of data in any case.'),
  rule('MAY-18', '3.8.2', 'Congestion control is chosen by name.'),
]
