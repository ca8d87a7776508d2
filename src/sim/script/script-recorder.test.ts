import { expect, it } from 'vitest'
import { listen } from '../../socket/server-socket.ts'
import { CONNECTED, connect, ENDED, READABLE } from '../../socket/stream-socket.ts'
import { hasData, isFin, nth } from '../aims.ts'
import type { Link } from '../link.ts'
import type { SimHost } from '../sim-host.ts'
import { World } from '../world.ts'
import { readScript } from './read-script.ts'
import { runScript } from './run-script.ts'
import { ScriptRecorder } from './script-recorder.ts'
import { describeFailure } from './script-report.ts'

/** A client that asks with 100 bytes, and a server that answers with `answer` and closes; both recorded. */
function recorded(answer: number, disturb: (link: Link) => void): { client: string; server: string } {
  const world = new World(4)
  const client = world.host('client')
  const server = world.host('server')
  disturb(world.link(client, server, { delay: 10_000 }))
  const recorders = { client: new ScriptRecorder(), server: new ScriptRecorder() }
  world.watch(client, recorders.client)
  world.watch(server, recorders.server)
  world.act(() => {
    const listener = listen(server.host, { port: 8080 })
    listener.onready = () => {
      const socket = listener.accept()
      if (socket === null) return
      socket.onevent = (events) => {
        if ((events & READABLE) === 0 || socket.read(new Uint8Array(1000)) !== 100) return
        socket.write(new Uint8Array(answer))
        socket.shutdown('write')
      }
    }
    const socket = connect(client.host, { address: server.address(), port: 8080 })
    socket.onevent = (events) => {
      if (events & CONNECTED) socket.write(new Uint8Array(100))
      if (events & READABLE) while (socket.read(new Uint8Array(65_536)) > 0);
      if (events & ENDED) socket.shutdown('write')
    }
  })
  world.run(30)
  return { client: recorders.client.script, server: recorders.server.script }
}

function holds(text: string): void {
  const script = readScript(text)
  expect(script.badLines).toEqual([])
  const failure = runScript(script)
  expect(failure === null ? '' : `${text}${describeFailure(failure)}`).toBe('')
}

it('writes what happened to a host as a script', () => {
  const { server } = recorded(10, () => {})
  expect(
    server
      .replace(/TS val 75\d+/g, 'TS val 7')
      .replace(/ecr 75\d+/g, 'ecr 7')
      .replace(/flow \d+/, 'flow 40001'),
  ).toBe(`listen 8080
flow 40001 8080
< S 0:0(0) win 64240 <mss 1460,sackOK,TS val 7 ecr 0,wscale 7>
> S. 0:0(0) ack 1 <mss 1460,sackOK,TS val 0 ecr 7,wscale 7>
+0.020000 < . 1:1(0) ack 1 win 502 <TS val 7 ecr 0>
accept
< P. 1:101(100) ack 1 win 502 <TS val 7 ecr 0>
> . 1:1(0) ack 101
read 100
write 10
shutdown write
> FP. 1:11(10) ack 101
+0.020000 < F. 101:101(0) ack 12 win 502 <TS val 7 ecr 20>
> . 12:12(0) ack 102
`)
})

it.each([
  ['a short answer', 10, () => {}],
  ['a long answer', 200_000, () => {}],
  ['a lost segment', 20_000, (link: Link) => link.fault({ way: 'back', aim: nth(3, hasData) })],
  ['a lost FIN', 10, (link: Link) => link.fault({ way: 'forth', aim: nth(1, isFin) })],
] as const)('is played again by either host: %s', (_, answer, disturb) => {
  const { client, server } = recorded(answer, disturb)
  holds(client)
  holds(server)
})

/** What `program` does on the first of two machines, and what the second sees, 10 ms away; both recorded. */
function watched(program: (client: SimHost, server: SimHost) => void): string[] {
  const world = new World(5)
  const hosts = [world.host('client'), world.host('server')] as const
  world.link(...hosts, { delay: 10_000 })
  const recorders = hosts.map((host) => {
    const recorder = new ScriptRecorder()
    world.watch(host, recorder)
    return recorder
  })
  world.act(() => program(...hosts))
  world.run(5)
  return recorders.map(({ script }) => script)
}

it('a refused connection', () => {
  const [client = '', server = ''] = watched((client, server) => {
    connect(client.host, { address: server.address(), port: 9, localPort: 5000 })
  })
  expect(client).toMatch(/^connect 9 5000\n> S 0:0\(0\) .*\n\+0\.020000 < R\. 0:0\(0\) ack 1 win 0\n$/)
  expect(server).toMatch(/^flow 5000 9\n< S 0:0\(0\) .*\n> R\. 0:0\(0\) ack 1\n$/)
  holds(client)
  holds(server)
})

it('a conversation over IPv6, and nothing of another over IPv4', () => {
  const scripts = watched((client, server) => {
    listen(server.host, { port: 80 })
    for (const version of [6, 4] as const) {
      const socket = connect(client.host, { address: server.address(version), port: 80, localPort: 5000 + version })
      socket.onevent = (events) => {
        if (events & CONNECTED) socket.write(new Uint8Array(3))
      }
    }
  })
  expect(scripts[0]).toMatch(/^ip 6\nconnect 80 5006\n/)
  expect(scripts[1]).toMatch(/^ip 6\nlisten 80\n/)
  for (const script of scripts) {
    expect(script).not.toContain('5004')
    holds(script)
  }
})

it('an abort, and two connections in turn', () => {
  const scripts = watched((client, server) => {
    const listener = listen(server.host, { port: 80 })
    listener.onready = () => {
      for (let socket = listener.accept(); socket !== null; socket = listener.accept()) {
        const accepted = socket
        accepted.onevent = (events) => {
          if (events & READABLE) accepted.abort()
        }
      }
    }
    for (const localPort of [5000, 5001]) {
      const socket = connect(client.host, { address: server.address(), port: 80, localPort })
      socket.onevent = (events) => {
        if (events & CONNECTED) socket.write(new Uint8Array(3))
      }
    }
  })
  expect(scripts[0]).toContain('flow 80 5000\nwrite 3\n')
  expect(scripts[1]).toContain('flow 5001 80\nabort\n> R. 1:1(0) ack 4\n')
  for (const script of scripts) holds(script)
})

it('bytes are read before what is sent later', () => {
  const [, server = ''] = watched((client, server) => {
    const listener = listen(server.host, { port: 80 })
    listener.onready = () => {
      const socket = listener.accept()
      socket?.setOption('TCP_KEEPIDLE', 1)
      socket?.setOption('SO_KEEPALIVE', 1)
    }
    const socket = connect(client.host, { address: server.address(), port: 80 })
    socket.onevent = (events) => {
      if (events & CONNECTED) socket.write(new Uint8Array(3))
    }
  })
  expect(server).toMatch(/> \. 1:1\(0\) ack 4\nread 3\n\+1\.\d+ > \. 0:0\(0\) ack 4\n/)
})
