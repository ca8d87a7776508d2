import { type CongestionControl, slowStart } from './congestion.ts'

/** Standard congestion control (RFC 5681; RFC 9293, 3.8.2, MUST-19): one segment a round trip up, one half down. */
export const newReno: CongestionControl = {
  name: 'reno',

  threshold(window) {
    return Math.max(window.cwnd >> 1, 2)
  },

  acknowledged(window, acked) {
    let left = acked
    if (window.inSlowStart) {
      left = slowStart(window, left)
      if (left === 0) return
    }
    window.count += left
    if (window.count >= window.cwnd) {
      const grow = Math.floor(window.count / window.cwnd)
      window.count -= grow * window.cwnd
      window.cwnd += grow
    }
  },

  congested(window) {
    window.count = 0
  },
}
