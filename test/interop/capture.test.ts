import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { describeInterop } from './support/describe-interop.ts'
import {
  COMBINATIONS,
  type Family,
  interrupt,
  inUrl,
  makeDevice,
  OURS,
  OWN_ADDRESSES,
  offloadOption,
  serveEstab,
  startEstab,
  THEIRS,
} from './support/estab.ts'
import { NetworkNamespace } from './support/namespace.ts'
import { Nginx } from './support/nginx.ts'
import { ping } from './support/ping.ts'
import { Process } from './support/processes.ts'
import type { Impairments } from './support/relay.ts'
import { RelayProcess } from './support/relay-process.ts'
import { TestFile } from './support/test-file.ts'

const SIZE = 4 * 2 ** 20
const LOSSY: Partial<Impairments> = { loss: 0.02, reorder: 0.05, duplicate: 0.02, corrupt: 0.01, delay: 2 }

const CHECKS = ['ip', 'tcp', 'udp'].flatMap((protocol) => ['-o', `${protocol}.check_checksum:TRUE`])
// What HTTP makes of it is another matter: its reassembly calls retransmissions malformed.
CHECKS.push('-o', 'tcp.desegment_tcp_streams:FALSE')
/** What tshark may call a segment sent again: within a round trip it takes it for one that was overtaken. */
const SENT_AGAIN = ['retransmission', 'fast_retransmission', 'spurious_retransmission', 'out_of_order'].map(
  (name) => `tcp.analysis.${name}`,
)
const BAD_CHECKSUM = ['ip', 'tcp', 'udp', 'icmp', 'icmpv6'].map((name) => `${name}.checksum.status == "Bad"`)

describeInterop('a capture', ['tshark', 'curl', 'nginx', 'python3'], () => {
  let folder: string
  let file: TestFile
  let kernel: NetworkNamespace
  let estab: NetworkNamespace
  let relay: RelayProcess

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'estab-capture-'))
    file = new TestFile(SIZE)
    kernel = NetworkNamespace.create()
    estab = NetworkNamespace.create()
    makeDevice(estab)
    relay = await RelayProcess.start({ kernel, estab, inward: LOSSY, outward: LOSSY, seed: 5 })
    relay.routeEstab('estab0')
  })

  afterEach(async () => {
    await relay.stop()
    kernel.delete()
    estab.delete()
    file.delete()
    rmSync(folder, { recursive: true, force: true })
  })

  describe.each(COMBINATIONS)('over $family with offload $offload', ({ family, offload }) => {
    it('holds no malformed packet and no wrong checksum of ours', async () => {
      const options = [...OWN_ADDRESSES, offloadOption(offload)]
      const served = join(folder, 'serve.pcapng')
      const server = await serveEstab(estab, ...options, '--root', file.folder, '--pcap', served)
      await fetchByCurl(family)
      await relay.impair({ inward: NO_LOSS, outward: NO_LOSS })
      await ping(kernel, OURS[family], 3, 1400)
      await ping(kernel, OURS[family], 3, 5000)
      await kernel.start('curl', ['-sg', `http://${inUrl(OURS[family])}:81/`]).ended
      await relay.impair({ inward: LOSSY, outward: LOSSY })
      await interrupt(server)

      const got = join(folder, 'get.pcapng')
      const nginx = await Nginx.start({ namespace: kernel, address: THEIRS[family], port: 8080, root: file.folder })
      const args = [...options, '--pcap', got, '-o', join(folder, 'copy'), `${nginx.url}/${file.name}`]
      await startEstab(estab, 'get', ...args).succeed()
      await nginx.stop()

      for (const capture of [served, got]) {
        expect(await packets(capture, family, ['_ws.malformed', ...BAD_CHECKSUM])).toEqual([])
        expect(await packets(capture, family, ['tcp && tcp.checksum.status != "Good"'])).toEqual([])
        expect((await packets(capture, family, ['tcp.checksum.status == "Good"'])).length).toBeGreaterThan(100)
      }
      const echo = family === 'IPv4' ? 'icmp.type == 0' : 'icmpv6.type == 129'
      expect(await packets(served, family, [echo])).toHaveLength(6)
      // The busy part was busy: packets of ours were lost on the way and sent again.
      const again = await packets(served, family, SENT_AGAIN)
      expect(again.length).toBeGreaterThan(10)
    })
  })

  it('is whole after a signal at any time, and has the times of the wall clock', async () => {
    const path = join(folder, 'cut.pcapng')
    await relay.impair({ inward: NO_LOSS, outward: NO_LOSS })
    const server = await serveEstab(estab, ...OWN_ADDRESSES, '--root', file.folder, '--pcap', path)
    const curl = kernel.start('curl', ['-vsgo', '/dev/null', '--limit-rate', '1M', `http://${OURS.IPv4}/${file.name}`])
    await curl.line(/HTTP\/1.1 200 OK/)
    expect(await server.stop('SIGTERM')).toEqual({ code: 0, signal: null })
    expect((await curl.ended).code).not.toBe(0)
    const lines = await tshark(path, ['-T', 'fields', '-e', 'frame.time_epoch'])
    expect(lines.length).toBeGreaterThan(10)
    for (const time of lines) expect(Math.abs(Number(time) - Date.now() / 1000)).toBeLessThan(60)
  })

  async function fetchByCurl(family: Family): Promise<void> {
    const copy = join(folder, 'curl')
    const url = `http://${inUrl(OURS[family])}/${file.name}`
    await kernel.start('curl', ['-sSfgo', copy, url]).succeed()
    kernel.run('cmp', file.path, copy)
  }
})

const NO_LOSS: Partial<Impairments> = { loss: 0, reorder: 0, duplicate: 0, corrupt: 0 }

/** Packets of ours in the capture that meet any of the conditions, a line each. */
function packets(capture: string, family: Family, conditions: readonly string[]): Promise<string[]> {
  const source = family === 'IPv4' ? `ip.src == ${OURS.IPv4}` : `ipv6.src == ${OURS.IPv6}`
  return tshark(capture, ['-Y', `${source} && (${conditions.join(' || ')})`])
}

async function tshark(capture: string, args: readonly string[]): Promise<string[]> {
  const output = await Process.start('tshark', ['-r', capture, ...CHECKS, ...args]).succeed()
  return output.split('\n').filter((line) => line !== '')
}
