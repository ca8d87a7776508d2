import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RuntimeDirectory } from '../src/adapter/node/control.testkit.ts'
import { type Control, openControl, type RunningHost } from '../src/adapter/node/index.ts'
import { joinedHosts } from '../src/adapter/node/joined-hosts.testkit.ts'
import { listen } from '../src/socket/server-socket.ts'
import { CONNECTED, connect, READABLE } from '../src/socket/stream-socket.ts'
import { estab } from './estab.testkit.ts'

let runtime: RuntimeDirectory
let client: RunningHost
let server: RunningHost
let controls: Control[]

beforeEach(async () => {
  runtime = new RuntimeDirectory()
  ;[client, server] = joinedHosts()
  controls = []
})

afterEach(() => {
  for (const control of controls) control.close()
  client.stop()
  server.stop()
  runtime.remove()
})

/** Lets the server's host be asked. */
async function openServer(): Promise<Control> {
  const control = await openControl(server.host, { name: 'server' })
  controls.push(control)
  return control
}

/** A connection from port 5000 to port 80 over which five bytes went that nobody reads, and a listener at port 80. */
async function connection(): Promise<void> {
  const listener = listen(server.host, { port: 80, backlog: 5 })
  const socket = connect(client.host, { address: '10.0.0.2', port: 80, localPort: 5000 })
  await new Promise<void>((resolve) => {
    listener.onready = () => {
      const accepted = listener.accept()
      if (accepted === null) return
      accepted.onevent = (events) => {
        if (events & READABLE) resolve()
      }
    }
    socket.onevent = (events) => {
      if (events & CONNECTED) socket.write(Buffer.from('hello'))
    }
  })
}

