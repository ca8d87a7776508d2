import { describe, expect, it } from 'vitest'
import type { Timeline } from '../run/timeline.ts'
import { linkTo, readLink } from './link.ts'

const scenario = (acts: Timeline['acts'] = []): Timeline => ({
  play: { kind: 'scenario', name: 'close', part: 1 },
  seed: 1,
  acts,
})

describe('a link', () => {
  it('to a scenario as it is can be read by people', async () => {
    expect(await linkTo({ timeline: scenario(), at: 0 })).toBe('scenario=close&part=1')
    expect(await linkTo({ timeline: scenario(), at: 1500 })).toBe('scenario=close&part=1&at=1500')
  })

  it('leads back to the same timeline and moment', async () => {
    const changed = scenario([
      { kind: 'lose', packet: 3, at: 20_000 },
      { kind: 'sysctl', at: 5, host: 'client', name: 'tcp_sack', value: '0' },
    ])
    for (const timeline of [scenario(), changed, { ...scenario(), seed: 42 }]) {
      const link = await linkTo({ timeline, at: 777 })
      expect(link).toMatch(/^[\w=&-]+$/)
      expect(await readLink(`#${link}`)).toEqual({ timeline, at: 777 })
    }
  })

  it('that is empty, cut or made up says so', async () => {
    expect(await readLink('')).toBeNull()
    const link = await linkTo({ timeline: scenario([{ kind: 'lose', packet: 3, at: 1 }]), at: 0 })
    await expect(readLink(link.slice(0, -12))).rejects.toThrow(SyntaxError)
    await expect(readLink('play=AAAA')).rejects.toThrow(SyntaxError)
  })
})
