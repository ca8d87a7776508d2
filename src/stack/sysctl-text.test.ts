import { describe, expect, it } from 'vitest'
import type { Knob } from '../tcp/knob.ts'
import { type HostConfig, hostConfig, KNOBS, presets } from './config.ts'
import { formatSysctl, parseSysctl, sysctlName, sysctlPath, sysctlTexts } from './sysctl-text.ts'

const ALL = Object.keys(KNOBS) as (keyof HostConfig)[]

describe('names', () => {
  it.each([
    ['tcp_sack', 'tcp_sack'],
    ['net.ipv4.tcp_sack', 'tcp_sack'],
    ['net/ipv4/tcp_sack', 'tcp_sack'],
    ['net.core.somaxconn', 'somaxconn'],
    ['net.ipv4.neigh.default.gc_thresh3', 'gc_thresh3'],
    ['net.ipv6.ip6frag_time', 'ip6frag_time'],
    ['syn_per_source', 'syn_per_source'],
  ])('%s', (text, name) => {
    expect(sysctlName(text)).toBe(name)
  })

  it.each([
    ['net.ipv4.tcp_sak', 'tcp_sack'],
    ['net.core.tcp_sack', 'tcp_sack'],
    ['net/ipv4/ip_local_port_rang', 'ip_local_port_range'],
    ['.tcp_sack', 'tcp_sack'],
    ['net.ipv4.syn_per_source', 'syn_per_source'],
  ])('%s is none, but nearly %s', (text, nearly) => {
    expect(() => sysctlName(text)).toThrow(RangeError)
    expect(() => sysctlName(text)).toThrow(`unknown setting ${text}: did you mean ${nearly}?`)
  })
})

describe('values as text', () => {
  it('are as Linux prints them', () => {
    expect(formatSysctl(true)).toBe('1')
    expect(formatSysctl(false)).toBe('0')
    expect(formatSysctl(7200)).toBe('7200')
    expect(formatSysctl([4096, 16_384, 4_194_304])).toBe('4096\t16384\t4194304')
    expect(formatSysctl('reno')).toBe('reno')
  })

  it.each(ALL)('%s is read back as what it was', (name) => {
    for (const config of [presets.linux, presets.rfc]) {
      expect(parseSysctl(`${sysctlPath(name)} = ${formatSysctl(config[name])}`)).toEqual([name, config[name]])
    }
  })

  it.each([
    ['tcp_sack=false', ['tcp_sack', false]],
    ['tcp_rmem=1,2,3', ['tcp_rmem', [1, 2, 3]]],
    [' net.ipv4.tcp_rmem =  1 , 2\t3 ', ['tcp_rmem', [1, 2, 3]]],
    ['ip_local_port_range=1024 2047', ['ip_local_port_range', [1024, 2047]]],
    ['net/ipv4/tcp_congestion_control=reno', ['tcp_congestion_control', 'reno']],
  ])('%s', (text, expected) => {
    expect(parseSysctl(text)).toEqual(expected)
  })

  it.each([
    ['tcp_sack', /NAME=VALUE/],
    ['', /NAME=VALUE/],
    ['=1', /unknown setting/],
    ['tcp_sakc=1', /did you mean tcp_sack/],
    ['tcp_sack=', /true or false, 1 or 0, not ''/],
    ['tcp_sack=yes', /not 'yes'/],
    ['tcp_sack=01', /not '01'/],
    ['tcp_syn_retries=0', /from 1 to 127, not 0/],
    ['tcp_syn_retries=', /not ''/],
    ['tcp_syn_retries=1e1', /not '1e1'/],
    ['tcp_syn_retries=0x10', /not '0x10'/],
    ['tcp_syn_retries=1 2', /not '1 2'/],
    ['tcp_keepalive_time=99999999999999999999', /not '9+'/],
    ['tcp_rmem=1', /three whole numbers.*not \[1\]/],
    ['tcp_rmem=1,2,x', /not \[1, 2, 'x'\]/],
    ['tcp_rmem=3 2 1', /not \[3, 2, 1\]/],
    ['tcp_congestion_control=cubic', /takes .*reno/],
    ['tcp_sack=1=1', /not '1=1'/],
  ])('%j is refused', (text, message) => {
    expect(() => parseSysctl(text)).toThrow(RangeError)
    expect(() => parseSysctl(text)).toThrow(message)
  })
})

describe('sysctlTexts', () => {
  it('lists every knob once, with its path, in order', () => {
    const texts = sysctlTexts(hostConfig({ tcp_sack: false }))
    const names = texts.map(({ name }) => name)
    expect(names).toEqual([...names].sort())
    expect(new Set(names).size).toBe(ALL.length)
    expect(texts).toContainEqual({ name: 'net.ipv4.tcp_sack', value: '0' })
    expect(texts).toContainEqual({ name: 'net.core.somaxconn', value: '4096' })
    expect(texts).toContainEqual({ name: 'net.ipv4.ip_local_port_range', value: '32768\t60999' })
    expect(texts).toContainEqual({ name: 'syn_per_source', value: '0' })
    // What is listed can be set again.
    for (const { name, value } of texts) expect(() => parseSysctl(`${name}=${value}`)).not.toThrow()
  })

  it('gives no path to names of our own', () => {
    for (const name of ALL) {
      const knob: Knob = KNOBS[name]
      if (knob.source === 'own name') expect(sysctlPath(name)).toBe(name)
    }
  })
})
