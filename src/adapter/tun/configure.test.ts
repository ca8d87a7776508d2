import { expect, it } from 'vitest'
import { configureCommands } from './configure.ts'

const lines = (...args: Parameters<typeof configureCommands>) =>
  configureCommands(...args).map((line) => line.join(' '))

it('brings the link up before it gives addresses', () => {
  expect(lines('tun0', {})).toEqual(['link set dev tun0 up'])
  expect(lines('tun0', { address: ['10.9.0.1/24', 'fd00:9::1/64'], mtu: 9000, queueLength: 1000 })).toEqual([
    'link set dev tun0 mtu 9000 txqueuelen 1000 up',
    'address replace 10.9.0.1/24 dev tun0',
    'address replace fd00:9::1/64 dev tun0 nodad',
  ])
  expect(lines('tun0', { address: '10.9.0.1', peer: '10.9.0.2' })).toEqual([
    'link set dev tun0 up',
    'address replace 10.9.0.1 peer 10.9.0.2 dev tun0',
  ])
})
