import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseFilter } from '../../cli/ss-filter.ts'
import { DEFAULT_STATES } from '../../cli/ss-states.ts'
import { ssTable } from '../../cli/ss-table.ts'
import { RuntimeDirectory } from '../../src/adapter/node/control.testkit.ts'
import { askControl, type Control, createHost, openControl, type RunningHost } from '../../src/adapter/node/index.ts'
import { openTun, type TunDevice } from '../../src/adapter/tun/index.ts'
import { listen, type ServerSocket } from '../../src/socket/server-socket.ts'
import { connect, READABLE, type StreamSocket } from '../../src/socket/stream-socket.ts'
import { describeInterop } from './support/describe-interop.ts'
import { ESTAB, type Family, inUrl, OURS, serveEstab, THEIRS } from './support/estab.ts'
import { KernelSocket } from './support/kernel-socket.ts'
import { NetworkNamespace } from './support/namespace.ts'

const PORT = 7000
const PLAIN = { header: false, numeric: true, timers: false, processes: false, extended: false }

let runtime: RuntimeDirectory
let namespace: NetworkNamespace

beforeEach(() => {
  runtime = new RuntimeDirectory()
  namespace = NetworkNamespace.create()
})

afterEach(() => {
  namespace.delete()
  runtime.remove()
})

/** What `estab ARGS` writes; the host that is asked runs in this process, so it must not wait for it. */
function estab(...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [ESTAB, ...args], (error, stdout) => (error === null ? resolve(stdout) : reject(error)))
  })
}

/** A row as both print it: state, queues, ends. */
interface Row {
  state: string
  recvQ: number
  sendQ: number
  local: string
  peer: string
}

function rows(table: string): Row[] {
  const lines = table.split('\n').filter((line) => line !== '')
  return lines.map((line) => {
    const words = line.trim().split(/\s+/)
    // Where only one state was asked for it goes without saying.
    const [state = '', recvQ, sendQ, local = '', peer = ''] = /^\d/.test(line.trim()) ? ['', ...words] : words
    return { state, recvQ: Number(recvQ), sendQ: Number(sendQ), local, peer }
  })
}

