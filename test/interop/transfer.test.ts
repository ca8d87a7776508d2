import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { describeInterop } from './support/describe-interop.ts'
import { COMBINATIONS, interrupt, inUrl, OURS, offloadOption, serveEstab, startEstab, THEIRS } from './support/estab.ts'
import { NetworkNamespace } from './support/namespace.ts'
import { Nginx } from './support/nginx.ts'
import { TestFile } from './support/test-file.ts'

const GIBIBYTE = 2 ** 30
/** Memory that a transfer may take however long it is, Node's own included. */
const MAX_RESIDENT = 200 * 2 ** 20

/** Where copies go: to memory if there is such a place, so that no disk is measured. */
const COPIES = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

describeInterop('a gibibyte', ['curl', 'nginx', 'sha256sum'], () => {
  let file: TestFile
  let copies: string
  let namespace: NetworkNamespace

  beforeAll(() => {
    file = new TestFile(GIBIBYTE)
    copies = mkdtempSync(join(COPIES, 'estab-copies-'))
  })

  afterAll(() => {
    file.delete()
    rmSync(copies, { recursive: true, force: true })
  })

  beforeEach(() => {
    namespace = NetworkNamespace.create()
  })

  afterEach(() => namespace.delete())

  async function hashOf(path: string): Promise<string> {
    const line = await namespace.start('sha256sum', [path]).succeed()
    return line.split(' ')[0] ?? ''
  }

  describe.each(COMBINATIONS)('over $family with offload $offload', ({ family, offload }) => {
    it('is fetched by curl from estab serve', async () => {
      const server = await serveEstab(namespace, '--root', file.folder, '--stats', offloadOption(offload))
      const copy = join(copies, 'copy')
      const url = `http://${inUrl(OURS[family])}/${file.name}`
      const curl = namespace.start('curl', ['-sSfg', '-o', copy, '-w', '%{speed_download}', url])
      const speed = Number(await curl.succeed(100_000))
      expect(await hashOf(copy)).toBe(file.hash)
      const resident = peakMemory(namespace, server.pid)
      console.log(`curl from estab serve, ${family}, offload ${offload}: ${report(speed, resident)}`)
      expect(resident).toBeLessThan(MAX_RESIDENT)
      expect(await interrupt(server)).not.toHaveProperty('TcpCurrEstab')
    })

    it('is fetched by estab get from nginx', async () => {
      const copy = join(copies, 'copy')
      // The kernel's side is there before the device: nginx listens on an address that is yet to come.
      namespace.sysctl('net.ipv4.ip_nonlocal_bind', 1)
      namespace.sysctl('net.ipv6.ip_nonlocal_bind', 1)
      const nginx = await Nginx.start({ namespace, address: THEIRS[family], port: 8080, root: file.folder })
      const get = startEstab(namespace, 'get', '-o', copy, offloadOption(offload), `${nginx.url}/${file.name}`)
      await get.succeed(100_000)
      expect(await hashOf(copy)).toBe(file.hash)
      const [, seconds = ''] = get.stderr.match(/bytes in ([\d.]+) s/) ?? []
      console.log(`estab get from nginx, ${family}, offload ${offload}: ${report(file.size / Number(seconds))}`)
      await nginx.stop()
    })
  })
})

/** Bytes. */
function peakMemory(namespace: NetworkNamespace, pid: number): number {
  const [, kibibytes = ''] = namespace.run('cat', `/proc/${pid}/status`).match(/VmHWM:\s*(\d+) kB/) ?? []
  return Number(kibibytes) * 1024
}

function report(bytesPerSecond: number, resident = 0): string {
  const memory = resident === 0 ? '' : `, at most ${Math.round(resident / 2 ** 20)} MiB resident`
  return `${((bytesPerSecond * 8) / 1e9).toFixed(2)} Gbit/s${memory}`
}
