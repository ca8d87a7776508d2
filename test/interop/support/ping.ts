import type { NetworkNamespace } from './namespace.ts'

/** A ping over the kernel's own unprivileged-style ICMP sockets, for machines without the program. */
const PING = `
import socket, sys, os, time
address, count, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
six = ':' in address
s = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM, socket.getprotobyname('ipv6-icmp' if six else 'icmp'))
s.settimeout(5)
s.connect((address, 0))
times = []
for i in range(count):
    body = os.urandom(size)
    began = time.perf_counter()
    s.send(bytes([128 if six else 8, 0, 0, 0, 0, 0, i >> 8, i & 255]) + body)
    reply = s.recv(65536)
    times.append((time.perf_counter() - began) * 1e6)
    assert reply[0] == (129 if six else 0) and reply[6:8] == bytes([i >> 8, i & 255]) and reply[8:] == body, 'wrong reply'
print('p50 %.0f us' % sorted(times)[count // 2])
`

/** Pings `address` and checks every reply; resolves to a line with the median round trip. */
export async function ping(namespace: NetworkNamespace, address: string, count: number, size = 56): Promise<string> {
  namespace.sysctl('net.ipv4.ping_group_range', '0 2147483647')
  const process = namespace.start('python3', ['-c', PING, address, String(count), String(size)])
  return (await process.succeed(20_000)).trim()
}
