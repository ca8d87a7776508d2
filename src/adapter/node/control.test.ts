import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listen } from '../../socket/server-socket.ts'
import { connect } from '../../socket/stream-socket.ts'
import { pipe } from '../../stack/pipe.ts'
import { RuntimeDirectory, say } from './control.testkit.ts'
import { type Control, type ControlOptions, openControl } from './control.ts'
import { askControl, findControls } from './control-client.ts'
import { controlDirectories, removeSocket } from './control-directory.ts'
import { MAX_REQUEST } from './control-protocol.ts'
import { createHost, type RunningHost } from './host.ts'

const AS_ROOT = process.getuid?.() === 0

let runtime: RuntimeDirectory
let running: RunningHost
let controls: Control[]

beforeEach(() => {
  runtime = new RuntimeDirectory()
  running = createHost()
  controls = []
})

afterEach(() => {
  for (const control of controls) control.close()
  running.stop()
  runtime.remove()
})

async function open(options?: ControlOptions): Promise<Control> {
  const control = await openControl(running.host, options)
  controls.push(control)
  return control
}

/** The directory of control sockets, where the test may put things before. */
function directory(mode = 0o700): string {
  const path = join(runtime.path, 'estab')
  mkdirSync(path, { mode })
  chmodSync(path, mode)
  return path
}

/** A socket whose process is gone, '%' in its path being that process's number, which is returned. */
function abandon(path: string): number {
  const program = `
    const path = ${JSON.stringify(path)}.replace('%', process.pid)
    require('node:net').createServer().listen(path, () => process.kill(process.pid, 'SIGKILL'))`
  return spawnSync(process.execPath, ['--eval', program]).pid
}

function code(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'none',
    (error) => error.code ?? String(error),
  )
}

