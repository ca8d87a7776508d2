import { describe, expect, it } from 'vitest'
import { Peer } from './peer.testkit.ts'

describe('RFC 8985 7: tail loss probes', () => {
  it('7.2: after two round trips the last segment goes again, then the timer', () => {
    const peer = Peer.established().run(`
      +0.1   write 3000
      +0     > . 1:1001(1000) ack 1
      +0     > . 1001:2001(1000) ack 1
      +0     > P. 2001:3001(1000) ack 1
      +0.202 > P. 2001:3001(1000) ack 1
      +0.3   > . 1:1001(1000) ack 1
      +0.6   > . 1:1001(1000) ack 1
    `)
    expect(peer.counters).toMatchObject({ TCPLossProbes: 1, TCPTimeouts: 2 })
  })

  it('7.3: new data is the better probe', () => {
    Peer.established().run(`
      +0.1   write 12000
      +0     > . 1:1001(1000) ack 1
      +0     > . 1001:2001(1000) ack 1
      +0     > . 2001:3001(1000) ack 1
      +0     > . 3001:4001(1000) ack 1
      +0     > . 4001:5001(1000) ack 1
      +0     > . 5001:6001(1000) ack 1
      +0     > . 6001:7001(1000) ack 1
      +0     > . 7001:8001(1000) ack 1
      +0     > . 8001:9001(1000) ack 1
      +0     > . 9001:10001(1000) ack 1
      +0.202 > . 10001:11001(1000) ack 1
      +0.1   < . 1:1(0) ack 11001 win 257
      +0     > P. 11001:12001(1000) ack 1
    `)
  })

  const probed = `
    +0.1   write 3000
    +0     > . 1:1001(1000) ack 1
    +0     > . 1001:2001(1000) ack 1
    +0     > P. 2001:3001(1000) ack 1
    +0.1   < . 1:1(0) ack 2001 win 257
    +0.3   > P. 2001:3001(1000) ack 1
  `
  it('7.4.2: the probe mended a loss: the window is reduced once', () => {
    const peer = Peer.established()
      .run(probed)
      .run(`
      +0.1   < . 1:1(0) ack 3001 win 257
      +0     write 100
      +0     > P. 3001:3101(100) ack 1
      +0.1   < . 1:1(0) ack 3101 win 257
      +0     cwnd 5
      +0     ssthresh 5
    `)
    expect(peer.counters.TCPLossProbeRecovery).toBe(1)
  })

  it('7.4.2: two acknowledgments, of the original and of the probe: nothing was lost', () => {
    const peer = Peer.established()
      .run(probed)
      .run(`
      +0.1   < . 1:1(0) ack 3001 win 257
      +0.01  < . 1:1(0) ack 3001 win 257
      +0     write 100
      +0     > P. 3001:3101(100) ack 1
      +0.1   < . 1:1(0) ack 3101 win 257
      +0     cwnd 10
    `)
    expect(peer.counters.TCPLossProbeRecovery).toBe(0)
  })

  it('7.4.1: a DSACK says that nothing was lost', () => {
    Peer.established()
      .run(probed)
      .run(`
      +0.1   < . 1:1(0) ack 3001 win 257 <sack 2001:3001>
      +0     cwnd 10
    `)
  })

  it('the answer to the probe shows the hole: fast recovery, no timeout', () => {
    const peer = Peer.established().run(`
      +0.1   write 3000
      +0     > . 1:1001(1000) ack 1
      +0     > . 1001:2001(1000) ack 1
      +0     > P. 2001:3001(1000) ack 1
      +0.202 > P. 2001:3001(1000) ack 1
      +0.1   < . 1:1(0) ack 1 win 257 <sack 2001:3001>
      +0     > . 1:1001(1000) ack 1
      +0.1   < . 1:1(0) ack 1001 win 257 <sack 2001:3001>
      +0     > . 1001:2001(1000) ack 1
      +0.1   < . 1:1(0) ack 3001 win 257
    `)
    expect(peer.counters.TCPTimeouts).toBe(0)
  })

  it('new data sent meanwhile puts it off, and with it the timer; a second probe is not sent', () => {
    Peer.established().run(`
      +0.1   write 1500
      +0     > . 1:1001(1000) ack 1
      +0     > P. 1001:1501(500) ack 1
      +0.202 > P. 1001:1501(500) ack 1
      +0.28  write 1000
      +0     > P. 1501:2501(1000) ack 1
      +0.202 > . 1:1001(1000) ack 1
      +0.6   > . 1:1001(1000) ack 1
    `)
  })

  it('none while the window is taken back: the timer comes at once', () => {
    Peer.established().run(`
      +0.1   write 3000
      +0     > . 1:1001(1000) ack 1
      +0     > . 1001:2001(1000) ack 1
      +0     > P. 2001:3001(1000) ack 1
      +0.1   < . 1:1(0) ack 1001 win 0
      +0.202 > . 1001:2001(1000) ack 1
      +0.6   > . 1001:2001(1000) ack 1
    `)
  })

  it('none without SACK', () => {
    Peer.established({}, 'mss 1000,wscale 7').run(`
      +0.1 write 2000
      +0   > . 1:1001(1000) ack 1
      +0   > P. 1001:2001(1000) ack 1
      +0.3 > . 1:1001(1000) ack 1
    `)
  })
})
