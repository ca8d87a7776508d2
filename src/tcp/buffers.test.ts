import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pattern } from '../sim/script/pattern.ts'
import { add, distance } from '../wire/seq.ts'
import { ByteQueue } from './byte-queue.ts'
import { ChunkPool } from './chunk-pool.ts'
import { linux } from './config.ts'
import { TcpCounters } from './counters.ts'
import { Memory } from './memory.ts'
import { SendBuffer } from './send-buffer.ts'

function sendBuffer(capacity: number): SendBuffer {
  return new SendBuffer({ tcp_wmem: [4096, capacity, capacity] }, new Memory(linux, new TcpCounters(), () => 0))
}

describe('ByteQueue, against a plain array', () => {
  it('writes ahead, reads, drops', () => {
    const step = fc.tuple(fc.constantFrom('write', 'ahead', 'read', 'drop'), fc.nat(40_000), fc.nat(40_000))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const pool = new ChunkPool()
        const queue = new ByteQueue(pool)
        let model: number[] = []
        let salt = 0
        for (const [kind, a, b] of steps) {
          if (kind === 'write' || kind === 'ahead') {
            const at = kind === 'write' ? model.length : Math.min(a, model.length)
            const bytes = pattern(salt, 1 + (b % 20_000))
            salt += 13
            // A part of a larger array is taken as well as a whole one.
            const framed = new Uint8Array(bytes.length + 7)
            framed.set(bytes, 3)
            if (b % 2 === 0) queue.write(at, framed, 3, bytes.length)
            else queue.write(at, bytes, 0, bytes.length)
            model.splice(at, bytes.length, ...bytes)
          } else if (kind === 'read') {
            const at = Math.min(a, model.length)
            const length = Math.min(b, model.length - at)
            const to = new Uint8Array(length + 5)
            queue.read(at, to, 5, length)
            expect([...to.subarray(5)]).toEqual(model.slice(at, at + length))
          } else if (a >= model.length && b % 2 === 0) {
            queue.clear()
            model = []
          } else {
            const length = Math.min(a, model.length)
            queue.drop(length)
            model = model.slice(length)
          }
          expect(queue.held).toBeLessThanOrEqual(model.length + 2 * 16_384)
          expect([pool.used, pool.holders]).toEqual([queue.held, queue.held > 0 ? 1 : 0])
        }
      }),
      { numRuns: 60 },
    )
  })
})

describe('SendBuffer, against a plain array', () => {
  it('keeps what is not acknowledged, by sequence number, across the wrap', () => {
    const step = fc.tuple(fc.constantFrom('write', 'copy', 'acknowledge'), fc.nat(30_000), fc.nat(30_000))
    fc.assert(
      fc.property(
        fc.integer({ min: 0xfffff000, max: 0xffffffff }),
        fc.array(step, { maxLength: 30 }),
        (start, steps) => {
          const buffer = sendBuffer(50_000)
          buffer.reset(start)
          let from = 0
          let end = 0
          for (const [kind, a, b] of steps) {
            if (kind === 'write') {
              const taken = buffer.write(pattern(end, a), 0, a)
              expect(taken).toBe(Math.min(a, 50_000 - (end - from)))
              end += taken
            } else if (kind === 'copy') {
              const at = Math.min(end, from + a)
              const length = Math.min(b, end - at)
              const to = new Uint8Array(length)
              buffer.copy(add(start, at), length, to, 0)
              expect(to).toEqual(pattern(at, length))
            } else {
              // Beyond the end (a FIN), or old: what is not there is not let go.
              buffer.acknowledge(add(start, from + a - 100))
              from = Math.max(from, Math.min(end, from + a - 100))
            }
            expect([buffer.length, buffer.free]).toEqual([end - from, 50_000 - (end - from)])
            expect(distance(buffer.end, start)).toBe(end)
          }
        },
      ),
      { numRuns: 100 },
    )
  })

  it('grows, never shrinks', () => {
    const buffer = sendBuffer(16_384)
    buffer.grow(10, 1460, 4_194_304)
    expect(buffer.capacity).toBe(2 * 10 * (4096 + 256))
    buffer.grow(2, 1460, 4_194_304)
    expect(buffer.capacity).toBe(2 * 10 * (4096 + 256))
    buffer.grow(100_000, 1460, 4_194_304)
    expect(buffer.capacity).toBe(4_194_304)
  })
})