describe('a control socket', () => {
  it('is open to its user alone', async () => {
    const { path } = await open()
    expect(path).toBe(join(runtime.path, 'estab', `${process.pid}.sock`))
    expect(lstatSync(path).mode & 0o777).toBe(0o600)
    expect(lstatSync(join(runtime.path, 'estab')).mode & 0o777).toBe(0o700)
    expect(process.umask()).not.toBe(0o177)
  })

  it.runIf(AS_ROOT)('refuses another user, wherever it is', async () => {
    const { path } = await open({ path: join(runtime.path, 'open.sock') })
    chmodSync(runtime.path, 0o755)
    const program = `require('net').connect(${JSON.stringify(path)}).on('error', (e) => console.log(e.code)).on('connect', () => console.log('in'))`
    const { stdout } = spawnSync(process.execPath, ['--eval', program], {
      uid: 65_534,
      gid: 65_534,
      encoding: 'utf8',
      timeout: 5000,
    })
    expect(stdout.trim()).toBe('EACCES')
  })

  it('has a number for each host of a process, and goes when it is closed', async () => {
    const first = await open()
    const second = await open()
    expect(second.path).toBe(join(runtime.path, 'estab', `${process.pid}-2.sock`))
    first.close()
    expect(existsSync(first.path)).toBe(false)
    expect((await open()).path).toBe(first.path)
    expect(existsSync(second.path)).toBe(true)
  })

  it('tells what it is asked', async () => {
    const { path } = await open({ name: 'test' })
    const [device] = pipe()
    running.host.addDevice(device)
    running.host.addAddress('10.0.0.1/24', device)
    listen(running.host, { port: 80 })
    connect(running.host, { address: '10.0.0.2', port: 7 })
    expect(await askControl(path, 'about', {})).toEqual({ pid: process.pid, name: 'test' })
    expect(await askControl(path, 'ss', {})).toMatchObject([
      { state: 'LISTEN' },
      { state: 'SYN-SENT', info: null, memory: null },
    ])
    expect(await askControl(path, 'ss', { states: ['SYN-SENT'], info: true, memory: true })).toMatchObject([
      { state: 'SYN-SENT', info: { tcpi_state: 2 }, memory: { rmem_alloc: 0 } },
    ])
    expect(await askControl(path, 'sockstat', {})).toMatchObject({ inuse: 2, tw: 0 })
    expect(await askControl(path, 'nstat', {})).toMatchObject({ TcpActiveOpens: 1, TcpInSegs: 0 })
  })

  it('reads and changes settings', async () => {
    const { path } = await open()
    expect(await askControl(path, 'sysctl', { name: 'tcp_sack' })).toEqual([{ name: 'net.ipv4.tcp_sack', value: '1' }])
    expect(await askControl(path, 'sysctl', { set: 'net.ipv4.tcp_sack=0' })).toEqual([
      { name: 'net.ipv4.tcp_sack', value: '0' },
    ])
    expect(running.host.config.tcp_sack).toBe(false)
    expect((await askControl(path, 'sysctl', {})).length).toBeGreaterThan(50)
    await expect(askControl(path, 'sysctl', { set: 'tcp_syn_retries=0' })).rejects.toMatchObject({
      code: 'ERR_CONTROL_REFUSED',
      message: 'tcp_syn_retries takes a whole number from 1 to 127, not 0',
    })
    await expect(askControl(path, 'sysctl', { name: 'tcp_sakc' })).rejects.toThrow(/tcp_sakc.* tcp_sack\b/)
  })

  it('sends a long list in parts', async () => {
    const { path } = await open()
    for (let port = 1; port <= 1001; port += 1) listen(running.host, { port })
    const lines = (await say(path, '{"ask":"ss"}\n')).trim().split('\n')
    expect(lines.length).toBe(6)
    const sockets = await askControl(path, 'ss', {})
    expect(sockets.map(({ localPort }) => localPort)).toEqual(Array.from({ length: 1001 }, (_, i) => i + 1))
  })

  it('answers requests in turn', async () => {
    const { path } = await open({ name: 'test' })
    const text = await say(path, '{"ask":"about"}\n{"ask":"sysctl","name":"tcp_sack"}\nnonsense\n{"ask":"about"}\n')
    const kinds = text
      .trim()
      .split('\n')
      .map((line) => Object.keys(JSON.parse(line))[0])
    expect(kinds).toEqual(['answer', 'answer', 'error', 'answer'])
  })
})

describe('a malformed request', () => {
  it.each([
    ['nonsense', 'the request is no JSON'],
    ['', 'the request is no JSON'],
    ['{"ask":"about"', 'the request is no JSON'],
    ['7', 'the request is no object'],
    ['null', 'the request is no object'],
    ['[{"ask":"ss"}]', 'the request is no object'],
    ['{}', 'asks for nothing there is'],
    ['{"ask":"toString"}', 'asks for nothing there is'],
    ['{"ask":["ss"]}', 'asks for nothing there is'],
    ['{"ask":"ss","states":"ESTAB"}', '"states" takes a list of'],
    ['{"ask":"ss","states":["ESTABLISHED"]}', '"states" takes a list of'],
    ['{"ask":"ss","info":1}', '"info" takes true or false'],
    ['{"ask":"sysctl","name":7}', '"name" and "set" take a text'],
    ['{"ask":"sysctl","name":"nothing"}', 'unknown setting nothing'],
    ['{"ask":"sysctl","set":"tcp_sack"}', 'NAME=VALUE'],
    ['{"ask":"sysctl","set":"__proto__=1"}', 'unknown setting __proto__'],
  ])('%j is answered by an error', async (line, message) => {
    const { path } = await open()
    const text = await say(path, `${line}\n{"ask":"about"}\n`)
    const [first, second] = text
      .trim()
      .split('\n')
      .map((reply) => JSON.parse(reply))
    expect(first.error).toContain(message)
    expect(second.answer).toMatchObject({ pid: process.pid })
  })

  it('of any bytes is answered by errors, a line each, and harms nobody', async () => {
    const { path } = await open()
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 500 }), async (bytes) => {
        const text = await say(path, bytes)
        const lines = bytes.filter((byte) => byte === 10).length
        expect(text.split('\n').length - 1).toBe(lines)
        for (const line of text.split('\n').slice(0, -1)) expect(JSON.parse(line)).toHaveProperty('error')
      }),
      { numRuns: 100 },
    )
    expect(await askControl(path, 'about', {})).toMatchObject({ pid: process.pid })
  })

  it('that is too long is answered by an error, and ends the conversation', async () => {
    const { path } = await open()
    const text = await say(path, `${'x'.repeat(10 * MAX_REQUEST)}\n{"ask":"about"}\n`)
    expect(text).toBe(`{"error":"a line is longer than ${MAX_REQUEST} characters"}\n`)
    expect(await askControl(path, 'about', {})).toMatchObject({ pid: process.pid })
  })

  it('that breaks off is no request', async () => {
    const { path } = await open()
    expect(await say(path, '{"ask":"about"}')).toBe('')
  })
})

