import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { describeInterop } from './support/describe-interop.ts'
import { COMBINATIONS, interrupt, inUrl, OURS, offloadOption, serveEstab } from './support/estab.ts'
import { kernelCounters, kernelStates } from './support/kernel-counters.ts'
import { NetworkNamespace } from './support/namespace.ts'
import type { Process } from './support/processes.ts'
import { programPath } from './support/programs.ts'
import { TestFile } from './support/test-file.ts'

const CURLS = 200
const WRK_SECONDS = 10
const SEQUENTIAL = 2000

describeInterop('many connections', ['curl', 'sha256sum', 'wrk', 'ss'], () => {
  let file: TestFile
  let namespace: NetworkNamespace
  let server: Process

  beforeAll(() => {
    file = new TestFile(256 * 1024)
  })

  afterAll(() => file.delete())

  describe.each(COMBINATIONS)('over $family with offload $offload', ({ family, offload }) => {
    const url = `http://${inUrl(OURS[family])}`

    beforeEach(async () => {
      namespace = NetworkNamespace.create()
      server = await serveEstab(namespace, '--root', file.folder, '--stats', offloadOption(offload))
    })

    afterEach(async () => {
      await server.stop('SIGKILL')
      namespace.delete()
    })

    it(`serve ${CURLS} curls at once`, async () => {
      const script = `for i in $(seq ${CURLS}); do curl -sSfg -o ${file.folder}/copy-$i "$0" & done; wait`
      await namespace.start('sh', ['-c', script, `${url}/${file.name}`]).succeed()
      const copies = readdirSync(file.folder).filter((name) => name.startsWith('copy-'))
      expect(copies).toHaveLength(CURLS)
      const paths = copies.map((name) => join(file.folder, name))
      const hashes = (await namespace.start('sha256sum', paths).succeed()).trim().split('\n')
      expect(new Set(hashes.map((line) => line.split(' ')[0]))).toEqual(new Set([file.hash]))
      for (const path of paths) rmSync(path)
      expect(await interrupt(server)).toMatchObject({ TcpPassiveOpens: CURLS })
    })

    it(`serve 50 connections of wrk for ${WRK_SECONDS} s`, async () => {
      const args = ['-t', '1', '-c', '50', '-d', String(WRK_SECONDS), `${url}/${file.name}`]
      const report = await namespace.start('wrk', args).succeed()
      const [, perSecond = ''] = report.match(/Requests\/sec:\s*([\d.]+)/) ?? []
      const [, transfer = ''] = report.match(/Transfer\/sec:\s*(\S+)/) ?? []
      console.log(`wrk, ${family}, offload ${offload}: ${perSecond} requests/s of 256 KiB, ${transfer}/s`)
      expect(report).not.toMatch(/Socket errors|Non-2xx/)
      expect(Number(perSecond)).toBeGreaterThan(100)
    })

    it(`close ${SEQUENTIAL} connections in a row properly, by either side`, async () => {
      const began = performance.now()
      const args = [programPath('support/sequential-main'), OURS[family], '7', '80', String(SEQUENTIAL)]
      expect(await namespace.start(process.execPath, args).succeed()).toBe(`done ${SEQUENTIAL}\n`)
      const perSecond = Math.round((1000 * SEQUENTIAL) / (performance.now() - began))
      console.log(`one connection after another, ${family}, offload ${offload}: ${perSecond} connections/s`)
      expect(kernelCounters(namespace)).toMatchObject({
        TcpActiveOpens: SEQUENTIAL,
        TcpEstabResets: 0,
        TcpOutRsts: 0,
        TcpCurrEstab: 0,
        TcpInErrs: 0,
        TcpExtTCPTimeouts: 0,
      })
      // Where the kernel ended first, its TIME-WAIT remains, as it should.
      const states = [...kernelStates(namespace, 7), ...kernelStates(namespace, 80)]
      expect(states.filter((state) => state !== 'TIME-WAIT')).toEqual([])
      const ours = await interrupt(server)
      expect(ours).toMatchObject({ TcpPassiveOpens: SEQUENTIAL })
      const faults = ['TcpCurrEstab', 'TcpOutRsts', 'TcpEstabResets', 'TcpInErrs']
      for (const fault of [...faults, 'TcpExtTCPTimeouts', 'TcpExtListenDrops']) {
        expect(ours).not.toHaveProperty(fault)
      }
    })
  })

  it('answer wrk with small files', async () => {
    namespace = NetworkNamespace.create()
    const small = new TestFile(100)
    server = await serveEstab(namespace, '--root', small.folder)
    const report = await namespace
      .start('wrk', ['-t', '1', '-c', '50', '-d', '3', `http://${OURS.IPv4}/${small.name}`])
      .succeed()
    const [, perSecond = ''] = report.match(/Requests\/sec:\s*([\d.]+)/) ?? []
    console.log(`wrk, small files: ${perSecond} requests/s`)
    expect(report).not.toMatch(/Socket errors|Non-2xx/)
    await interrupt(server)
    small.delete()
    namespace.delete()
  })
})
