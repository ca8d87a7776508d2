import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { World } from '../../sim/world.ts'
import { ByteStream } from '../../socket/byte-stream.ts'
import { listen } from '../../socket/server-socket.ts'
import { connect } from '../../socket/stream-socket.ts'
import { outcome, run } from './run.ts'

const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds))

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

describe('run', () => {
  it('takes the events of the world and of the timers in the order of their time', async () => {
    const world = new World(1)
    const seen: string[] = []
    const note = (what: string) => seen.push(`${what} ${world.now / 1000}`)
    world.at(0.0015, () => note('world'))
    world.at(0.003, () => note('world'))
    setTimeout(() => note('timer'), 1)
    setTimeout(() => note('timer'), 2)
    await run(world, { seconds: 1 })
    expect(seen).toEqual(['timer 1', 'world 1.5', 'timer 2', 'world 3'])
    expect(world.now).toBe(1_000_000)
  })

  it('comes to rest between two events: promises, ticks and immediates', async () => {
    const world = new World(1)
    const seen: string[] = []
    const deep = async () => {
      for (let i = 0; i < 50; i += 1) await Promise.resolve()
      await new Promise<void>((resolve) => process.nextTick(resolve))
      await new Promise<void>((resolve) => setImmediate(resolve))
      seen.push('deep')
    }
    world.at(0.001, () => void deep())
    world.at(0.002, () => seen.push('next'))
    await run(world, { seconds: 1 })
    expect(seen).toEqual(['deep', 'next'])
  })

  it('waits for true immediates when timers are true', async () => {
    vi.useRealTimers()
    const world = new World(1)
    const seen: string[] = []
    const chain = (left: number) => {
      if (left === 0) seen.push('last')
      else setImmediate(() => chain(left - 1))
    }
    world.at(0.001, () => chain(20))
    world.at(0.002, () => seen.push('next'))
    await run(world, { seconds: 1 })
    expect(seen).toEqual(['last', 'next'])
  })

  it('keeps the clock of the code with that of the world', async () => {
    const world = new World(1)
    const began = Date.now()
    let then = 0
    world.at(1.2345, () => {
      then = Date.now() - began
    })
    await run(world, { seconds: 10 })
    expect(then).toBe(1234)
    expect(Date.now() - began).toBe(10_000)
    await run(world, { seconds: 0.0006 })
    await run(world, { seconds: 0.0006 })
    expect(Date.now() - began).toBe(10_001)
  })

  it('takes a clock that is given, with its timers in an object or in a Map', async () => {
    for (const shape of ['object', 'map']) {
      const world = new World(1)
      const pending = new Map([[1, { callAt: 40 }]])
      const plain: Record<string, { callAt: number }> = { 1: { callAt: 40 } }
      const rang: number[] = []
      const clock = {
        now: 0,
        timers: shape === 'map' ? pending : plain,
        next: () => {
          clock.now = 40
          pending.clear()
          for (const id of Object.keys(plain)) delete plain[id]
          rang.push(world.now)
        },
        tick: (milliseconds: number) => {
          clock.now += milliseconds
        },
      }
      await run(world, { seconds: 1, clock })
      expect(rang).toEqual([40_000])
      expect(clock.now).toBe(1000)
    }
  })

  it('ends as soon as the condition holds, and says when it never did', async () => {
    const world = new World(1)
    let done = false
    setTimeout(() => {
      done = true
    }, 250)
    expect(await run(world, { until: () => done, seconds: 1 })).toBe(true)
    expect(world.now).toBe(250_000)
    expect(await run(world, { until: () => false, seconds: 1 })).toBe(false)
    expect(world.now).toBe(1_250_000)
  })

  it('a timer of the code acts on sockets at its own time', async () => {
    const world = new World(1)
    const [client, server] = [world.host('client'), world.host('server')]
    world.link(client, server, { delay: 10_000 })
    const echo = async () => {
      const listener = listen(server.host, { port: 7 })
      await new Promise<void>((resolve) => {
        listener.onready = resolve
      })
      const socket = listener.accept()
      if (socket === null) throw new Error('nobody came')
      const stream = new ByteStream(socket)
      for await (const bytes of stream) {
        await pause(30)
        await stream.write(bytes)
      }
      stream.end()
    }
    const ask = async () => {
      const stream = new ByteStream(connect(client.host, { address: server.address(), port: 7 }))
      await stream.opened()
      await pause(30)
      await stream.write(Uint8Array.of(1, 2, 3))
      const answer = await stream.read()
      return { answer, at: world.now }
    }
    void echo()
    // 20 ms for the handshake, 30 here, 10 on the way, 30 there, 10 back.
    expect(await outcome(world, ask())).toEqual({ answer: Uint8Array.of(1, 2, 3), at: 100_000 })
  })
})

describe('outcome', () => {
  it('rejects as the work does', async () => {
    const work = pause(5).then(() => {
      throw new TypeError('no')
    })
    await expect(outcome(new World(1), work)).rejects.toThrow(TypeError)
  })

  it('rejects when the work waits for ever', async () => {
    const world = new World(1)
    await expect(outcome(world, new Promise(() => {}), { seconds: 7200 })).rejects.toThrow('still waiting after 7200 s')
    expect(world.now).toBe(7_200_000_000)
  })
})
