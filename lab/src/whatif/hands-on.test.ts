import { describe, expect, it } from 'vitest'
import type { Act } from '../run/timeline.ts'
import { hasStopped, isUnplugged, linksOf, settingsAt } from './hands-on.ts'

const socket = { host: 'server', port: 80, peerPort: 5000 }
const acts: Act[] = [
  { kind: 'stop-reading', at: 10, ...socket },
  { kind: 'unplug', at: 15, link: 1 },
  { kind: 'sysctl', at: 20, host: 'server', name: 'tcp_sack', value: '0' },
  { kind: 'read-on', at: 30, ...socket },
  { kind: 'plug', at: 35, link: 1 },
  { kind: 'reboot', at: 40, host: 'server' },
]

describe('what the user has done until a moment', () => {
  it('an application has stopped reading until it reads on; others have not', () => {
    expect([5, 10, 29, 30].map((time) => hasStopped(acts, socket, time))).toEqual([false, true, true, false])
    expect(hasStopped(acts, { ...socket, peerPort: 5001 }, 20)).toBe(false)
  })

  it('a cable is out until it is plugged in', () => {
    expect([14, 15, 35].map((time) => isUnplugged(acts, 1, time))).toEqual([false, true, false])
    expect(isUnplugged(acts, 0, 20)).toBe(false)
  })

  it('a setting holds until the machine boots again', () => {
    const sack = (time: number, host = 'server') => settingsAt({ tcp_sack: '1' }, acts, host, time).tcp_sack
    expect([19, 20, 40].map((time) => sack(time))).toEqual(['1', '0', '1'])
    expect(sack(25, 'client')).toBe('1')
  })

  it('a lane has the links at whose end it is', () => {
    const links = [{ lanes: [0, 1] as const }, { lanes: [2, 0] as const }, { lanes: [1, 2] as const }]
    expect(linksOf({ links }, 0)).toEqual([
      { link: 0, other: 1 },
      { link: 1, other: 2 },
    ])
  })
})
