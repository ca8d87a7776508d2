import { spawnSync } from 'node:child_process'
import { setImmediate as immediate, setTimeout as timer } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { listen } from '../../socket/server-socket.ts'
import { CONNECTED, connect, READABLE } from '../../socket/stream-socket.ts'
import { pipe } from '../../stack/pipe.ts'
import { createHost } from './host.ts'
import { joinedHosts } from './joined-hosts.testkit.ts'
import { NodeSurroundings } from './surroundings.ts'

describe('NodeSurroundings', () => {
  it('has a clock of whole microseconds that never goes back, and begins above 0', () => {
    const surroundings = new NodeSurroundings()
    let last = 0
    for (let i = 0; i < 10_000; i += 1) {
      const now = surroundings.now()
      if (!Number.isInteger(now) || now < last || now === 0) throw new Error(`${now} after ${last}`)
      last = now
    }
  })

  it('gives uint32 of chance', () => {
    const surroundings = new NodeSurroundings()
    const numbers = Array.from({ length: 1000 }, () => surroundings.random())
    for (const n of numbers) expect(n).toBe(n >>> 0)
    expect(new Set(numbers).size).toBeGreaterThan(990)
  })

  it('wakes as soon as may be, once, but not within the call', async () => {
    const surroundings = new NodeSurroundings()
    let woken = 0
    surroundings.onwake = () => {
      woken += 1
    }
    surroundings.wake(0)
    surroundings.wake(surroundings.now())
    surroundings.wake(surroundings.now() + 3_600_000_000)
    expect(woken).toBe(0)
    await Promise.resolve()
    expect(woken).toBe(1)
    await immediate()
    expect(woken).toBe(1)
  })

  it('wakes at a time, never before; an earlier wish holds beside a later one', async () => {
    const surroundings = new NodeSurroundings()
    const begun = surroundings.now()
    const woken = new Promise<number>((resolve) => {
      surroundings.onwake = () => resolve(surroundings.now())
    })
    surroundings.wake(begun + 3_600_000_000)
    surroundings.wake(begun + 15_000)
    surroundings.wake(Number.POSITIVE_INFINITY)
    expect(await woken).toBeGreaterThanOrEqual(begun + 15_000)
    surroundings.stop()
  })

  it('keeps the process alive by its timer while it is referenced, and only then', () => {
    const surroundings = new NodeSurroundings()
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const others = timers()
    const later = () => surroundings.now() + 60_000_000
    surroundings.wake(later())
    expect(timers()).toBe(others + 1)
    surroundings.setReferenced(false)
    expect(timers()).toBe(others)
    surroundings.wake(later() - 30_000_000)
    expect(timers()).toBe(others)
    surroundings.setReferenced(true)
    expect(timers()).toBe(others + 1)
    surroundings.stop()
    expect(timers()).toBe(others)
  })

  it('lets the event loop run, however often it is woken', async () => {
    const surroundings = new NodeSurroundings()
    let turns = 0
    surroundings.onwake = () => {
      turns += 1
      surroundings.wake(0)
    }
    surroundings.wake(0)
    // A timer fires although the turns never end.
    await timer(1)
    expect(turns).toBeGreaterThan(30)
    surroundings.stop()
    const stopped = turns
    await immediate()
    await immediate()
    expect(turns).toBe(stopped)
  })
})

/** Two hosts on a pipe, the second with an echo server at port 7. */
function pair() {
  const [a, b] = joinedHosts()
  const server = listen(b.host, { port: 7 })
  server.onready = () => {
    const socket = server.accept()
    const into = new Uint8Array(1000)
    if (socket === null) return
    socket.onevent = () => {
      const count = socket.read(into)
      if (count > 0) socket.write(into.subarray(0, count))
    }
  }
  return { a, b }
}

describe('hosts on the event loop', () => {
  it('that chat without end let timers fire, and stop when they are told', async () => {
    const { a, b } = pair()
    const socket = connect(a.host, { address: '10.0.0.2', port: 7 })
    const into = new Uint8Array(1000)
    let rounds = 0
    const many = new Promise<void>((resolve) => {
      socket.onevent = (events) => {
        if (events & (CONNECTED | READABLE)) {
          while (socket.read(into) > 0);
          socket.write(new Uint8Array([1]))
          rounds += 1
          if (rounds === 1000) resolve()
        }
      }
    })
    await Promise.all([many, timer(1)])
    a.stop()
    b.stop()
    await immediate()
    const stopped = rounds
    await immediate()
    await immediate()
    expect(rounds).toBe(stopped)
  })

  it('fire their timers: a SYN goes again after a second', async () => {
    const [device] = pipe()
    const { host, stop } = createHost({ tcp_timeout_init_us: 30_000, tcp_syn_retries: 1 })
    host.addDevice(device)
    host.addAddress('10.0.0.1/24', device)
    const socket = connect(host, { address: '10.0.0.2', port: 7 })
    const begun = host.now()
    const failed = await new Promise<number>((resolve) => {
      socket.onevent = () => resolve(host.now())
    })
    expect(socket.error).toBe('ETIMEDOUT')
    expect(failed - begun).toBeGreaterThanOrEqual(90_000)
    stop()
  })
})

/** What `npm test` has built, for a process of its own. */
const BUILT = new URL('../../../dist/src/', import.meta.url)

describe('a process', () => {
  /** Runs `lines` with a host that waits for an answer to its SYN. */
  function endOf(lines: string): { status: number | null; output: string } {
    const built = (path: string) => JSON.stringify(new URL(path, BUILT).href)
    const program = `
      import { createHost } from ${built('adapter/node/index.js')}
      import { connect, pipe } from ${built('socket/index.js')}
      const [device] = pipe()
      const running = createHost()
      running.host.addDevice(device)
      running.host.addAddress('10.0.0.1/24', device)
      const socket = connect(running.host, { address: '10.0.0.2', port: 7 })
      process.on('exit', () => console.log('state', socket.state))
      ${lines}`
    const flags = ['--input-type=module', '--eval', program]
    const { status, stdout } = spawnSync(process.execPath, flags, { timeout: 2000, encoding: 'utf8' })
    return { status, output: stdout.trim() }
  }

  it('ends although timers wait, when the host is not referenced', () => {
    expect(endOf('running.unref()')).toEqual({ status: 0, output: 'state SYN-SENT' })
    expect(endOf('setTimeout(() => running.unref(), 50)')).toEqual({ status: 0, output: 'state SYN-SENT' })
  })

  it('ends when the host is stopped, or has nothing more to wait for', () => {
    expect(endOf('setTimeout(() => running.stop(), 50)')).toEqual({ status: 0, output: 'state SYN-SENT' })
    expect(endOf('socket.close()')).toEqual({ status: 0, output: 'state CLOSED' })
  })

  it('goes on while the host waits', () => {
    expect(endOf('running.unref(); running.ref()').status).toBeNull()
  })
})
