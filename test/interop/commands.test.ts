import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { describeInterop } from './support/describe-interop.ts'
import { COMBINATIONS, OURS, offloadOption, serveEstab, startEstab, THEIRS } from './support/estab.ts'
import { kernelStates } from './support/kernel-counters.ts'
import { KernelSocket } from './support/kernel-socket.ts'
import { NetworkNamespace } from './support/namespace.ts'
import { Nginx } from './support/nginx.ts'
import { ping } from './support/ping.ts'
import type { Process } from './support/processes.ts'

/** nginx sends what it has put together itself in chunks. */
const SERVER = `
  location /chunked { ssi on; ssi_types *; try_files /template =404; }
  location /moved { return 302 /elsewhere; }
`

/** The commands of the command line, with their exit codes and what they say. */
describeInterop('the command', ['nginx', 'ss', 'python3'], () => {
  let namespace: NetworkNamespace
  let folder: string

  beforeEach(() => {
    namespace = NetworkNamespace.create()
    folder = mkdtempSync(join(tmpdir(), 'estab-commands-'))
  })

  afterEach(() => {
    namespace.delete()
    rmSync(folder, { recursive: true })
  })

  function estab(...args: string[]): Process {
    return startEstab(namespace, ...args)
  }

  async function codeOf(process: Process): Promise<number | null> {
    return (await process.ended).code
  }

  describe('get', () => {
    let nginx: Nginx

    beforeEach(async () => {
      writeFileSync(join(folder, 'hello'), 'hello\n')
      writeFileSync(join(folder, 'template'), `${'lorem ipsum '.repeat(10_000)}<!--# echo var="uri" -->`)
      namespace.sysctl('net.ipv4.ip_nonlocal_bind', 1)
      nginx = await Nginx.start({ namespace, address: THEIRS.IPv4, port: 8080, root: folder, server: SERVER })
    })

    afterEach(() => nginx.stop())

    it('writes to standard output, to a file, and follows chunks', async () => {
      const plain = estab('get', `${nginx.url}/hello`)
      expect(await codeOf(plain)).toBe(0)
      expect(plain.stdout).toBe('hello\n')
      const copy = join(folder, 'copy')
      const chunked = estab('get', '-i', '-o', copy, `${nginx.url}/chunked`)
      expect(await codeOf(chunked)).toBe(0)
      expect(chunked.stderr).toMatch(/^transfer-encoding: chunked$/m)
      expect(readFileSync(copy, 'utf8')).toBe(`${'lorem ipsum '.repeat(10_000)}/template`)
    })

    it('says what an unsuccessful answer is', async () => {
      const missing = estab('get', `${nginx.url}/none`)
      expect(await codeOf(missing)).toBe(3)
      expect(missing.stdout).toBe('')
      expect(missing.stderr).toMatch(/\/none: 404 Not Found\n$/)
      const moved = estab('get', '--resolve', 'server:10.9.0.1', 'http://server:8080/moved')
      expect(await codeOf(moved)).toBe(3)
      expect(moved.stderr).toMatch(/302 .*redirects are not followed; it leads to .*\/elsewhere\n$/)
    })

    it('says what is wrong', async () => {
      const cases: [RegExp, number, string[]][] = [
        [/missing required argument 'url'/, 1, []],
        [/https:\/\/ is not spoken/, 1, ['https://10.9.0.1/']],
        [/not in \/etc\/hosts.*--resolve nobody:ADDRESS/, 1, ['http://nobody/']],
        [/Give an address with a prefix length/, 1, ['--address', '10.9.0.2', 'http://10.9.0.1/']],
        [/10\.9\.0\.1 port 81: ECONNREFUSED: nothing listens/, 2, ['http://10.9.0.1:81/']],
        [/ENETUNREACH: no route/, 2, ['http://192.0.2.1/']],
        [/10\.9\.0\.77: nothing has moved for 0\.3 s/, 2, ['--timeout', '0.3', 'http://10.9.0.77/']],
        [/ETIMEDOUT: no answer came/, 2, ['--sysctl', 'tcp_syn_retries=1', 'http://10.9.0.77/']],
        [/no such file or directory/, 2, ['-o', '/no/such/file', `${nginx.url}/hello`]],
      ]
      for (const [message, code, args] of cases) {
        const process = estab('get', ...args)
        expect(await codeOf(process), args.join(' ')).toBe(code)
        expect(process.stderr).toMatch(message)
      }
    })
  })

  it.each(COMBINATIONS)('connect talks both ways over $family with offload $offload', async ({ family, offload }) => {
    namespace.sysctl('net.ipv4.ip_nonlocal_bind', 1)
    namespace.sysctl('net.ipv6.ip_nonlocal_bind', 1)
    const kernel = await KernelSocket.listen(namespace, THEIRS[family], 7000)
    const process = estab('connect', offloadOption(offload), '-v', THEIRS[family], '7000')
    await kernel.next(/^connected$/)
    process.write('question')
    await kernel.next(/^data question$/)
    process.closeInput()
    await kernel.next(/^end$/)
    kernel.do('write answer')
    kernel.do('end')
    expect(await codeOf(process)).toBe(0)
    expect(process.stdout).toBe('answer')
    expect(process.stderr).toMatch(/\.7000: S 0:0\(0\) win \d+ </)
    await kernel.stop()
  })

  it('connect closes its connection at Ctrl-C', async () => {
    namespace.sysctl('net.ipv4.ip_nonlocal_bind', 1)
    const kernel = await KernelSocket.listen(namespace, THEIRS.IPv4, 7000)
    const process = estab('connect', THEIRS.IPv4, '7000')
    await kernel.next(/^connected$/)
    const ending = process.stop('SIGINT')
    await kernel.next(/^end$/)
    expect(kernelStates(namespace, 7000)).toEqual(['CLOSE-WAIT'])
    kernel.do('end')
    expect(await ending).toEqual({ code: 130, signal: null })
    await kernel.next(/^closed$/)
    await kernel.stop()
  })

  it.each(COMBINATIONS)('ping is answered over $family with offload $offload', async ({ family, offload }) => {
    const process = estab('ping', '-c', '20', '-i', '0.01', '-s', '1400', offloadOption(offload), THEIRS[family])
    expect(await codeOf(process)).toBe(0)
    expect(process.stdout).toMatch(/^1408 bytes from \S+: icmp_seq=20 ttl=64 time=[\d.]+ ms$/m)
    expect(process.stdout).toMatch(/^20 packets transmitted, 20 received, 0% packet loss/m)
    expect(process.stdout).toMatch(/^rtt min\/avg\/max\/mdev = /m)
  })

  it('ping tells of silence, and shows its statistics at Ctrl-C', async () => {
    const silent = estab('ping', '-c', '2', '-i', '0.1', '-W', '0.2', '10.9.0.77')
    expect(await codeOf(silent)).toBe(2)
    expect(silent.stdout).toMatch(/^2 packets transmitted, 0 received, 100% packet loss/m)
    const endless = estab('ping', '--tun', 'estab1', THEIRS.IPv6)
    await endless.line(/icmp_seq=2 /)
    expect(await endless.stop('SIGINT')).toEqual({ code: 0, signal: null })
    expect(endless.stdout).toMatch(/^\d+ packets transmitted, \d+ received/m)
  })

  it.each(COMBINATIONS)('serve answers pings over $family with offload $offload', async ({ family, offload }) => {
    const server = await serveEstab(namespace, offloadOption(offload))
    console.log(`ping, ${family}, offload ${offload}: ${await ping(namespace, OURS[family], 500)}`)
    await server.stop()
  })

  it('serve offers what is asked for, and says when it cannot', async () => {
    const server = await serveEstab(namespace, '--no-http', '--echo', '0', '--discard', '1009', '--no-source')
    expect(server.stdout).toBe('listening on 10.9.0.2, fd00:9::2 (estab0): discard 1009\n')
    const second = estab('serve')
    expect(await codeOf(second)).toBe(2)
    expect(second.stderr).toMatch(/another process holds the TUN device estab0/)
    const folderless = estab('serve', '--root', '/no/such/folder')
    expect(await codeOf(folderless)).toBe(2)
    expect(folderless.stderr).toMatch(/the folder to be served cannot be opened/)
    const twice = estab('serve', '--tun', 'estab1', '--http', '7')
    expect(await codeOf(twice)).toBe(2)
    expect(twice.stderr).toMatch(/echo on port 7: EADDRINUSE/)
    expect(await server.stop()).toEqual({ code: 0, signal: null })
    expect(namespace.ip('-o', 'link', 'show')).not.toContain('estab')
  })

  it('ping goes beyond the link by a route', async () => {
    namespace.ip('address', 'add', '192.0.2.1/32', 'dev', 'lo')
    for (const way of [
      ['--gateway', '10.9.0.1'],
      ['--route', '192.0.2.0/24'],
    ]) {
      const process = estab('ping', '-c', '1', ...way, '192.0.2.1')
      expect(await codeOf(process)).toBe(0)
    }
  })
})
