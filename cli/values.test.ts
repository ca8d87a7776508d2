import { InvalidArgumentError } from 'commander'
import { describe, expect, it } from 'vitest'
import { address, integer, prefix, repeatable, resolution, seconds, setting, socketOption } from './values.ts'

describe('option values', () => {
  it('are read', () => {
    expect(integer(0, 9)('7')).toBe(7)
    expect(seconds('0.5')).toBe(0.5)
    expect(prefix('10.9.0.2/24')).toBe('10.9.0.2/24')
    expect(prefix('fd00:9::2/64')).toBe('fd00:9::2/64')
    expect(address('fd00:9::1')).toBe('fd00:9::1')
    expect(resolution('Example.org:10.9.0.1')).toEqual(['example.org', '10.9.0.1'])
    expect(resolution('six:[fd00::1]')).toEqual(['six', 'fd00::1'])
    expect(socketOption('TCP_NODELAY=1')).toEqual(['TCP_NODELAY', 1])
    expect(setting('tcp_sack=false')).toEqual({ tcp_sack: false })
    expect(setting('tcp_sack=1')).toEqual({ tcp_sack: true })
    expect(setting('tcp_syn_retries=3')).toEqual({ tcp_syn_retries: 3 })
    expect(setting('tcp_rmem=4096,131072,6291456')).toEqual({ tcp_rmem: [4096, 131_072, 6_291_456] })
    expect(setting('tcp_congestion_control=reno')).toEqual({ tcp_congestion_control: 'reno' })
  })

  it('may be collected', () => {
    const collect = repeatable(integer(0, 9))
    expect(collect('2', collect('1', undefined))).toEqual([1, 2])
  })

  it.each([
    [integer(1, 9), ['0', '10', '', '-1', '1.5', 'x', '1e0']],
    [seconds, ['', '-1', 'x', '1e9']],
    [prefix, ['10.9.0.2', '10.9.0.2/33', '', 'x/24']],
    [address, ['10.9.0.2/24', '', 'localhost']],
    [resolution, ['a', ':10.0.0.1', 'a:b']],
    [socketOption, ['TCP_NODELAY', 'TCP_NODELAY=2', 'NOTHING=1', 'toString=1', 'IP_TTL=0']],
    [setting, ['nothing=1', 'tcp_sack', 'tcp_sack=x', 'tcp_rmem=1', 'tcp_rmem=1,2,x', 'tcp_syn_retries=x', '']],
  ] as const)('are refused', (read, texts) => {
    for (const text of texts) expect(() => read(text), text).toThrow(InvalidArgumentError)
  })
})
