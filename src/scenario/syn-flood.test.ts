import { describe, expect, it } from 'vitest'
import { failures } from './failures.testkit.ts'
import { FLOODS, type Flood, playCookies, playFewServed, playLargerQueue, playPerSource } from './syn-flood.ts'

function changed(flood: Flood, config: Flood['config']): Flood {
  return { ...flood, config: { ...flood.config, ...config } }
}

describe('the claims on a SYN flood', () => {
  it('on no defence fail where there is one', () => {
    for (const flood of [FLOODS.cookies, FLOODS.fewSources]) {
      const failed = failures((stage) => playFewServed(stage, flood))
      expect(failed).toContain('Hardly any honest client is served.')
    }
    expect(failures((stage) => playFewServed(stage, FLOODS.larger)).length).toBe(2)
  })

  it('on a larger queue fail for a small one, and for long waits', () => {
    const small = changed(FLOODS.larger, { tcp_max_syn_backlog: 64 })
    expect(failures((stage) => playLargerQueue(stage, small)).length).toBe(2)
    const patient = changed(FLOODS.larger, { tcp_synack_retries: 5 })
    expect(failures((stage) => playLargerQueue(stage, patient))).toEqual([
      'Four seconds later all those places are free again.',
    ])
  })

  it('on a limit per source fail without it, and for a flood from many', () => {
    const without = changed(FLOODS.fewSources, { syn_per_source: 0 })
    expect(failures((stage) => playPerSource(stage, without)).length).toBe(2)
    expect(failures((stage) => playPerSource(stage, FLOODS.manySources))).toEqual(['Every honest client is served.'])
  })

  it('on cookies fail without them, and where there is room enough not to need them', () => {
    expect(failures((stage) => playCookies(stage, FLOODS.none)).length).toBe(2)
    expect(failures((stage) => playCookies(stage, FLOODS.larger)).length).toBe(2)
  })
})
