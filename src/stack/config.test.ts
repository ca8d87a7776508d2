import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Knob } from '../tcp/knob.ts'
import { changeSetting, type HostConfig, hostConfig, KNOBS, presets } from './config.ts'

const ALL = Object.entries(KNOBS) as [keyof HostConfig, Knob][]

/** The settings with one that TypeScript would refuse. */
const wrong = (name: string, value: unknown) => hostConfig({ [name]: value } as Partial<HostConfig>)

describe('the table of knobs', () => {
  it.each(ALL)('%s: its defaults are values that it takes, and it says what it is for', (name, knob) => {
    for (const preset of ['linux', 'rfc'] as const) {
      expect(presets[preset][name]).toEqual(knob[preset])
      expect(wrong(name, knob[preset])[name]).toEqual(knob[preset])
    }
    expect(knob.about).toMatch(/^[A-Z].*[^.]$/)
    expect(knob.source).not.toBe('')
    expect(knob.folder).toMatch(/^(net\.(ipv4|ipv6|core)(\.[a-z.]+)?)?$/)
  })

  it.each(ALL)('%s: nothing else than what it takes', (name, knob) => {
    const never: unknown[] = [undefined, null, Number.NaN, Number.POSITIVE_INFINITY, -1, 1.5, '', '1', {}, [], () => 1]
    for (const value of never) {
      expect(() => wrong(name, value), String(value)).toThrow(RangeError)
      expect(() => wrong(name, value), String(value)).toThrow(`${name} takes `)
    }
    if (knob.kind === 'integer') {
      const low = { tcp_rto_min_us: 1, tcp_delack_min_us: 1 }
      expect(hostConfig({ ...low, [name]: knob.least })[name]).toBe(knob.least)
      expect(() => wrong(name, knob.least - 1)).toThrow(`from ${knob.least} to ${knob.most}, not ${knob.least - 1}`)
      expect(() => wrong(name, knob.most + 1)).toThrow(`not ${knob.most + 1}`)
    }
  })

  it('has the bounds of the handlers of Linux', () => {
    const { tcp_syn_retries, tcp_synack_retries, tcp_retries2, tcp_syncookies, tcp_tw_reuse_delay, min_pmtu } = KNOBS
    expect(tcp_syn_retries).toMatchObject({ least: 1, most: 127 })
    expect(tcp_synack_retries).toMatchObject({ least: 0, most: 255 })
    expect(tcp_retries2).toMatchObject({ least: 0, most: 255 })
    expect(tcp_syncookies).toMatchObject({ least: 0, most: 2 })
    expect(tcp_tw_reuse_delay).toMatchObject({ least: 1, most: 60_000 })
    expect(min_pmtu).toMatchObject({ least: 68 })
  })

  it('has the defaults of Linux, and what the RFCs name otherwise', () => {
    expect(presets.linux).toMatchObject({
      tcp_syn_retries: 6,
      tcp_retries1: 3,
      tcp_retries2: 15,
      tcp_keepalive_time: 7200,
      tcp_keepalive_intvl: 75,
      tcp_keepalive_probes: 10,
      tcp_fin_timeout: 60,
      tcp_syncookies: 1,
      tcp_ecn: 2,
      tcp_tw_reuse: 2,
      tcp_rmem: [4096, 131_072, 6_291_456],
      ip_local_port_range: [32_768, 60_999],
    })
    const names = ALL.map(([name]) => name)
    expect(names.filter((name) => presets.linux[name] !== presets.rfc[name])).toEqual([
      'tcp_syn_retries',
      'tcp_synack_retries',
      'tcp_rto_min_us',
      'tcp_early_retrans',
      'tcp_delack_min_us',
      'tcp_delack_max_us',
      'tcp_timewait_len',
    ])
  })
})

