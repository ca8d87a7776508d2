import { expect, it } from 'vitest'
import { PingStatistics } from './ping-statistics.ts'

it('are reported as ping does', () => {
  const statistics = new PingStatistics()
  statistics.sent = 3
  statistics.add(1000)
  statistics.add(3000)
  statistics.duplicates = 1
  expect(statistics.report('host', 2004.4)).toBe(
    '--- host ping statistics ---\n3 packets transmitted, 2 received, +1 duplicates, 33.3% packet loss, time 2004ms\n' +
      'rtt min/avg/max/mdev = 1.000/2.000/3.000/1.000 ms\n',
  )
})

it('need no answer', () => {
  const statistics = new PingStatistics()
  expect(statistics.report('host', 0)).toContain('0 packets transmitted, 0 received, 0% packet loss')
})