describeInterop("the kernel's ss beside ours", ['ss'], () => {
  let running: RunningHost
  let tun: TunDevice
  let control: Control
  let kernel: KernelSocket | null = null
  /** What the kernel sends waits on the device, unread. */
  let frozen = false

  beforeEach(async () => {
    tun = namespace.within(() => openTun({ name: 'estab0', offload: true }))
    const receive = tun.receive.bind(tun)
    frozen = false
    tun.receive = (packet) => !frozen && receive(packet)
    namespace.ip('address', 'add', `${THEIRS.IPv4}/24`, 'dev', 'estab0')
    namespace.ip('-6', 'address', 'add', `${THEIRS.IPv6}/64`, 'dev', 'estab0', 'nodad')
    namespace.ip('link', 'set', 'dev', 'estab0', 'up')
    running = createHost()
    running.host.addDevice(tun)
    running.host.addAddress(`${OURS.IPv4}/24`, tun)
    running.host.addAddress(`${OURS.IPv6}/64`, tun)
    control = await openControl(running.host)
  })

  afterEach(async () => {
    await kernel?.stop()
    kernel = null
    control.close()
    running.stop()
  })

  function thaw(): void {
    frozen = false
    running.host.network.onwake()
  }

  const theirs = (...args: string[]) => rows(namespace.run('ss', '-Htn', ...args))

  /** As `estab ss -H` says it, which asks from a process of its own. */
  async function ours(...words: string[]): Promise<Row[]> {
    const { states, matches } = parseFilter(words)
    const asked = states ?? DEFAULT_STATES
    const sockets = await askControl(control.path, 'ss', { states: [...asked] })
    const owned = sockets.filter(matches).map((socket) => ({ socket, pid: process.pid, process: 'estab' }))
    return rows(ssTable(owned, { ...PLAIN, states: asked.size !== 1 }))
  }

  /** The states of both ends, the kernel's first, without those of listeners: 'ESTAB | ESTAB'. */
  async function states(): Promise<string> {
    const connected = ['state', 'connected']
    const sides = [theirs(...connected), await ours(...connected)]
    return sides
      .map((side) =>
        side
          .map(({ state }) => state)
          .sort()
          .join(' '),
      )
      .join(' | ')
      .trim()
  }

  async function become(expected: string): Promise<void> {
    await expect.poll(states, { interval: 20, timeout: 10_000 }).toBe(expected)
  }

  /** Both ends name the connection alike, and have these queues, each Recv-Q and Send-Q. */
  async function queues(theirQueues: [number, number], ourQueues: [number, number]): Promise<void> {
    await expect
      .poll(async () => [...theirs(), ...(await ours())].map(({ recvQ, sendQ }) => [recvQ, sendQ]), { interval: 20 })
      .toEqual([theirQueues, ourQueues])
    const [[their], [our]] = [theirs(), await ours()]
    expect([our?.local, our?.peer]).toEqual([their?.peer, their?.local])
  }

  /** The kernel has connected to us. */
  async function accepted(family: Family): Promise<{ peer: KernelSocket; socket: StreamSocket; server: ServerSocket }> {
    const server = listen(running.host, { port: PORT })
    const socket = new Promise<StreamSocket>((resolve) => {
      server.onready = () => resolve(server.accept() as StreamSocket)
    })
    const peer = KernelSocket.connect(namespace, OURS[family], PORT)
    kernel = peer
    await peer.next(/^connected$/)
    return { peer, socket: await socket, server }
  }

  describe.each(['IPv4', 'IPv6'] as const)('over %s', (family) => {
    it('agrees on an opening', async () => {
      frozen = true
      listen(running.host, { port: PORT })
      kernel = KernelSocket.connect(namespace, OURS[family], PORT)
      await become('SYN-SENT |')
      expect(theirs()).toMatchObject([{ recvQ: 0, sendQ: 1 }])
      const passive = await KernelSocket.listen(namespace, THEIRS[family], PORT + 1)
      connect(running.host, { address: THEIRS[family], port: PORT + 1 })
      await become('SYN-RECV SYN-SENT | SYN-SENT')
      // Half-open connections are not shown of their own accord.
      expect([...theirs(), ...(await ours())].map(({ state, sendQ }) => [state, sendQ])).toEqual([
        ['SYN-SENT', 1],
        ['SYN-SENT', 1],
      ])
      thaw()
      await become('ESTAB ESTAB | ESTAB ESTAB')
      await passive.stop()
    })

    it('agrees on a half-open connection of ours', async () => {
      listen(running.host, { port: PORT })
      // The SYN,ACK never arrives.
      const { transmit } = tun
      tun.transmit = () => true
      kernel = KernelSocket.connect(namespace, OURS[family], PORT)
      await become('SYN-SENT | SYN-RECV')
      expect(await ours()).toEqual([])
      tun.transmit = transmit
      await become('ESTAB | ESTAB')
    })

    it('agrees on data, a half-close and a close by us', async () => {
      const { peer, socket } = await accepted(family)
      await become('ESTAB | ESTAB')
      await queues([0, 0], [0, 0])
      peer.do('write hello')
      await queues([0, 0], [5, 0])
      socket.read(new Uint8Array(10))
      await queues([0, 0], [0, 0])
      frozen = true
      socket.write(Buffer.from('answer'))
      await peer.next(/^data answer$/)
      await queues([0, 0], [0, 6])
      thaw()
      await queues([0, 0], [0, 0])
      frozen = true
      socket.shutdown('write')
      await peer.next(/^end$/)
      await become('CLOSE-WAIT | FIN-WAIT-1')
      expect(await ours()).toMatchObject([{ sendQ: 1 }])
      thaw()
      await become('CLOSE-WAIT | FIN-WAIT-2')
      frozen = true
      peer.do('end')
      await become('LAST-ACK | FIN-WAIT-2')
      expect(theirs()).toMatchObject([{ sendQ: 1 }])
      thaw()
      await become('| TIME-WAIT')
      expect(await ours('state', 'all', 'sport', '=', `:${PORT}`)).toMatchObject([
        { state: 'LISTEN' },
        { state: 'TIME-WAIT', recvQ: 0, sendQ: 0 },
      ])
      socket.close()
      await become('| TIME-WAIT')
      await peer.next(/^closed$/)
    })

    it('agrees on a close by the kernel, and on a simultaneous one', async () => {
      const first = await accepted(family)
      frozen = true
      first.peer.do('end')
      await become('FIN-WAIT-1 | ESTAB')
      thaw()
      await become('FIN-WAIT-2 | CLOSE-WAIT')
      frozen = true
      first.socket.close()
      await become('TIME-WAIT | LAST-ACK')
      thaw()
      await become('TIME-WAIT |')
      first.server.close()
      const second = await accepted(family)
      frozen = true
      second.peer.do('end')
      await become('FIN-WAIT-1 TIME-WAIT | ESTAB')
      second.socket.close()
      await become('CLOSING TIME-WAIT | FIN-WAIT-1')
      thaw()
      await become('TIME-WAIT TIME-WAIT | TIME-WAIT')
    })

    it('agrees on timers', async () => {
      const { peer, socket } = await accepted(family)
      const timers = async () => {
        const tables = [namespace.run('ss', '-Htnoa'), await estab('ss', '-Htno', 'state', 'connected')]
        return tables.map(
          (table) => table.match(/timer:\((\w+),(?:119min|59\.?\w+|\w+ms|[\d.]+\w+),\d+\)/)?.[1] ?? 'none',
        )
      }
      expect(await timers()).toEqual(['none', 'none'])
      peer.do('keepalive')
      socket.setOption('SO_KEEPALIVE', 1)
      await expect.poll(timers).toEqual(['keepalive', 'keepalive'])
      frozen = true
      socket.write(Buffer.from('unheard'))
      await expect.poll(timers).toEqual(['keepalive', 'on'])
      thaw()
      peer.do('end')
      await become('FIN-WAIT-2 | CLOSE-WAIT')
      socket.shutdown('write')
      await become('TIME-WAIT |')
      await expect.poll(timers).toEqual(['timewait', 'none'])
    })
  })

  it('agrees on what filters find', async () => {
    const { peer, socket } = await accepted('IPv4')
    const second = KernelSocket.connect(namespace, OURS.IPv6, PORT)
    await second.next(/^connected$/)
    const [from] = theirs('dst', inUrl(OURS.IPv4))
    const port = from?.local.replace(/.*:/, '')
    // As the kernel sees its end, we see the other.
    const mirrored = (filter: string) =>
      filter.replace(/\b([sd])(port|rc|st)\b/g, (_, side, rest) => `${side === 's' ? 'd' : 's'}${MIRROR[rest] ?? rest}`)
    for (const filter of [
      '',
      `dport = :${PORT}`,
      `dport != :${PORT}`,
      `dport < :${PORT}`,
      `dport >= :${PORT}`,
      `sport = :${port}`,
      `not sport = :${port}`,
      `dst ${OURS.IPv4}`,
      `dst ${OURS.IPv4}:${PORT}`,
      `dst [${OURS.IPv6}]:${PORT}`,
      'dst 10.0.0.0/8',
      `( sport = :${port} or dst [${OURS.IPv6}] ) and dport = :${PORT}`,
      `sport = :${port} dport = :1`,
      'state established',
      'exclude listening exclude established',
      'state bucket',
      'state syn-sent state fin-wait-1 state established',
    ]) {
      const here = (await ours(...mirrored(filter).split(' '))).map(
        ({ state, local, peer }) => `${state} ${peer} ${local}`,
      )
      const there = theirs(...filter.split(' ').filter((word) => word !== '')).map(
        ({ state, local, peer }) => `${state} ${local} ${peer}`,
      )
      expect(here.sort(), filter).toEqual(there.sort())
    }
    const titles = (table: string) =>
      table
        .split('\n')[0]
        ?.replace(/PortProcess/, 'Port Process')
        .trim()
        .split(/\s+/)
    expect(titles(await estab('ss', '-tan'))).toEqual(titles(namespace.run('ss', '-tan')))
    expect(socket.state).toBe('ESTABLISHED')
    await peer.stop()
    await second.stop()
  })

  it('has the words of TCP_INFO that the kernel has', async () => {
    const { peer, socket } = await accepted('IPv4')
    const read = new Promise<void>((resolve) => {
      socket.onevent = (events) => {
        if (events & READABLE) resolve()
      }
    })
    peer.do('write hello')
    await read
    socket.read(new Uint8Array(10))
    socket.write(Buffer.from('answer'))
    await peer.next(/^data answer$/)
    await queues([0, 0], [0, 0])
    // Neither the row before it, nor what the words say.
    const words = (table: string) => {
      const [, details = ''] = table.split('\n\t')
      return details
        .trim()
        .replace(/\b(send|pacing_rate|delivery_rate) \S+/g, '$1')
        .split(/\s+/)
        .map((word) => word.replace(/[:(].*/, ''))
    }
    const known = new Set(words(namespace.run('ss', '-Htnio')))
    // Said or not by the moment, and by what a busy machine has lost.
    for (const word of ['reno', 'lastsnd', 'lastrcv', 'lastack', 'rcv_rtt', 'retrans', 'bytes_retrans', 'dsack_dups']) {
      known.add(word)
    }
    const said = words(await estab('ss', '-Htnio'))
    expect(said.filter((word) => !known.has(word))).toEqual([])
    expect(said).toEqual(
      expect.arrayContaining(['ts', 'sack', 'wscale', 'rto', 'rtt', 'mss', 'cwnd', 'send', 'minrtt']),
    )
  })
})

const MIRROR: Readonly<Record<string, string>> = { rc: 'st', st: 'rc' }

describeInterop('netstat beside ours', ['netstat'], () => {
  it('has the same columns and names', async () => {
    namespace.ip('link', 'set', 'dev', 'lo', 'up')
    const title = namespace
      .run('netstat', '-tan')
      .split('\n')
      .slice(0, 2)
      .map((line) => line.trim())
    const running = createHost()
    const control = await openControl(running.host)
    listen(running.host, { port: 80 })
    const [header, columns, row] = (await estab('ss', '--netstat', '-a')).split('\n')
    expect([header, columns]).toEqual(title)
    const kernel = await KernelSocket.listen(namespace, '::', 80)
    expect(namespace.run('netstat', '-tan').split('\n')[2]?.trim()).toBe(row)
    await kernel.stop()
    control.close()
    running.stop()
  })
})

describeInterop('a command on a TUN device', [], () => {
  it('lets itself be asked until it ends', async () => {
    const server = await serveEstab(namespace)
    const place = join(runtime.path, 'estab')
    expect(readdirSync(place)).toEqual([`${server.pid}.sock`])
    const ports = rows(await estab('ss', '-Hltn', '--pid', String(server.pid))).map(({ local }) => local)
    expect(ports.sort()).toEqual(['*:19', '*:7', '*:80', '*:9'])
    expect(await estab('sysctl', 'tcp_fin_timeout=7')).toBe('net.ipv4.tcp_fin_timeout = 7\n')
    expect(await estab('nstat', '-a', 'TcpPassiveOpens')).toMatch(/^TcpPassiveOpens +0$/m)
    await server.stop('SIGINT')
    expect(readdirSync(place)).toEqual([])
    const hidden = await serveEstab(namespace, '--no-control')
    expect(readdirSync(place)).toEqual([])
    await hidden.stop('SIGINT')
    const path = join(runtime.path, 'mine.sock')
    const chosen = await serveEstab(namespace, '--control', path)
    expect(rows(await estab('ss', '-Hl', '--control', path))).toHaveLength(4)
    await chosen.stop('SIGKILL')
    await expect(estab('ss', '--control', path)).rejects.toThrow(/nobody listens on .* any more/)
    // What is in the way is no reason to give up.
    const warned = await serveEstab(namespace, '--control', '/no/such/directory/x.sock')
    expect(warned.stderr).toMatch(
      /^estab: no control socket, so estab ss does not reach this process: there is no directory/,
    )
    await warned.stop('SIGINT')
  })
})
