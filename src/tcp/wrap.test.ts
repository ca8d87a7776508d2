import { describe, it } from 'vitest'
import { Peer } from './peer.testkit.ts'

/** Where numbers begin, so that the wrap falls on each event below by turns. */
const STARTS = [
  0,
  0x7fffffff,
  0x80000000,
  ...[0, 1, 2, 50, 101, 500, 1000, 1001, 2500, 4000, 6001].map((n) => 0xffffffff - n),
]

describe.each(STARTS)('RFC 9293 3.4: sequence numbers that begin at %d', (start) => {
  it('ours', () => {
    new Peer({ iss: start }).run(`
      +0     connect
      +0     > S 0:0(0)
      +0.1   < S. 0:0(0) ack 1 win 32792 <mss 1000,sackOK,wscale 7>
      +0     > . 1:1(0) ack 1
      +0.1   urgent 100
      +0     > P.U 1:101(100) ack 1 win 502 urg 100
      +0.1   < . 1:1(0) ack 101 win 257
      +0     write 5000
      +0     > . 101:1101(1000) ack 1
      +0     > . 1101:2101(1000) ack 1
      +0     > . 2101:3101(1000) ack 1
      +0     > . 3101:4101(1000) ack 1
      +0     > P. 4101:5101(1000) ack 1
      +0.1   < . 1:1(0) ack 101 win 257 <sack 1101:2101 3101:5101>
      +0     > . 101:1101(1000) ack 1
      +0     > . 2101:3101(1000) ack 1
      +0.1   < . 1:1(0) ack 5101 win 257
      +0     write 1000
      +0     > P. 5101:6101(1000) ack 1
      +0.3   > P. 5101:6101(1000) ack 1
      +0.3   > P. 5101:6101(1000) ack 1
      +0.1   < . 1:1(0) ack 6101 win 0
      +0     write 10
      +0.6   > . 6100:6100(0) ack 1
      +0.1   < . 1:1(0) ack 6101 win 257
      +0     > P. 6101:6111(10) ack 1
      +0.1   < . 1:1(0) ack 6111 win 257
      +0     shutdown
      +0     > F. 6111:6111(0) ack 1
      +0.1   < F. 1:1(0) ack 6112 win 257
      +0     > . 6112:6112(0) ack 2
      +0     state TIME-WAIT
    `)
  })

  it("the peer's", () => {
    new Peer({ peerIss: start }).run(`
      +0    listen
      +0    < S 0:0(0) win 32792 <mss 1000,sackOK,wscale 7>
      +0    > S. 0:0(0) ack 1
      +0.1  < . 1:1(0) ack 1 win 257
      +0.1  < PU. 1:101(100) ack 1 win 257 urg 50
      +0    > . 1:1(0) ack 101
      +0    urgentAhead 50
      +0.1  < . 1101:2101(1000) ack 1 win 257
      +0    > . 1:1(0) ack 101 <sack 1101:2101>
      +0.1  < . 3101:4101(1000) ack 1 win 257
      +0    > . 1:1(0) ack 101 <sack 3101:4101 1101:2101>
      +0.1  < . 501:1501(1000) ack 1 win 257
      +0    > . 1:1(0) ack 101 <sack 1101:1501 501:2101 3101:4101>
      +0.1  < . 51:501(450) ack 1 win 257
      +0    > . 1:1(0) ack 2101 <sack 51:101 3101:4101>
      +0.1  < R 3000:3000(0) win 0
      +0    > . 1:1(0) ack 2101 <sack 3101:4101>
      +0.1  < F. 6101:6101(0) ack 1 win 257
      +0    > . 1:1(0) ack 2101 <sack 6101:6102 3101:4101>
      +0.1  < . 2101:3101(1000) ack 1 win 257
      +0    > . 1:1(0) ack 4101 <sack 6101:6102>
      +0    read all
      +0.1  < . 4101:6101(2000) ack 1 win 257
      +0    > . 1:1(0) ack 6102
      +0    state CLOSE-WAIT
      +0    readable 2000
      +0    read all
    `)
  })
})
