import { describe, expect, it } from 'vitest'
import type { Move } from '../run/run.ts'
import { bandsOf, columnsOf, statesAt } from './bands.ts'
import { runOf } from './ladder.testkit.ts'
import { barColumns, timerBars } from './timer-columns.ts'

const move = (at: number, connection: number, to: Move['to'], lane = 0): Move => ({
  at,
  lane,
  connection,
  from: '',
  to,
})

describe('the states along a lane', () => {
  it('last from one move to the next, and end when the connection is closed', () => {
    const run = runOf([], { moves: [move(0, 0, 'SYN-SENT'), move(20, 0, 'ESTABLISHED'), move(50, 0, 'CLOSED')] })
    expect(bandsOf(run, -1).map(({ state, from, to, column }) => [state, from, to, column])).toEqual([
      ['SYN-SENT', 0, 20, 0],
      ['ESTABLISHED', 20, 50, 0],
    ])
  })

  it('of connections at once stand side by side, four at most, one after the other in one column', () => {
    const moves = [0, 1, 2, 3, 4].map((id) => move(id, id, 'ESTABLISHED'))
    const run = runOf([], { moves: [...moves, move(10, 1, 'CLOSED'), move(20, 5, 'SYN-SENT')] })
    const bands = bandsOf(run, -1)
    expect(bands.map(({ connection, column }) => [connection, column])).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
      [3, 3],
      [5, 1],
    ])
    expect(columnsOf(bands, 2)).toEqual([4, 0])
    expect(bandsOf(run, 4).map(({ connection, column }) => [connection, column])).toEqual([[4, 0]])
  })

  it('are known at each time', () => {
    const run = runOf([], {
      moves: [move(0, 0, 'SYN-SENT'), move(5, 0, 'SYN-RECEIVED', 1), move(20, 0, 'ESTABLISHED')],
    })
    const states = (time: number, connection: number) => statesAt(run, time, connection).map(({ state }) => state)
    expect(states(19, -1)).toEqual(['SYN-SENT', 'SYN-RECEIVED'])
    expect(states(20, -1)).toEqual(['ESTABLISHED', 'SYN-RECEIVED'])
    expect(states(20, 3)).toEqual(['', ''])
  })

  it('of a lane are those of its open connections, the last that moved before the others', () => {
    const moves = [move(0, 0, 'ESTABLISHED'), move(1, 1, 'SYN-SENT'), move(2, 2, 'SYN-SENT'), move(3, 2, 'CLOSED')]
    const run = runOf([], { moves: [...moves, move(9, 0, 'CLOSED'), move(9, 1, 'CLOSED')] })
    expect(statesAt(run, 3, -1)[0]).toEqual({ state: 'SYN-SENT', others: 1 })
    expect(statesAt(run, 9, -1)[0]).toEqual({ state: 'CLOSED', others: 0 })
  })
})

describe('the bars of timers', () => {
  it('stand side by side where they run at once', () => {
    const timer = (from: number, until: number) => {
      return { lane: 1, connection: 0, name: 'retransmit', from, due: until, until, fired: false }
    }
    const bars = timerBars(runOf([], { timers: [timer(0, 10), timer(5, 20), timer(10, 30)] }), -1)
    expect(bars.map(({ column }) => column)).toEqual([0, 1, 0])
    expect(barColumns(bars, 2)).toEqual([0, 2])
  })
})