describe('values', () => {
  it('of flags may be 0 and 1, and are kept as booleans', () => {
    expect(wrong('tcp_sack', 0).tcp_sack).toBe(false)
    expect(wrong('tcp_rfc1337', 1).tcp_rfc1337).toBe(true)
    expect(() => wrong('tcp_sack', 2)).toThrow('tcp_sack takes true or false, 1 or 0, not 2')
  })

  it('of triples ascend, and are kept apart from what was given', () => {
    const given = [1, 2, 3]
    const config = wrong('tcp_rmem', given)
    given[0] = 9
    expect(config.tcp_rmem).toEqual([1, 2, 3])
    expect(wrong('tcp_mem', [5, 5, 5]).tcp_mem).toEqual([5, 5, 5])
    for (const value of [[3, 2, 1], [1, 3, 2], [0, 1, 2], [1, 2], [1, 2, 3, 4], [1, 2, '3'], [1, 2.5, 3], 'abc']) {
      expect(() => wrong('tcp_rmem', value), String(value)).toThrow(/none less than the one before, not /)
    }
  })

  it('of the port range are two ports in order', () => {
    expect(wrong('ip_local_port_range', [65_535, 65_535]).ip_local_port_range).toEqual([65_535, 65_535])
    for (const value of [[0, 10], [50_000, 40_000], [1, 65_536], [1.5, 10], [1], 1]) {
      expect(() => wrong('ip_local_port_range', value)).toThrow(/from 1 to 65535, in that order, not /)
    }
  })

  it('of congestion control are those that there are', () => {
    expect(() => wrong('tcp_congestion_control', 'bbr')).toThrow("takes the name reno, not 'bbr'")
  })

  it('agree with one another', () => {
    expect(() => hostConfig({ tcp_delack_min_us: 300_000 })).toThrow(
      'tcp_delack_min_us takes at most tcp_delack_max_us, which is 200000, not 300000',
    )
    expect(hostConfig({ tcp_delack_min_us: 300_000, tcp_delack_max_us: 400_000 }).tcp_delack_min_us).toBe(300_000)
    expect(() => hostConfig({ tcp_rto_min_us: 2_000_000, tcp_rto_max_us: 1_000_000 })).toThrow(
      /tcp_rto_min_us takes at most/,
    )
    expect(() => hostConfig({ tcp_delack_max_us: 1 })).toThrow(
      'tcp_delack_max_us takes at least tcp_delack_min_us, which is 40000, not 1',
    )
  })

  it('of unknown names are refused with the nearest that there is', () => {
    expect(() => wrong('tcp_keepalive_tiem', 1)).toThrow(RangeError)
    expect(() => wrong('tcp_keepalive_tiem', 1)).toThrow(
      'unknown setting tcp_keepalive_tiem: did you mean tcp_keepalive_time?',
    )
    expect(() => wrong('SOMAXCON', 1)).toThrow(/did you mean/)
    for (const name of ['toString', 'constructor', '__proto__x', '']) expect(() => wrong(name, 1)).toThrow(/unknown/)
  })

  it('of any kind never get in unless they have the type of the default', () => {
    const name = fc.constantFrom(...ALL.map(([each]) => each))
    fc.assert(
      fc.property(name, fc.anything(), (each, value) => {
        const before = presets.linux[each]
        let config: HostConfig
        try {
          config = wrong(each, value)
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError)
          return
        }
        expect(typeof config[each]).toBe(typeof before)
        expect(Array.isArray(config[each])).toBe(Array.isArray(before))
      }),
    )
  })
})

describe('changeSetting', () => {
  it('changes the object itself, or nothing', () => {
    const config = hostConfig()
    const before = { ...config }
    for (const value of [Number.NaN, 300_000]) {
      expect(() => changeSetting(config, 'tcp_delack_min_us', value)).toThrow(RangeError)
      expect(config).toEqual(before)
    }
    changeSetting(config, 'tcp_sack', 0)
    expect(config).toEqual({ ...before, tcp_sack: false })
    expect(presets.linux.tcp_sack).toBe(true)
  })
})