describe('a place for the socket', () => {
  it('that others may enter is refused', async () => {
    directory(0o750)
    expect(await code(open())).toBe('ERR_CONTROL_DIRECTORY')
    await expect(open()).rejects.toThrow(/others may access it \(mode 750\): chmod 700/)
    expect(await findControls()).toEqual([])
  })

  it('that is a link or a file is refused', async () => {
    symlinkSync('/tmp', join(runtime.path, 'estab'))
    await expect(open()).rejects.toThrow('it is no directory')
    runtime.remove()
    runtime = new RuntimeDirectory()
    writeFileSync(join(runtime.path, 'estab'), '')
    expect(await code(open())).toBe('ERR_CONTROL_DIRECTORY')
  })

  it.runIf(AS_ROOT)("that is another user's is refused", async () => {
    chownSync(directory(), 65_534, 65_534)
    await expect(open()).rejects.toThrow('it belongs to the user 65534')
  })

  const directories = (uid: number, runtimeDirectory: string, controlDirectory = '') =>
    controlDirectories({ uid, runtimeDirectory, controlDirectory })

  it("is XDG_RUNTIME_DIR, if that is the user's own", () => {
    const uid = process.getuid?.() ?? 0
    const others = uid === 0 ? '/run/estab' : `/tmp/estab-${uid}`
    expect(directories(uid, runtime.path)).toEqual([join(runtime.path, 'estab'), others])
    expect(directories(uid + 1, runtime.path)).toEqual([`/tmp/estab-${uid + 1}`])
  })

  it('is elsewhere without XDG_RUNTIME_DIR, and where ESTAB_CONTROL_DIR says', () => {
    expect(directories(0, '')).toEqual(['/run/estab'])
    expect(directories(1000, '')).toEqual(['/tmp/estab-1000'])
    expect(directories(1000, 'relative')).toEqual(['/tmp/estab-1000'])
    expect(directories(1000, '/no/such')).toEqual(['/tmp/estab-1000'])
    expect(directories(0, runtime.path, '/somewhere/else')).toEqual(['/somewhere/else'])
  })

  it('may be chosen, if nobody is there', async () => {
    const path = join(runtime.path, 'own.sock')
    expect((await open({ path })).path).toBe(path)
    expect(lstatSync(path).mode & 0o777).toBe(0o600)
    expect(await code(open({ path }))).toBe('ERR_CONTROL_BUSY')
    const file = join(runtime.path, 'file')
    writeFileSync(file, 'precious')
    expect(await code(open({ path: file }))).toBe('ERR_CONTROL_PATH')
    expect(existsSync(file)).toBe(true)
    expect(await code(open({ path: join(runtime.path, 'none', 'x.sock') }))).toBe('ERR_CONTROL_PATH')
    expect(await code(open({ path: join(runtime.path, 'x'.repeat(120)) }))).toBe('ERR_CONTROL_PATH')
  })
})

