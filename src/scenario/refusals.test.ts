import { describe, expect, it } from 'vitest'
import { failures } from './failures.testkit.ts'
import { type Firewall, playClosedPort, playDrop, playRejectByIcmp, playRejectByRst } from './refusals.ts'
import { Stage } from './stage.ts'

const FIREWALLS: readonly Firewall[] = ['none', 'drop', 'reject by ICMP', 'reject by RST']

describe('the ladder of a refusal', () => {
  it('shows the message that the client gets', () => {
    const stage = new Stage()
    playRejectByIcmp(stage)
    expect(stage.ladder.render()).toMatch(/CLOSED │◄─── from 10\.0\.1\.254 ── icmp prohibited ╌╌╌/)
  })
})

describe('the claims on refusals', () => {
  it('on a closed port fail where somebody listens, or a firewall speaks', () => {
    expect(failures((stage) => playClosedPort(stage, { listens: true })).length).toBe(2)
    for (const firewall of FIREWALLS.slice(1)) {
      expect(failures((stage) => playClosedPort(stage, { firewall })).length).toBe(2)
    }
  })

  it.each([
    ['drop', playDrop],
    ['reject by ICMP', playRejectByIcmp],
    ['reject by RST', playRejectByRst],
  ] as const)('on a firewall that does %s fail for others, each of them', (own, play) => {
    const failed = new Set<string>()
    for (const firewall of FIREWALLS) {
      const claims = failures((stage) => play(stage, { firewall }))
      expect([firewall, claims.length > 0]).toEqual([firewall, firewall !== own])
      for (const claim of claims) failed.add(claim)
    }
    expect(failed.size).toBe(2)
  })
})
