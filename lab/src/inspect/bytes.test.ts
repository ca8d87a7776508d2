import { dissect, FIELDS } from 'estab/trace'
import { describe, expect, it } from 'vitest'
import { FIELD_WORDS } from '../words/fields.ts'
import { changedPaths } from './changes.ts'
import { headerParts } from './header-words.ts'
import { played } from './inspect.testkit.ts'
import { grouped, sequence } from './numbers.ts'
import { payloadLines } from './payload-text.ts'

describe('the header of a packet', () => {
  const { bytes } = played('handshake').packets.at(0)
  const parts = headerParts(dissect(bytes))

  it('stands there four bytes by four bytes, every byte once', () => {
    expect(parts.map(({ layer }) => layer)).toEqual(['ip', 'tcp'])
    const words = parts.flatMap((part) => part.words)
    expect(words.map(({ start }) => start)).toEqual(Array.from({ length: 15 }, (_, i) => 4 * i))
    expect(words.at(-1)?.end).toBe(bytes.length)
  })

  it('has each field at the word where it begins, an option with its parts', () => {
    const words = parts.flatMap((part) => part.words)
    expect(words[0].fields.map(({ name }) => name)).toEqual([
      'ip.version',
      'ip.ihl',
      'ip.dscp',
      'ip.ecn',
      'ip.total_length',
    ])
    const tsval = words.find(({ fields }) => fields.some(({ name }) => name === 'tcp.option.timestamps.tsval'))
    expect(tsval?.fields).toHaveLength(1)
  })

  it('shows the fields of a packet that an ICMP error quotes', () => {
    const icmp = played('refusals', 2).packets.at(1)
    const fields = headerParts(dissect(icmp.bytes)).flatMap((part) => part.words.flatMap((word) => word.fields))
    const names = fields.map(({ name }) => name)
    expect(names.indexOf('tcp.seq')).toBeGreaterThan(names.indexOf('icmp.quote'))
    expect(names.filter((name) => name === 'ip.source')).toHaveLength(2)
  })

  it('has a name and a meaning for every field in both languages', () => {
    for (const words of [FIELD_WORDS.en, FIELD_WORDS.zh])
      expect(Object.keys(words).sort()).toEqual(Object.keys(FIELDS).sort())
  })
})

describe('values', () => {
  it('a payload is lines of eight bytes', () => {
    const lines = payloadLines(new TextEncoder().encode('GET / HTTP/1.1\r\n'), 8)
    expect(lines).toEqual([
      { offset: 0, hex: '47 45 54 20 2f 20 48 54', text: 'GET / HT' },
      { offset: 8, hex: '54 50 2f 31 2e 31 0d 0a', text: 'TP/1.1··' },
    ])
  })

  it('numbers are grouped, sequence numbers count from their base and wrap', () => {
    expect(grouped(3626544836)).toBe('3\u00a0626\u00a0544\u00a0836')
    expect(sequence(4, 0xffff_fffe)).toBe('6')
    expect(sequence(-1, 0)).toBe('–')
  })

  it('what has changed is told by its path; nothing has where there was nothing', () => {
    expect([...changedPaths({ snd: { una: 1, nxt: 2 }, list: [1] }, { snd: { una: 1, nxt: 3 }, list: [2] })]).toEqual([
      'snd.nxt',
      'list',
    ])
    expect(changedPaths(null, { a: 1 }).size).toBe(0)
  })
})
