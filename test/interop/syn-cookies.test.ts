import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { HonestReport } from '../../bench/honest-clients.ts'
import { acceptAll, echo } from '../../cli/services.ts'
import { listen } from '../../src/socket/server-socket.ts'
import type { TcpInfo } from '../../src/tcp/tcp-info.ts'
import { describeInterop } from './support/describe-interop.ts'
import { type Family, OURS } from './support/estab.ts'
import { KernelPeer } from './support/kernel-peer.ts'
import { LocalHost } from './support/local-host.ts'
import { patternHash } from './support/pattern.ts'

const HONEST = fileURLToPath(new URL('../../dist/bench/honest-clients.js', import.meta.url))
const PORT = 7000
const SIZE = 4 * 2 ** 20
const CLIENTS = 300
/** Bits of tcpi_options: timestamps, SACK, window scaling. */
const ALL_OPTIONS = 7

const CASES: readonly { family: Family; mss: number }[] = [
  { family: 'IPv4', mss: 1460 },
  { family: 'IPv6', mss: 1440 },
]

/** Of one connection as the kernel's `ss -i` shows it. */
interface KernelInfo {
  options: string[]
  sendScale: number
  receiveScale: number
  mss: number
}

describeInterop('SYN cookies, tcp_syncookies = 2,', ['ss'], () => {
  let local: LocalHost
  let infos: TcpInfo[]

  beforeEach(() => {
    local = LocalHost.open({ tcp_syncookies: 2 })
    infos = []
    acceptAll(listen(local.host, { port: PORT }), (socket) => {
      infos.push(socket.tcpInfo())
      echo(socket)
    })
  })

  afterEach(() => local.close())

  /** Of the one connection that is open. */
  function kernelInfo(): KernelInfo | null {
    const text = local.namespace.run('ss', '-Htino', 'state', 'established', `( dport = :${PORT} )`)
    const scales = text.match(/wscale:(\d+),(\d+)/)
    const mss = text.match(/\bmss:(\d+)/)
    if (mss === null) return null
    return {
      options: ['ts', 'sack'].filter((name) => new RegExp(`\\s${name}\\s`).test(text)),
      sendScale: Number(scales?.[1] ?? -1),
      receiveScale: Number(scales?.[2] ?? -1),
      mss: Number(mss[1]),
    }
  }

  describe.each(CASES)('over $family', ({ family, mss }) => {
    /** A connection that transfers SIZE bytes either way, and what the kernel says of it meanwhile. */
    async function transfer(): Promise<{ ours: TcpInfo; theirs: KernelInfo }> {
      const peer = KernelPeer.connect(local.namespace, OURS[family], PORT, 'answer', 0)
      await peer.process.line(/^connected$/)
      await expect.poll(() => infos.length).toBe(1)
      const theirs = kernelInfo()
      await peer.stop()
      const both = KernelPeer.connect(local.namespace, OURS[family], PORT, 'both', SIZE)
      expect(await both.closed()).toMatchObject({ received: SIZE, hash: patternHash(SIZE), ended: true, error: '' })
      await both.stop()
      const [ours, again] = infos
      if (theirs === null || ours === undefined) throw new Error('the kernel knows of no connection')
      expect(again?.tcpi_options).toBe(ours.tcpi_options)
      return { ours, theirs }
    }

    it('give a connection all that the kernel offers', async () => {
      const { ours, theirs } = await transfer()
      expect(ours.tcpi_options & ALL_OPTIONS).toBe(ALL_OPTIONS)
      expect(theirs.options).toEqual(['ts', 'sack'])
      // As many bytes less as the timestamps take.
      expect(ours.tcpi_snd_mss).toBe(mss - 12)
      expect(theirs.mss).toBe(mss - 12)
      // Each end shifts what it reads by what the other has said.
      expect(ours.tcpi_snd_wscale).toBe(theirs.receiveScale)
      expect(ours.tcpi_rcv_wscale).toBe(theirs.sendScale)
      expect(theirs.sendScale).toBeGreaterThan(0)
      expect(theirs.receiveScale).toBeGreaterThan(0)
      expect(local.host.stats()).toMatchObject({
        TcpExtSyncookiesSent: 2,
        TcpExtSyncookiesRecv: 2,
        TcpExtSyncookiesFailed: 0,
        TcpPassiveOpens: 2,
      })
    })

    it('do without what only timestamps could have brought back', async () => {
      local.namespace.sysctl('net.ipv4.tcp_timestamps', 0)
      const { ours, theirs } = await transfer()
      expect(ours.tcpi_options & ALL_OPTIONS).toBe(0)
      expect(theirs.options).toEqual([])
      expect(theirs.sendScale).toBeLessThanOrEqual(0)
      expect(ours.tcpi_snd_mss).toBe(mss)
    })

    it(`serve ${CLIENTS} connections of the kernel`, async () => {
      const args = [HONEST, OURS[family], PORT, CLIENTS, 1, 20_000].map(String)
      const clients = local.namespace.start(process.execPath, args)
      await clients.line(/^established$/)
      clients.write('go')
      const [, json = ''] = await clients.line(/^report (.*)$/, 0, 40_000)
      const report: HonestReport = JSON.parse(json)
      console.log(`${family}: ${report.served} served, median ${report.median.toFixed(1)} ms`)
      expect(report).toMatchObject({ served: CLIENTS, failures: {}, wrong: 0, error: '' })
      expect(new Set(infos.map(({ tcpi_options }) => tcpi_options & ALL_OPTIONS))).toEqual(new Set([ALL_OPTIONS]))
      expect(new Set(infos.map(({ tcpi_snd_mss }) => tcpi_snd_mss))).toEqual(new Set([mss - 12]))
      expect(local.host.stats()).toMatchObject({ TcpPassiveOpens: CLIENTS + 1, TcpExtSyncookiesFailed: 0 })
      expect(local.host.connections({ states: new Set(['SYN-RECV'] as const) })).toEqual([])
    })
  })
})