describe('estab ss', () => {
  it('shows the connections of a running process', async () => {
    await openServer()
    await connection()
    expect(await estab('ss', '-tan')).toEqual({
      code: 0,
      stderr: '',
      stdout: [
        'State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process',
        'LISTEN 0      5                  *:80              *:*',
        'ESTAB  5      0           10.0.0.2:80       10.0.0.1:5000',
        '',
      ].join('\n'),
    })
    expect((await estab('ss', '-H')).stdout).toBe('ESTAB 5 0 10.0.0.2:80 10.0.0.1:5000\n')
    expect((await estab('ss', '-Hl')).stdout).toBe('LISTEN 0 5 *:80 *:*\n')
    expect((await estab('ss', '-Hla4')).stdout.split('\n')).toHaveLength(3)
    expect((await estab('ss', '-H6a')).stdout).toBe('LISTEN 0 5 *:80 *:*\n')
    expect((await estab('ss', '-H', 'dst', '10.0.0.0/8:5000', 'and', 'not', 'sport', '=', ':81')).stdout).toMatch(
      /^ESTAB/,
    )
    expect((await estab('ss', '-H', 'state', 'all', '( dport = :1 or sport = :1 )')).stdout).toBe('')
    expect((await estab('ss', '-H', 'state', 'listening')).stdout).toBe('0 5 *:80 *:*\n')
    expect((await estab('ss', '-Hoepi')).stdout).toMatch(
      new RegExp(`users:\\(\\("server",pid=${process.pid}\\)\\) owner\\n\t ts sack reno wscale:7,7 rto:\\d`),
    )
    expect((await estab('ss', '-Hm')).stdout).toMatch(/\n\t skmem:\(r\d+,rb131072,/)
    expect((await estab('ss', '--netstat', '-a')).stdout).toMatch(/^tcp {8}5 {6}0 10\.0\.0\.2:80 .* ESTABLISHED$/m)
    expect((await estab('ss', '-s')).stdout).toMatch(/^TCP: {3}2 \(estab 1, closed 0, orphaned 0, timewait 0\)$/m)
  })

  it('is for programs, too', async () => {
    const { path } = await openServer()
    await connection()
    const { stdout } = await estab('ss', '--json', '-aim')
    const records = JSON.parse(stdout)
    expect(records).toMatchObject([
      { state: 'LISTEN', local: '*', localPort: 80, info: null, process: 'server', pid: process.pid },
      { state: 'ESTAB', recvQ: 5, peer: '10.0.0.1', info: { tcpi_state: 1 }, memory: { rcvbuf: 131_072 } },
    ])
    expect((await estab('ss', '-H', '--control', path)).stdout).toMatch(/^ESTAB/)
    expect((await estab('ss', '-H', '--pid', String(process.pid))).stdout).toMatch(/^ESTAB/)
  })

  it('asks all processes', async () => {
    await openServer()
    controls.push(await openControl(client.host, { name: 'client' }))
    await connection()
    const { stdout } = await estab('ss', '-Hp')
    expect(stdout.trim().split('\n').sort()).toEqual([
      `ESTAB 0 0 10.0.0.1:5000 10.0.0.2:80   users:(("client",pid=${process.pid}))`,
      `ESTAB 5 0 10.0.0.2:80   10.0.0.1:5000 users:(("server",pid=${process.pid}))`,
    ])
  })
})

describe('estab sysctl', () => {
  it('reads and changes the settings of a running process', async () => {
    await openServer()
    expect((await estab('sysctl', 'tcp_sack', 'net.ipv4.tcp_rmem')).stdout).toBe(
      'net.ipv4.tcp_sack = 1\nnet.ipv4.tcp_rmem = 4096\t131072\t6291456\n',
    )
    expect(await estab('sysctl', '-w', 'tcp_sack=0', 'net/ipv4/tcp_rmem=4096 8192 16384')).toEqual({
      code: 0,
      stdout: 'net.ipv4.tcp_sack = 0\nnet.ipv4.tcp_rmem = 4096\t8192\t16384\n',
      stderr: '',
    })
    expect(server.host.config).toMatchObject({ tcp_sack: false, tcp_rmem: [4096, 8192, 16_384] })
    expect((await estab('sysctl', '-n', 'tcp_sack')).stdout).toBe('0\n')
    expect((await estab('sysctl', '-a')).stdout).toMatch(/^net\.core\.somaxconn = 4096$/m)
    expect(JSON.parse((await estab('sysctl', '--json', 'tcp_sack')).stdout)).toEqual([
      { pid: process.pid, process: 'server', settings: { 'net.ipv4.tcp_sack': '0' } },
    ])
  })

  it('says what is wrong, and then changes nothing', async () => {
    await openServer()
    const cases: [RegExp, string[]][] = [
      [/give NAME, NAME=VALUE or -a/, []],
      [/-w takes NAME=VALUE/, ['-w', 'tcp_sack']],
      [/unknown setting tcp_sakc/, ['tcp_sakc']],
      [/tcp_syn_retries takes a whole number from 1 to 127, not 0/, ['tcp_syn_retries=0']],
    ]
    for (const [message, args] of cases) {
      const { code, stdout, stderr } = await estab('sysctl', ...args)
      expect([code, stdout], args.join(' ')).toEqual([1, ''])
      expect(stderr).toMatch(message)
    }
    controls.push(await openControl(client.host))
    expect(await estab('sysctl', 'tcp_sack=0')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--pid or --control'),
    })
    expect(client.host.config.tcp_sack && server.host.config.tcp_sack).toBe(true)
  })

  it('lists and describes the defaults where no process runs', async () => {
    const { code, stdout, stderr } = await estab('sysctl', '-a', '--describe')
    expect(code).toBe(0)
    expect(stderr).toMatch(/these are the defaults/)
    expect(stdout).toMatch(/^# .+ \(s\)\. See: .+\n# Default 60, by the RFCs 240; takes .+\ntcp_timewait_len = 60$/m)
  })
})

describe('estab nstat', () => {
  it('shows counters by name', async () => {
    await openServer()
    await connection()
    const { stdout } = await estab('nstat')
    expect(stdout).toMatch(new RegExp(`^#server ${process.pid}\\n`))
    expect(stdout).toMatch(/^TcpPassiveOpens {17}1$/m)
    expect(stdout).not.toMatch(/ 0$/m)
    expect((await estab('nstat', 'TcpPassive*', 'TcpActive*')).stdout).toBe(
      `#server ${process.pid}\nTcpPassiveOpens                 1\n`,
    )
    expect((await estab('nstat', '-a', 'TcpActiveOpens')).stdout).toMatch(/^TcpActiveOpens {18}0$/m)
    expect(JSON.parse((await estab('nstat', '--json', 'Tcp*Opens')).stdout)).toEqual([
      { pid: process.pid, process: 'server', counters: { TcpPassiveOpens: 1 } },
    ])
  })
})

describe('without a process', () => {
  it.each([['ss'], ['nstat'], ['sysctl', 'tcp_sack'], ['ss', '--pid', '1']])(
    'estab %s %s says what to start',
    async (...args) => {
      const { code, stdout, stderr } = await estab(...args)
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toMatch(/^estab: no (running )?process .*was found in .*: start one, such as `estab serve`/)
    },
  )

  it('at the path that is given they say so', async () => {
    const { code, stderr } = await estab('ss', '--control', `${runtime.path}/none.sock`)
    expect(code).toBe(2)
    expect(stderr).toBe(`estab: there is no socket at ${runtime.path}/none.sock\n`)
  })

  it('a wrong filter is told first', async () => {
    const { code, stderr } = await estab('ss', 'sport', '=', 'x')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^estab: the filter has 'x' in place of a port such as :80 \(/)
  })
})
