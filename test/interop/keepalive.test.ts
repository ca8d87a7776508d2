import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ByteStream } from '../../src/socket/byte-stream.ts'
import { ACK } from '../../src/wire/tcp.ts'
import { describeInterop } from './support/describe-interop.ts'
import type { Family } from './support/estab.ts'
import { kernelCounters, kernelStates } from './support/kernel-counters.ts'
import { LocalHost, type Pair } from './support/local-host.ts'
import { gaps, type LoggedSegment } from './support/wire-log.ts'

/** One second of idleness, then a probe a second; dead after two without an answer. */
const OPTIONS = { TCP_KEEPIDLE: 1, TCP_KEEPINTVL: 1, TCP_KEEPCNT: 2 }
const FAMILIES: readonly { family: Family; port: number }[] = [
  { family: 'IPv4', port: 7000 },
  { family: 'IPv6', port: 7100 },
]

interface Watched extends Pair {
  /** estab's. */
  readonly port: number
}

// Most of the time is spent waiting for seconds to go by, so all wait together.
describeInterop('keepalive', ['ss', 'nft'], () => {
  let local: LocalHost

  beforeAll(() => {
    local = LocalHost.open()
  })

  afterAll(() => local.close())

  /** The kernel's end probes. */
  async function kernelProbes(family: Family, port: number): Promise<Watched> {
    const pair = await local.accepted(family, port)
    // Node has a count and an interval of its own.
    pair.kernel.do('keepalive')
    for (const [name, value] of Object.entries(OPTIONS)) {
      pair.kernel.do(`set ${name as keyof typeof OPTIONS} ${value}`)
    }
    return { ...pair, port }
  }

  /** Our end probes. */
  async function weProbe(family: Family, port: number): Promise<Watched> {
    const pair = await local.opened(family, { port, options: { SO_KEEPALIVE: 1, ...OPTIONS } })
    return { ...pair, port: pair.stream.socket.localPort }
  }

  /** When the last segment of the connection passed in that direction, microseconds. */
  function lastWord(pair: Watched, direction: 'in' | 'out'): number {
    const segments = local.wire.segments.filter((each) => each.port === pair.port && each.direction === direction)
    return segments.at(-1)?.at ?? 0
  }

  /** Bare ACKs after the handshake, which is over with segment `from` of the log. */
  function acks(pair: Watched, direction: 'in' | 'out', from: number): LoggedSegment[] {
    const { segments } = local.wire
    return segments.filter(
      (each, i) => i >= from && each.port === pair.port && each.direction === direction && each.flags === ACK,
    )
  }

  it('RFC 9293, 3.8.4: is answered by either side for several rounds, and the connections live', async () => {
    await Promise.all(FAMILIES.map(({ family, port }) => rounds(family, port)))
    expect(local.host.stats().TcpExtTCPKeepAlive).toBeGreaterThanOrEqual(6)
  })

  async function rounds(family: Family, port: number): Promise<void> {
    const theirs = await kernelProbes(family, port)
    const ours = await weProbe(family, port + 1)
    const from = local.wire.segments.length
    const least = () => Math.min(acks(theirs, 'in', from).length, acks(ours, 'out', from).length)
    await expect.poll(least, { timeout: 8000 }).toBeGreaterThanOrEqual(3)
    expectAnswers(`${family}, the kernel's`, acks(theirs, 'in', from), acks(theirs, 'out', from))
    expectAnswers(`${family}, our`, acks(ours, 'out', from), acks(ours, 'in', from))
    ours.kernel.do('write still here')
    theirs.kernel.do('write and here')
    expect(await text(ours.stream)).toBe('still here')
    expect(await text(theirs.stream)).toBe('and here')
    for (const each of [theirs, ours]) each.stream.abort()
  }

  function expectAnswers(whose: string, probes: readonly LoggedSegment[], answers: readonly LoggedSegment[]): void {
    console.log(`${whose} probes after ${gaps(probes).map(Math.round).join(', ')} ms`)
    expect(answers.length).toBeGreaterThanOrEqual(probes.length - 1)
    // A probe repeats the last sequence number, which draws an ACK of the next.
    for (const [i, { ack }] of answers.entries()) expect(ack).toBe(((probes[i]?.seq ?? 0) + 1) >>> 0)
    for (const gap of gaps(probes)) expect(gap).toBeGreaterThan(900)
  }

  it('MUST-29: finds out on either side that the other has gone silent', async () => {
    const theirs = await Promise.all(FAMILIES.map(({ family, port }) => kernelProbes(family, port + 10)))
    const ours = await Promise.all(FAMILIES.map(({ family, port }) => weProbe(family, port + 11)))
    const before = kernelCounters(local.namespace)
    const lastWords = new Map(
      [...ours, ...theirs].map((pair) => [pair, lastWord(pair, ours.includes(pair) ? 'in' : 'out')]),
    )
    const silence = (pair: Watched) => Math.round((local.host.now() - (lastWords.get(pair) ?? 0)) / 1000)
    // Nothing reaches the kernel: neither our probes nor our answers to its own.
    local.drop('input')
    const endOfOurs = ours.map(async (pair) => {
      await expect(pair.stream.read()).rejects.toMatchObject({ code: 'ETIMEDOUT' })
      return silence(pair)
    })
    const endOfTheirs = theirs.map(async (pair) => {
      expect(await pair.kernel.next(/^error .*/)).toBe('error ETIMEDOUT')
      return silence(pair)
    })
    const times = await Promise.all([...endOfOurs, ...endOfTheirs])
    console.log(`given up after ${times.join(', ')} ms of silence (ours twice, then the kernel's)`)
    for (const time of times) {
      // One second idle and two probes; a round more where the last word was that of a round just begun.
      expect(time).toBeGreaterThan(2900)
      expect(time).toBeLessThan(5000)
    }
    // The kernel says so by RST when it gives up.
    await expect.poll(() => theirs.map(({ stream }) => stream.socket.error)).toEqual(['ECONNRESET', 'ECONNRESET'])
    expect(kernelCounters(local.namespace)).toMatchObject({
      TcpExtTCPAbortOnTimeout: (before.TcpExtTCPAbortOnTimeout ?? 0) + 2,
    })
    for (const { kernel, port } of theirs) {
      await kernel.next(/^closed$/)
      expect(kernelStates(local.namespace, port)).toEqual([])
    }
    expect(local.host.connections().filter((each) => each.state !== 'LISTEN')).toEqual([])
    local.relent()
  })
})

async function text(stream: ByteStream): Promise<string> {
  return Buffer.from((await stream.read()) ?? []).toString()
}
