import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ByteStream } from '../../src/socket/byte-stream.ts'
import { ACK, RST, SYN } from '../../src/wire/tcp.ts'
import { describeInterop } from './support/describe-interop.ts'
import { type Family, OURS, THEIRS } from './support/estab.ts'
import { kernelCounters, kernelStates } from './support/kernel-counters.ts'
import { LocalHost } from './support/local-host.ts'
import { RawSender } from './support/raw-sender.ts'
import { gaps } from './support/wire-log.ts'

const PORT = 7000
/** Initial retransmission timeout, milliseconds, so that a handshake is given up within seconds. */
const INITIAL = 50
const NO_THIRD_ACK = `tcp dport ${PORT} tcp flags & (syn | ack | rst) == ack`

describeInterop('a handshake', ['ss', 'nft'], () => {
  let local: LocalHost

  beforeEach(() => {
    local = LocalHost.open({ tcp_timeout_init_us: INITIAL * 1000 })
  })

  afterEach(() => local.close())

  const halfOpen = () => local.host.connections({ states: new Set(['SYN-RECV'] as const) })

  describe.each<{ family: Family }>([{ family: 'IPv4' }, { family: 'IPv6' }])('over $family', ({ family }) => {
    it('MUST-22: that the kernel cannot end is answered five more times, then forgotten', async () => {
      local.accepting(PORT)
      local.drop('output', NO_THIRD_ACK)
      const kernel = local.kernelConnects(family, PORT)
      // The kernel takes it for open, as it has sent its ACK.
      await kernel.next(/^connected$/)
      const [entry, ...others] = halfOpen()
      expect(others).toEqual([])
      expect(entry).toMatchObject({ state: 'SYN-RECV', holder: 'listener', peer: THEIRS[family], localPort: PORT })
      expect(entry?.timer).toMatchObject({ name: 'on' })
      await expect.poll(halfOpen, { timeout: 10_000 }).toEqual([])
      const answers = local.wire.of('out', SYN | ACK)
      expect(answers).toHaveLength(6)
      expect(new Set(answers.map(({ seq, ack }) => `${seq} ${ack}`)).size).toBe(1)
      for (const [i, gap] of gaps(answers).entries()) {
        expect(gap).toBeGreaterThanOrEqual(INITIAL * 2 ** i)
        expect(gap).toBeLessThan(2 * INITIAL * 2 ** i + 200)
      }
      const last = answers.at(-1)?.at ?? 0
      const given = (local.host.now() - last) / 1000
      console.log(`${family}: gaps of ${gaps(answers).map(Math.round).join(', ')} ms, gone after another ${given} ms`)
      expect(given).toBeGreaterThanOrEqual(INITIAL * 2 ** 5)
      expect(local.host.stats()).toMatchObject({ TcpAttemptFails: 1, TcpPassiveOpens: 0 })

      // What comes of it later is for no connection.
      local.relent()
      kernel.do('write is anybody there?')
      expect(await kernel.next(/^error .*/)).toBe('error ECONNRESET')
      expect(local.wire.of('out', RST)).toHaveLength(1)
    })

    it('ends by a third ACK that comes late', async () => {
      const next = local.accepting(PORT)
      local.drop('output', NO_THIRD_ACK)
      const kernel = local.kernelConnects(family, PORT)
      await kernel.next(/^connected$/)
      await expect.poll(() => local.wire.of('out', SYN | ACK).length, { timeout: 5000 }).toBeGreaterThanOrEqual(3)
      local.relent()
      // The kernel answers the next SYN,ACK again.
      const stream = new ByteStream(await next())
      expect(stream.socket.state).toBe('ESTABLISHED')
      expect(halfOpen()).toEqual([])
      kernel.do('write at last')
      expect(Buffer.from((await stream.read()) ?? []).toString()).toBe('at last')
    })

    it('MUST-22: of ours that the kernel does not answer is begun tcp_syn_retries times more', async () => {
      await local.kernelListens(family, PORT)
      local.host.setSysctl('tcp_syn_retries', 3)
      local.drop('input', `tcp dport ${PORT}`)
      await expect(local.connected(family, { port: PORT })).rejects.toMatchObject({ code: 'ETIMEDOUT' })
      const syns = local.wire.of('out', SYN)
      expect(syns).toHaveLength(4)
      for (const [i, gap] of gaps(syns).entries()) expect(gap).toBeGreaterThanOrEqual(INITIAL * 2 ** i)
      expect(local.host.connections()).toEqual([])
      expect(kernelStates(local.namespace, PORT)).toEqual([])
    })
  })

  it('that nobody wants is ended by tcp_synack_retries = 2 after two more', async () => {
    const sender = new RawSender(local.namespace, OURS.IPv4, PORT)
    local.accepting(PORT)
    local.host.setSysctl('tcp_synack_retries', 2)
    // Nobody is there: the kernel has no route for the answers.
    local.host.addRoute('0.0.0.0/0', local.tun)
    sender.send()
    await expect.poll(halfOpen).toHaveLength(1)
    await expect.poll(halfOpen, { timeout: 5000 }).toEqual([])
    expect(local.wire.of('in', SYN)).toHaveLength(1)
    expect(local.wire.of('out', SYN | ACK)).toHaveLength(3)
    sender.close()
  })

  it('from one source takes no more than syn_per_source places of the queue', async () => {
    const sender = new RawSender(local.namespace, OURS.IPv4, PORT)
    local.accepting(PORT)
    for (const [name, value] of Object.entries({ tcp_syncookies: 0, tcp_max_syn_backlog: 16, syn_per_source: 4 })) {
      local.host.setSysctl(name, value)
    }
    for (let i = 0; i < 40; i += 1) sender.send('10.9.0.77')
    await expect.poll(() => local.wire.of('in', SYN)).toHaveLength(40)
    expect(halfOpen().map(({ peer }) => peer)).toEqual(Array(4).fill('10.9.0.77'))
    expect(local.host.stats()).toMatchObject({ TcpExtTCPReqQFullDrop: 36 })
    const kernel = local.kernelConnects('IPv4', PORT)
    await kernel.next(/^connected$/)
    await expect.poll(() => local.states(PORT)).toContain('ESTAB')
    sender.close()
  })

  it('RFC 9293, 3.5, figure 8: begun by an old duplicate SYN is reset by the kernel, and nothing is left', async () => {
    const sender = new RawSender(local.namespace, OURS.IPv4, PORT)
    local.accepting(PORT)
    sender.send(THEIRS.IPv4)
    await expect.poll(() => local.wire.of('in', RST)).toHaveLength(1)
    const [answer] = local.wire.of('out', SYN | ACK)
    const [reset] = local.wire.of('in', RST)
    expect(reset?.seq).toBe(answer?.ack)
    expect(reset?.peerPort).toBe(local.wire.of('in', SYN)[0]?.peerPort)
    await expect.poll(halfOpen).toEqual([])
    expect(local.states(PORT)).toEqual([])
    expect(local.wire.segments).toHaveLength(3)
    expect(kernelCounters(local.namespace)).toMatchObject({ TcpOutRsts: 1 })

    // The listener is none the worse for it.
    const kernel = local.kernelConnects('IPv4', PORT)
    await kernel.next(/^connected$/)
    await expect.poll(() => local.states(PORT)).toEqual(['ESTAB'])
    sender.close()
  })
})
