import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listen } from '../../src/socket/server-socket.ts'
import { connect, ENDED, READABLE, type StreamSocket } from '../../src/socket/stream-socket.ts'
import { describeInterop } from './support/describe-interop.ts'
import { type Family, OURS, THEIRS } from './support/estab.ts'
import { LocalHost } from './support/local-host.ts'
import type { Process } from './support/processes.ts'

const PORT = 7413
const SYN_DATA = 32

/** A kernel server with TCP_FASTOPEN, that answers each request by the same in capitals. */
const SERVER = `
import socket, sys
s = socket.socket(socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.setsockopt(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 5)
s.bind((sys.argv[1], int(sys.argv[2])))
s.listen(5)
print('listening', flush=True)
while True:
    c, _ = s.accept()
    c.sendall(c.recv(1000).upper())
    c.close()
`

/** A kernel client that sends its request with MSG_FASTOPEN, so many times, and prints the answers. */
const CLIENT = `
import socket, sys
for i in range(int(sys.argv[3])):
    s = socket.socket(socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET)
    s.sendto(b'question %d' % i, socket.MSG_FASTOPEN, (sys.argv[1], int(sys.argv[2])))
    print(s.recv(1000).decode(), s.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 8)[5] & ${SYN_DATA}, flush=True)
    s.close()
`

describeInterop('Fast Open (RFC 7413) with the kernel', ['python3'], () => {
  let local: LocalHost
  let kernel: Process | null = null

  beforeEach(() => {
    local = LocalHost.open({ tcp_fastopen: 3 })
    local.namespace.sysctl('net.ipv4.tcp_fastopen', 3)
  })

  afterEach(async () => {
    await kernel?.stop('SIGKILL')
    kernel = null
    await local.close()
  })

  /** What the kernel's server answers; the request goes with the SYN if it can. */
  function ask(family: Family, request: string): Promise<{ answer: string; socket: StreamSocket }> {
    const options = { TCP_FASTOPEN_CONNECT: 1 }
    const socket = connect(local.host, { address: THEIRS[family], port: PORT, options })
    socket.write(new TextEncoder().encode(request))
    let answer = ''
    return new Promise((resolve) => {
      socket.onevent = (events) => {
        const into = new Uint8Array(1000)
        if (events & READABLE) {
          for (let n = socket.read(into); n > 0; n = socket.read(into))
            answer += new TextDecoder().decode(into.subarray(0, n))
        }
        if ((events & ENDED) === 0) return
        socket.shutdown('write')
        resolve({ answer, socket })
      }
    })
  }

  describe.each<Family>(['IPv4', 'IPv6'])('over %s', (family) => {
    it('RFC 7413, 4.2.2: its server gives a cookie, and then takes the data of our SYN', async () => {
      kernel = local.namespace.start('python3', ['-c', SERVER, THEIRS[family], String(PORT)])
      await kernel.line(/^listening/)
      const first = await ask(family, 'first')
      expect([first.answer, first.socket.tcpInfo().tcpi_options & SYN_DATA]).toEqual(['FIRST', 0])
      const second = await ask(family, 'second')
      expect([second.answer, second.socket.tcpInfo().tcpi_options & SYN_DATA]).toEqual(['SECOND', SYN_DATA])
      expect(local.host.stats()).toMatchObject({ TcpExtTCPFastOpenActive: 1, TcpRetransSegs: 0 })
    })

    it('RFC 7413, 4.2.2: its client gets a cookie of ours, and then its SYN brings the data', async () => {
      const server = listen(local.host, { port: PORT, fastOpen: 5 })
      const states: string[] = []
      server.onready = () => {
        for (let socket = server.accept(); socket !== null; socket = server.accept()) answer(socket, states)
      }
      kernel = local.namespace.start('python3', ['-c', CLIENT, OURS[family], String(PORT), '3'])
      const { code } = await kernel.ended
      expect([code, kernel.stdout]).toEqual([0, `QUESTION 0 0\nQUESTION 1 ${SYN_DATA}\nQUESTION 2 ${SYN_DATA}\n`])
      expect(states.slice(1)).toEqual(['SYN-RECEIVED', 'SYN-RECEIVED'])
      const stats = local.host.stats()
      expect(stats).toMatchObject({ TcpExtTCPFastOpenPassive: 2, TcpExtTCPFastOpenCookieReqd: 1, TcpOutRsts: 0 })
    })
  })
})

/** Sends back what comes, in capitals, once; notes the state in which it came. */
function answer(socket: StreamSocket, states: string[]): void {
  const into = new Uint8Array(1000)
  const look = () => {
    const count = socket.read(into)
    if (count <= 0) return
    states.push(socket.state)
    socket.write(new TextEncoder().encode(new TextDecoder().decode(into.subarray(0, count)).toUpperCase()))
    socket.onevent = (events) => {
      if (events & ENDED) socket.close()
    }
  }
  socket.onevent = look
  look()
}
