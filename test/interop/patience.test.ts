import { afterEach, beforeEach, expect, it } from 'vitest'
import { ACK } from '../../src/wire/tcp.ts'
import { describeInterop } from './support/describe-interop.ts'
import type { Family } from './support/estab.ts'
import { kernelStates } from './support/kernel-counters.ts'
import { LocalHost, type Pair } from './support/local-host.ts'
import { gaps } from './support/wire-log.ts'

/** How long a window is held closed, milliseconds. */
const HELD = 10_000
const FAMILIES: readonly { family: Family; port: number }[] = [
  { family: 'IPv4', port: 7000 },
  { family: 'IPv6', port: 7100 },
]

// Most of the time is spent waiting, so that both families and both directions wait together.
describeInterop('patience with the other end', ['ss', 'nft'], () => {
  let local: LocalHost

  beforeEach(() => {
    local = LocalHost.open()
  })

  afterEach(() => local.close())

  /** The kernel hears nothing any more, and each end of these speaks. Milliseconds until it gives up. */
  async function silence(ours: readonly Pair[], theirs: readonly Pair[]): Promise<number[]> {
    local.drop('input')
    const began = performance.now()
    const elapsed = () => Math.round(performance.now() - began)
    const ends = ours.map(async ({ stream }) => {
      await stream.write(Buffer.from('is anybody there?'))
      await expect(stream.read()).rejects.toMatchObject({ code: 'ETIMEDOUT' })
      return elapsed()
    })
    const others = theirs.map(async ({ kernel }) => {
      kernel.do('write is anybody there?')
      await kernel.next(/^error ETIMEDOUT$/)
      return elapsed()
    })
    return Promise.all([...ends, ...others])
  }

  it('MUST-21: ends by TCP_USER_TIMEOUT on either side', async () => {
    const options = { TCP_USER_TIMEOUT: 2000 }
    const ours = await Promise.all(FAMILIES.map(({ family, port }) => local.opened(family, { port, options })))
    const theirs = await Promise.all(FAMILIES.map(({ family, port }) => local.accepted(family, port + 1)))
    for (const { kernel } of theirs) kernel.do('set TCP_USER_TIMEOUT 2000')
    const times = await silence(ours, theirs)
    console.log(`TCP_USER_TIMEOUT of 2 s: after ${times.join(', ')} ms (ours twice, then the kernel's)`)
    for (const time of times) {
      expect(time).toBeGreaterThanOrEqual(1990)
      expect(time).toBeLessThan(4000)
    }
    expect(local.host.stats()).toMatchObject({ TcpExtTCPAbortOnTimeout: 2 })
  })

  it('MUST-20: ends by tcp_retries2 = 2 on either side, at about the same time', async () => {
    local.host.setSysctl('tcp_retries2', 2)
    local.namespace.sysctl('net.ipv4.tcp_retries2', 2)
    const ours = await Promise.all(FAMILIES.map(({ family, port }) => local.opened(family, { port })))
    const theirs = await Promise.all(FAMILIES.map(({ family, port }) => local.accepted(family, port + 1)))
    const times = await silence(ours, theirs)
    console.log(`tcp_retries2 = 2: after ${times.join(', ')} ms (ours twice, then the kernel's)`)
    for (const time of times) {
      // 200 + 400 + 800 ms since the first retransmission.
      expect(time).toBeGreaterThanOrEqual(1600)
      expect(time).toBeLessThan(5000)
    }
    expect(Math.max(...times) - Math.min(...times)).toBeLessThan(1500)
  })

  it(`MUST-37: outlives windows that stay closed for ${HELD / 1000} s, ours and the kernel's`, async () => {
    local.namespace.sysctl('net.ipv4.tcp_rmem', '4096 8192 8192')
    local.namespace.sysctl('net.ipv4.tcp_wmem', '4096 8192 8192')
    local.host.setSysctl('tcp_rmem', [4096, 8192, 8192])
    await Promise.all(
      FAMILIES.map(({ family, port }) => Promise.all([heldByKernel(family, port), heldByUs(family, port + 1)])),
    )
  })

  /** The kernel's window: our probes. */
  async function heldByKernel(family: Family, port: number): Promise<void> {
    const { stream, kernel } = await local.opened(family, { port })
    const { socket } = stream
    kernel.do('pause')
    const text = 'x'.repeat(200_000)
    const written = stream.write(Buffer.from(`${text}the end`))
    const probing = () => local.host.connections().find(({ localPort }) => localPort === socket.localPort)?.timer?.name
    await expect.poll(probing).toBe('persist')
    const from = local.wire.segments.length
    const since = performance.now()
    const passed = (direction: 'in' | 'out') =>
      local.wire.segments
        .slice(from)
        .filter((each) => each.direction === direction && each.port === socket.localPort && each.flags === ACK)
    await expect.poll(() => performance.now() - since, { timeout: 2 * HELD }).toBeGreaterThan(HELD)
    const [probes, answers] = [passed('out'), passed('in')]
    console.log(
      `${family}: probes of ours after ${gaps(probes).map(Math.round).join(', ')} ms, ${answers.length} answers`,
    )
    expect(probes.length).toBeGreaterThanOrEqual(4)
    // The kernel does not answer the first ones, which come within 500 ms (tcp_invalid_ratelimit).
    expect(answers.length).toBeGreaterThanOrEqual(probes.length - 2)
    for (const { window } of answers) expect(window).toBe(0)
    expect(socket.state).toBe('ESTABLISHED')
    expect(kernelStates(local.namespace, port)).toEqual(['ESTAB'])
    kernel.do('resume')
    await written
    await kernel.next(/the end$/)
    await expect.poll(() => socket.unacknowledged).toBe(0)
  }

  /** Our window: the kernel's probes. */
  async function heldByUs(family: Family, port: number): Promise<void> {
    const { stream, kernel } = await local.accepted(family, port)
    kernel.do(`write ${'x'.repeat(200_000)}the end`)
    const closed = () => local.wire.of('out', ACK).filter((each) => each.port === port && each.window === 0).length
    await expect.poll(closed).toBeGreaterThan(0)
    const since = performance.now()
    await expect.poll(() => performance.now() - since, { timeout: 2 * HELD }).toBeGreaterThan(HELD)
    console.log(`${family}: said ${closed()} times that our window is closed`)
    expect(closed()).toBeGreaterThanOrEqual(4)
    expect(stream.socket.state).toBe('ESTABLISHED')
    expect(kernelStates(local.namespace, port)).toEqual(['ESTAB'])
    let received = ''
    while (!received.endsWith('the end')) received += Buffer.from((await stream.read()) ?? []).toString()
    expect(received).toHaveLength(200_000 + 'the end'.length)
  }
})
