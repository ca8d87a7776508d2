import { describe, expect, it } from 'vitest'
import { servicePort } from './service-names.ts'

const SERVICES = `# a comment
ssh\t\t22/tcp\t\t\t# SSH Remote Login Protocol
domain 53/udp
domain 53/tcp
http 80/tcp www   # WorldWideWeb
tftp 69/udp
`

describe('a service', () => {
  it.each([
    ['ssh', 22],
    ['domain', 53],
    ['www', 80],
    ['tftp', -1],
    ['SSH', -1],
    ['22/tcp', -1],
    ['', -1],
  ])('%j has port %j', (name, port) => {
    expect(servicePort(name, SERVICES)).toBe(port)
  })
})
