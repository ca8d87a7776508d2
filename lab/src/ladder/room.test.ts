import { describe, expect, it } from 'vitest'
import { Room } from './room.ts'
import { wrapText } from './wrap.ts'

describe('the room on a page', () => {
  it('is taken by text', () => {
    const room = new Room()
    room.clear(400, 300)
    expect(room.free(50, 100, 0.2, 120, 10)).toBe(true)
    room.take(50, 100, 0.2, 120, 10)
    expect(room.free(60, 100, 0.2, 120, 10)).toBe(false)
    expect(room.free(50, 130, 0.2, 120, 10)).toBe(true)
    room.clear(400, 300)
    expect(room.free(60, 100, 0.2, 120, 10)).toBe(true)
  })

  it('lets a line pass through a text, but not many', () => {
    const room = new Room()
    room.clear(400, 300)
    room.cross(80, 0, 120, 300)
    expect(room.free(50, 150, 0, 120, 10)).toBe(true)
    for (let x = 55; x < 170; x += 12) room.cross(x, 0, x, 300)
    expect(room.free(50, 150, 0, 120, 10)).toBe(false)
  })
})

describe('a text in lines', () => {
  const measure = (text: string) => [...text].reduce((sum, letter) => sum + (letter > '\u2e80' ? 12 : 6), 0)

  it('is broken between words, and between Chinese letters', () => {
    expect(wrapText('one two three', 48, 3, measure)).toEqual(['one two', 'three'])
    expect(wrapText('旧的 SYN 到达', 48, 3, measure)).toEqual(['旧的 SYN', '到达'])
    expect(wrapText('旧的到了。', 48, 3, measure)).toEqual(['旧的到', '了。'])
  })

  it('ends in dots where there is no room for more', () => {
    expect(wrapText('one two three four', 48, 1, measure)).toEqual(['one two…'])
    expect(wrapText('net.ipv4.tcp_syncookies', 60, 1, measure)[0]).toMatch(/…$/)
  })
})
