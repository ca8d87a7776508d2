import { describe, expect, it } from 'vitest'
import { labelPattern } from './label.ts'
import { rfc9293, sources } from './requirements.ts'

describe('labelPattern', () => {
  it.each([
    ['MUST-3', 'MUST-3: the checksum is checked', true],
    ['MUST-3', 'MUST-31: of any length', false],
    ['MUST-31', 'MUST-30, MUST-31: urgent data', true],
    ['MUST-1', 'NOMUST-1', false],
    ['RFC 5961, 3.2', 'resets RFC 5961, 3.2: a RST', true],
    ['RFC 5961, 3', 'RFC 5961, 3.2: a RST', false],
    ['RFC 5961, 3', 'RFC 5961, 3. A RST', true],
    ['RFC 7323, 5.3', 'RFC 7323, 5.3 R1: older', false],
    ['RFC 7323, 5.3 R1', 'RFC 7323, 5.3 R1: older', true],
    ['RFC 2018, 4', 'RFC 2018, 4 a: the first block', false],
    ['RFC 2018, 4 a', 'RFC 2018, 4 a: the first block', true],
    ['RFC 2018, 4', 'RFC 2018, 4, is followed', true],
  ])("'%s' in '%s': %s", (label, text, found) => {
    expect(labelPattern(label).test(text)).toBe(found)
  })
})

describe('the table', () => {
  it('has the 119 labels of RFC 9293, of which at most six have no counterpart here', () => {
    const counts = { MUST: 69, SHLD: 31, MAY: 18, REC: 1 }
    const labels = Object.entries(counts).flatMap(([kind, count]) =>
      Array.from({ length: count }, (_, i) => `${kind}-${i + 1}`),
    )
    expect(rfc9293.map((row) => row.label)).toEqual(labels)
    expect(rfc9293.filter((row) => row.notApplicable !== '').length).toBeLessThanOrEqual(6)
  })

  it('names each rule once', () => {
    const labels = sources.flatMap((source) => source.requirements.map((row) => row.label))
    expect(new Set(labels).size).toBe(labels.length)
  })
})
