import { join } from 'node:path'
import { expect } from 'vitest'
import { NetworkNamespace } from '../../interop/support/namespace.ts'

/** Three connections over loopback: one stays open, one is closed half, one in full. */
const TALK = `
import socket, sys
server = socket.create_server(('127.0.0.1', 8080))
pairs = []
for i in range(3):
    client = socket.create_connection(('127.0.0.1', 8080))
    accepted, _ = server.accept()
    client.sendall(b'hello')
    accepted.recv(5)
    pairs.append((client, accepted))
pairs[1][0].shutdown(socket.SHUT_WR)
pairs[2][0].close()
pairs[2][1].recv(1)
pairs[2][1].close()
print('talked', flush=True)
sys.stdin.readline()
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'over', ('127.0.0.1', 9))
sys.stdin.read()
`
const STATES = ['CLOSE-WAIT', 'ESTAB', 'ESTAB', 'FIN-WAIT-2', 'TIME-WAIT']

export interface KernelCapture {
  /** pcapng, in the folder. */
  readonly path: string
  /** What the kernel says at its end of the states of an end: '127.0.0.1:40000 127.0.0.1:8080' to 'TIME-WAIT'. */
  readonly states: ReadonlyMap<string, string>
}

/** Lets the kernel talk to itself while tcpdump writes. Needs root, tcpdump, tshark, ss and python3. */
export async function captureKernel(folder: string): Promise<KernelCapture> {
  const namespace = NetworkNamespace.create()
  try {
    const written = join(folder, 'kernel.pcap')
    // Frames as long as loopback allows would leave its ring no room for a burst.
    const tcpdump = namespace.start('tcpdump', [
      '-i',
      'lo',
      '-s',
      '512',
      '-B',
      '8192',
      '--immediate-mode',
      '-U',
      '--print',
      '-n',
      '-l',
      '-Z',
      'root',
      '-w',
      written,
    ])
    await tcpdump.line(/listening on/)
    const talk = namespace.start('python3', ['-c', TALK])
    await talk.line(/^talked/)
    const ends = () =>
      namespace
        .run('ss', '-Htan')
        .split('\n')
        .map((line) => line.trim().split(/\s+/))
        .filter(([state]) => state !== '' && state !== 'LISTEN')
    // The last acknowledgments may be delayed.
    await expect
      .poll(() =>
        ends()
          .map(([state]) => state)
          .sort(),
      )
      .toEqual(STATES)
    const states = new Map(
      ends().map(([state = '', , , local, peer]) => [`${local} ${peer}`, state.replace(/^ESTAB$/, 'ESTABLISHED')]),
    )
    // What it prints is written: it has seen all that was before the datagram.
    talk.write('')
    await tcpdump.line(/UDP/)
    await tcpdump.stop('SIGINT')
    await talk.stop()
    // tcpdump itself writes classic pcap only.
    const path = join(folder, 'kernel.pcapng')
    namespace.run('tshark', '-r', written, '-F', 'pcapng', '-w', path)
    return { path, states }
  } finally {
    namespace.delete()
  }
}