describe('what a dead process has left', () => {
  it('is removed by the next that opens one, and nothing else is', async () => {
    const place = directory()
    const pid = abandon(join(place, '%.sock'))
    writeFileSync(join(place, '1.sock'), 'no socket')
    writeFileSync(join(place, 'notes'), '')
    expect(readdirSync(place).sort()).toEqual(['1.sock', `${pid}.sock`, 'notes'].sort())
    await open()
    expect(readdirSync(place).sort()).toEqual(['1.sock', `${process.pid}.sock`, 'notes'].sort())
  })

  it('is removed by who looks for processes', async () => {
    const place = directory()
    const pid = abandon(join(place, '%-3.sock'))
    expect(readdirSync(place)).toEqual([`${pid}-3.sock`])
    expect(await findControls()).toEqual([])
    expect(readdirSync(place)).toEqual([])
  })

  it('gives way to a new one at the same path', async () => {
    const path = join(runtime.path, 'own.sock')
    abandon(path)
    expect(lstatSync(path).isSocket()).toBe(true)
    await open({ path })
    expect(await askControl(path, 'about', {})).toMatchObject({ pid: process.pid })
  })

  it('is none where a process of another PID namespace answers', async () => {
    const place = directory()
    // No process has that number.
    const path = join(place, '99999999.sock')
    await open({ path })
    await open()
    expect(existsSync(path)).toBe(true)
    expect((await findControls()).map(({ pid }) => pid).sort()).toEqual([process.pid, 99_999_999].sort())
  })
})

describe('who asks', () => {
  const servers: Server[] = []

  afterEach(() => {
    for (const server of servers) server.close()
  })

  /** Something else that listens. */
  function other(serve: (socket: Socket) => void): Promise<string> {
    const path = join(runtime.path, `other-${servers.length}.sock`)
    return new Promise((resolve) => {
      servers.push(createServer(serve).listen(path, () => resolve(path)))
    })
  }

  it('is told what is wrong', async () => {
    const none = join(runtime.path, 'none.sock')
    expect(await code(askControl(none, 'about', {}))).toBe('ERR_CONTROL_GONE')
    writeFileSync(none, '')
    expect(await code(askControl(none, 'about', {}))).toBe('ERR_CONTROL_GONE')
    removeSocket(none)
    expect(existsSync(none)).toBe(true)
    const quits = await other((socket) => socket.destroy())
    expect(await code(askControl(quits, 'about', {}))).toBe('ERR_CONTROL_GONE')
    const chats = await other((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    expect(await code(askControl(chats, 'about', {}))).toBe('ERR_CONTROL_PROTOCOL')
    const dumb = await other((socket) => socket.end('{"what":1}\n'))
    expect(await code(askControl(dumb, 'about', {}))).toBe('ERR_CONTROL_PROTOCOL')
  })

  it('finds processes by their sockets', async () => {
    expect(await findControls()).toEqual([])
    const first = await open()
    const second = await open()
    expect(await findControls()).toEqual(
      [
        { path: first.path, pid: process.pid },
        { path: second.path, pid: process.pid },
      ].sort((a, b) => (a.path < b.path ? -1 : 1)),
    )
  })
})

/** What `npm test` has built, for a process of its own. */
const BUILT = new URL('../../../dist/src/adapter/node/index.js', import.meta.url)

describe('a process', () => {
  it.each(['', 'process.exit(0)', 'throw new Error()'])('ends although it has one, and leaves nothing: %j', (last) => {
    const program = `
      import { existsSync } from 'node:fs'
      import { createHost, openControl } from ${JSON.stringify(BUILT.href)}
      const { path } = await openControl(createHost().host)
      console.log(existsSync(path))
      ${last}`
    const flags = ['--input-type=module', '--eval', program]
    const { status, stdout } = spawnSync(process.execPath, flags, { timeout: 5000, encoding: 'utf8' })
    expect([status === null, stdout.trim()]).toEqual([false, 'true'])
    expect(readdirSync(join(runtime.path, 'estab'))).toEqual([])
  })
})
