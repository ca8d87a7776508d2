import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Pointing } from './pointing.ts'

describe('hands on the paper', () => {
  const said: string[] = []
  let packet = 3
  const make = () =>
    new Pointing({
      packetAt: () => packet,
      movable: (index) => index === 3,
      hover: () => said.push('hover'),
      pan: (by) => said.push(`pan ${by}`),
      zoom: (factor) => said.push(`zoom ${factor}`),
      select: (index) => said.push(`select ${index}`),
      drag: (index, _x, _y, right, down) => said.push(`drag ${index} ${right} ${down}`),
      drop: () => said.push('drop'),
      cancel: () => said.push('cancel'),
      menu: (index) => said.push(`menu ${index}`),
    })

  beforeEach(() => {
    vi.useFakeTimers()
    vi.stubGlobal('window', globalThis)
    said.length = 0
    packet = 3
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  it('a press selects', () => {
    const pointing = make()
    pointing.down(1, 10, 10)
    pointing.move(1, 12, 11)
    pointing.up(1)
    expect(said).toEqual(['select 3'])
  })

  it('a packet is dragged, and let go', () => {
    const pointing = make()
    pointing.down(1, 10, 10)
    pointing.move(1, 12, 40)
    expect(pointing.dragging).toBe(true)
    pointing.up(1)
    expect(said).toEqual(['drag 3 2 30', 'drop'])
  })

  it('a drag is given up', () => {
    const pointing = make()
    pointing.down(1, 10, 10)
    pointing.move(1, 12, 40)
    pointing.cancel()
    pointing.up(1)
    expect(said).toEqual(['drag 3 2 30', 'cancel'])
  })

  it('empty paper, and a packet that cannot be dragged, move the paper', () => {
    for (packet of [-1, 4]) {
      const pointing = make()
      pointing.down(1, 10, 10)
      pointing.move(1, 10, 20)
      pointing.move(1, 10, 25)
      pointing.up(1)
    }
    expect(said).toEqual(['pan -10', 'pan -5', 'pan -10', 'pan -5'])
  })

  it('a long press asks for the menu', () => {
    const pointing = make()
    pointing.down(1, 10, 10)
    vi.advanceTimersByTime(600)
    pointing.up(1)
    expect(said).toEqual(['menu 3'])
  })

  it('two fingers zoom', () => {
    const pointing = make()
    pointing.down(1, 0, 0)
    pointing.down(2, 0, 100)
    pointing.move(2, 0, 200)
    pointing.up(2)
    pointing.up(1)
    expect(said).toEqual(['zoom 2'])
  })
})
