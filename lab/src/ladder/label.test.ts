import { describe, expect, it } from 'vitest'
import { MARKS } from '../run/packets.ts'
import { labelOf } from './label.ts'
import { runOf } from './ladder.testkit.ts'

/** A packet whose last bytes are `text`. */
function carrying(text: string) {
  const bytes = new TextEncoder().encode(`${'\0'.repeat(40)}${text}`)
  return runOf([{ bytes, length: text.length, flags: 24, seq: 11, ack: 21, window: 502 }]).packets.at(0)
}

describe('the words on an arrow', () => {
  it('are the notation, from whole to least', () => {
    const { notation, name } = labelOf(carrying('abc'), undefined, true, 'en')
    expect(notation).toEqual(['P. 11:14(3) ack 21 win 502', 'P. 11:14(3) ack 21', 'P. 11:14(3)'])
    expect(name).toBe('')
  })

  it('show the first line of what is carried, if it is text', () => {
    expect(labelOf(carrying('GET / HTTP/1.1\r\nHost: a'), undefined, true, 'en').payload).toBe('GET / HTTP/1.1')
    expect(labelOf(carrying('no line ends here'), undefined, true, 'en').payload).toBe('')
    expect(labelOf(carrying('\x01\x02\r\n'), undefined, true, 'en').payload).toBe('')
  })

  it('say what is special about it', () => {
    const packet = { ...carrying(''), flags: 18, marks: MARKS.retransmission | MARKS.lost }
    expect(labelOf(packet, undefined, true, 'en')).toMatchObject({ name: 'SYN,ACK', remark: 'retransmission, lost' })
    expect(labelOf(packet, undefined, true, 'zh').remark).toBe('重传，丢失')
  })
})
