import { describe, expect, it } from 'vitest'
import { lookUp, resolve } from './names.ts'

const HOSTS = `
127.0.0.1 localhost   # 10.0.0.9 comment
10.9.0.1\tserver Server.Example.org
fd00:9::1 six
not-an-address name
`

describe('a name', () => {
  it('is found in the hosts file', () => {
    expect(lookUp(HOSTS, 'server.example.org')).toBe('10.9.0.1')
    expect(lookUp(HOSTS, 'six')).toBe('fd00:9::1')
    expect(lookUp(HOSTS, 'comment')).toBe('')
    expect(lookUp(HOSTS, 'name')).toBe('')
  })

  it('may be an address already', () => {
    expect(resolve('10.0.0.1', [], HOSTS)).toBe('10.0.0.1')
    expect(resolve('[fd00::1]', [], HOSTS)).toBe('fd00::1')
  })

  it('may be given its address, or not be known', () => {
    expect(resolve('Server', [['server', '10.0.0.7']], HOSTS)).toBe('10.0.0.7')
    expect(resolve('SERVER.', [], HOSTS)).toBe('10.9.0.1')
    expect(() => resolve('nobody', [], HOSTS)).toThrow(/--resolve nobody:ADDRESS/)
  })
})
