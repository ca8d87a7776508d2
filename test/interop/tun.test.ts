import { execFileSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { readdirSync, readlinkSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openTun, type TunDevice, TunError, type TunOptions } from '../../src/adapter/tun/index.ts'
import { HEADROOM, Packet } from '../../src/wire/packet.ts'
import { describeInterop } from './support/describe-interop.ts'
import { Echo } from './support/echo.ts'
import { KernelPeer } from './support/kernel-peer.ts'
import { NetworkNamespace } from './support/namespace.ts'
import { patternHash } from './support/pattern.ts'
import { ping } from './support/ping.ts'
import { Process } from './support/processes.ts'
import { programPath } from './support/programs.ts'
import { ToyTcp } from './support/toy-tcp.ts'

const KERNEL = ['10.9.0.1/24', 'fd00:9::1/64']
const OURS = { IPv4: '10.9.0.2', IPv6: 'fd00:9::2' }

describeInterop('TUN device', ['python3'], () => {
  let namespace: NetworkNamespace
  let opened: TunDevice[] = []

  beforeEach(() => {
    namespace = NetworkNamespace.create()
    namespace.enter()
  })

  afterEach(async () => {
    await Process.stopAll()
    for (const tun of opened) tun.close()
    opened = []
    NetworkNamespace.leave()
    namespace.delete()
  })

  function open(options: TunOptions = {}): TunDevice {
    const tun = openTun(options)
    opened.push(tun)
    return tun
  }

  function refusal(options: TunOptions): TunError {
    try {
      open(options)
    } catch (error) {
      if (error instanceof TunError) return error
      throw error
    }
    throw new Error('it opened')
  }

  describe('opening', () => {
    it('makes an interface under the name given, or one the kernel picks', () => {
      expect(open({ name: 'estab-test' }).name).toBe('estab-test')
      expect(open().name).toMatch(/^tun\d+$/)
      expect(open({ name: 'e%d' }).name).toBe('e0')
      expect(namespace.ip('-o', 'link', 'show', 'dev', 'e0')).toContain('POINTOPOINT')
    })

    it('has the MTU of the interface, also when that changes', async () => {
      const tun = open()
      expect(tun.mtu).toBe(1500)
      expect(open({ mtu: 9000 }).mtu).toBe(9000)
      await tun.configure({ mtu: 1280 })
      expect(tun.mtu).toBe(1280)
      namespace.ip('link', 'set', 'dev', tun.name, 'mtu', '1400')
      expect(tun.mtu).toBe(1280)
      tun.refreshMtu()
      expect(tun.mtu).toBe(1400)
    })

    it('says what is wrong', () => {
      expect(refusal({ name: 'a-name-of-sixteen' })).toMatchObject({ code: 'ERR_TUN_NAME' })
      expect(refusal({ name: 'lo' })).toMatchObject({ code: 'ERR_TUN_KIND' })
      expect(refusal({ mtu: 10 })).toMatchObject({ code: 'ERR_TUN_CONFIGURE' })
      const { name } = open()
      expect(refusal({ name })).toMatchObject({ code: 'ERR_TUN_BUSY', message: expect.stringContaining(name) })
    })

    it('reports a command of `ip` that fails, with what it said', async () => {
      const tun = open()
      await expect(tun.configure({ address: '10.9.0.1/99' })).rejects.toMatchObject({
        code: 'ERR_TUN_CONFIGURE',
        message: expect.stringContaining('10.9.0.1/99'),
      })
    })
  })

  describe('without root', () => {
    // A /dev/net/tun that everyone may open, in a mount namespace of the process's own.
    const asNobody = (mode: string, ...command: string[]) => {
      const script = `
        folder=$(mktemp -d) && mount -t tmpfs none "$folder" && mknod -m ${mode} "$folder/tun" c 10 200 &&
        mount --bind "$folder/tun" /dev/net/tun && umount -l "$folder" && rmdir "$folder" &&
        exec setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs -- "$@"`
      return Process.start('unshare', ['--mount', 'sh', '-c', script, 'sh', ...command]).succeed()
    }
    const attach = (mode: string, name: string) =>
      asNobody(mode, process.execPath, programPath('support/attach-main'), name)

    it('attaches to a persistent device of the user, and to no other', async () => {
      namespace.ip('tuntap', 'add', 'dev', 'mine', 'mode', 'tun', 'user', '65534')
      namespace.ip('tuntap', 'add', 'dev', 'theirs', 'mode', 'tun', 'user', '0')
      expect(await attach('666', 'mine')).toBe('attached {"name":"mine","mtu":1500,"uid":65534}\n')
      expect(await attach('666', 'theirs')).toMatch(/ERR_TUN_PERMISSION.*ip tuntap add dev theirs/)
      expect(await attach('666', 'new')).toMatch(/ERR_TUN_PERMISSION.*ip tuntap add dev new/)
      expect(await attach('600', 'mine')).toMatch(/ERR_TUN_PERMISSION.*chmod/)
    })
  })

  it('leaves no offload behind on a persistent device', async () => {
    namespace.ip('tuntap', 'add', 'dev', 'kept', 'mode', 'tun')
    for (const offload of [true, false]) {
      const tun = open({ name: 'kept', offload })
      await tun.configure({ address: KERNEL })
      const toy = new ToyTcp(tun, 0, 400_000, true)
      const peer = KernelPeer.connect(namespace, OURS.IPv4, 7000, 'source', 1_000_000)
      await peer.closed()
      expect(toy.received).toBe(1_000_000)
      expect(toy.badChecksums).toBe(0)
      expect(toy.largestPacket > 1500).toBe(offload)
      tun.close()
    }
  })

  it('keeps a packet untouched until the next is asked for, however long that takes', async () => {
    const tun = open()
    await tun.configure({ address: KERNEL })
    const socket = createSocket('udp4')
    for (let i = 0; i < 20; i++) socket.send(Buffer.alloc(100, i), 7, '10.9.0.2')
    const packet = new Packet()
    const numbers: number[] = []
    while (numbers.length < 20) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      if (!tun.receive(packet)) continue
      const held = packet.bytes.slice(packet.start, packet.end)
      await new Promise((resolve) => setTimeout(resolve, 5))
      expect(packet.bytes.slice(packet.start, packet.end)).toEqual(held)
      // Beside the datagrams there are router solicitations.
      if (held.length === 128) numbers.push(held[127])
    }
    expect(numbers).toEqual(Array.from({ length: 20 }, (_, i) => i))
    socket.close()
  })

  describe.each([{ offload: false }, { offload: true }])('with offload $offload', ({ offload }) => {
    it.each(['IPv4', 'IPv6'] as const)('answers the ping of the kernel over %s', async (family) => {
      const tun = open({ offload })
      await tun.configure({ address: KERNEL })
      new Echo(tun)
      console.log(`ping ${family}, offload ${offload}: ${await ping(namespace, OURS[family], 1000)}`)
      await ping(namespace, OURS[family], 10, 1400)
    })

    it.each(['in the wake-up', 'after it', 'much later'])('loses no packet when the turn comes %s', async (when) => {
      const tun = open({ offload })
      await tun.configure({ address: KERNEL, queueLength: 5000 })
      const schedules = {
        'in the wake-up': (turn: () => void) => turn(),
        'after it': (turn: () => void) => setImmediate(turn),
        'much later': (turn: () => void) => setTimeout(turn, 5),
      }
      const echo = new Echo(tun, schedules[when as keyof typeof schedules])
      const numbers = await exchangeDatagrams(3000)
      expect(numbers).toEqual(Array.from({ length: 3000 }, (_, i) => i))
      expect(echo.answered).toBe(3000)
      expect(tun.counters).toMatchObject({ malformed: 0, refused: 0, readErrors: 0, linkDown: 0 })
    })

    it.each(['IPv4', 'IPv6'] as const)('takes a TCP stream from the kernel over %s', async (family) => {
      const tun = open({ offload })
      await tun.configure({ address: KERNEL })
      const size = 20_000_000
      const toy = new ToyTcp(tun, 0, 400_000, true)
      const peer = KernelPeer.connect(namespace, OURS[family], 7000, 'source', size)
      await toy.finished
      const report = await peer.closed()
      expect(report).toMatchObject({ sent: size, ended: true, error: '' })
      expect(toy.received).toBe(size)
      expect(toy.hash.digest('hex')).toBe(patternHash(size))
      expect(toy.badChecksums).toBe(0)
      if (offload) {
        expect(toy.offloadedChecksums).toBeGreaterThan(0)
        expect(toy.segmentSize).toBe(family === 'IPv4' ? 1460 : 1440)
        expect(toy.largestPacket).toBeGreaterThan(20_000)
      } else {
        expect(toy.offloadedChecksums).toBe(0)
        expect(toy.largestPacket).toBe(1500)
      }
    })

    it.each(['IPv4', 'IPv6'] as const)('brings a TCP stream to the kernel over %s', async (family) => {
      const tun = open({ offload })
      await tun.configure({ address: KERNEL })
      const size = 20_000_000
      const toy = new ToyTcp(tun, size, 65_535, true)
      const peer = KernelPeer.connect(namespace, OURS[family], 7000, 'answer')
      const report = await peer.closed()
      await toy.finished
      expect(report).toMatchObject({ received: size, hash: patternHash(size), ended: true, error: '' })
      expect(tun.counters).toMatchObject({ refused: 0, linkDown: 0 })
      expect(corruptTcpSegments(namespace)).toBe(0)
      if (offload) expect(toy.sentPackets).toBeLessThan(size / 10_000)
    })

    it('prints its throughput', async () => {
      const tun = open({ offload })
      await tun.configure({ address: KERNEL, queueLength: 2000 })
      console.log(await readRate(tun, namespace))
      console.log(datagramRate(tun))
      tun.close()
      const other = open({ offload })
      await other.configure({ address: KERNEL, queueLength: 2000 })
      console.log(await writeRate(other, namespace))
    })
  })

  describe('losing the link', () => {
    const packet = new Packet()
    function transmit(tun: TunDevice): void {
      const room = tun.claim()
      if (room === null) throw new Error('no room')
      room.fill(0, HEADROOM, HEADROOM + 40)
      room.set([0x60, 0, 0, 0, 0, 0, 59, 64], HEADROOM)
      packet.bytes = room
      packet.start = HEADROOM
      packet.end = HEADROOM + 40
      tun.transmit(packet)
    }

    it('counts what is sent while the link is down, and goes on when it is up', async () => {
      const tun = open()
      transmit(tun)
      expect(tun.counters).toMatchObject({ sent: 0, linkDown: 1 })
      await tun.configure({ address: KERNEL })
      transmit(tun)
      expect(tun.counters).toMatchObject({ sent: 1, linkDown: 1 })
      namespace.ip('link', 'set', 'dev', tun.name, 'down')
      transmit(tun)
      expect(tun.counters).toMatchObject({ sent: 1, linkDown: 2, refused: 0 })
      await tun.configure({ address: KERNEL })
      new Echo(tun)
      await ping(namespace, OURS.IPv4, 3)
    })

    it('counts what the kernel refuses', async () => {
      const tun = open()
      await tun.configure({ address: KERNEL })
      const room = tun.claim()
      room?.fill(0)
      packet.start = HEADROOM
      packet.end = HEADROOM + 40
      tun.transmit(packet)
      expect(tun.counters).toMatchObject({ sent: 0, refused: 1 })
    })

    it.each(['idle', 'writing'])('closes and tells when the interface is deleted while it is %s', async (state) => {
      const tun = open()
      const lost = new Promise<TunError>((resolve) => {
        tun.onclose = resolve
      })
      namespace.ip('link', 'delete', tun.name)
      if (state === 'writing') transmit(tun)
      expect(await lost).toMatchObject({ code: 'ERR_TUN_GONE', message: expect.stringContaining(tun.name) })
      expect(tun.claim()).toBeNull()
      expect(tun.receive(packet)).toBe(false)
      tun.close()
    })
  })

  describe('closing', () => {
    it('leaves neither interface nor descriptors behind', async () => {
      const before = descriptors()
      for (let i = 0; i < 5; i++) {
        const tun = open({ name: 'short', offload: i % 2 === 0 })
        await tun.configure({ address: KERNEL })
        tun.attach(() => {})
        tun.close()
        tun.close()
        expect(namespace.ip('-o', 'link', 'show')).not.toContain('short')
      }
      expect(() => open({ name: 'lo' })).toThrow()
      expect(() => open({ mtu: 1 })).toThrow()
      expect(descriptors()).toEqual(before)
    })

    it('lets a process end, closed or not referenced', () => {
      for (const end of ['tun.close()', 'tun.unref()', 'tun.unref(); tun.ref(); tun.close()']) {
        const program = `
          const { openTun } = await import(${JSON.stringify(programPath('../../src/adapter/tun/index'))})
          const tun = openTun()
          await tun.configure({ address: '10.9.0.1/24' })
          tun.attach(() => {})
          setTimeout(() => { ${end} }, 20)`
        execFileSync(process.execPath, ['--input-type=module', '-e', program], { timeout: 5000 })
      }
    })

    it('is not inherited by child processes, so that the device is free again at once', async () => {
      const tun = open({ name: 'held' })
      const child = Process.start('sleep', ['30'])
      tun.close()
      open({ name: 'held' })
      await child.stop()
    })
  })
})

/** Sends numbered datagrams to the echo, at most 200 on their way; resolves to the numbers in order of return. */
function exchangeDatagrams(count: number): Promise<number[]> {
  const socket = createSocket('udp4')
  const returned: number[] = []
  let sent = 0
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`only ${returned.length} of ${sent} came back`)), 20_000)
    const send = () => {
      const datagram = Buffer.alloc(100)
      datagram.writeUInt32BE(sent++)
      socket.send(datagram, 7, '10.9.0.2')
    }
    socket.on('message', (message) => {
      returned.push(message.readUInt32BE())
      if (sent < count) send()
      if (returned.length < count) return
      clearTimeout(timer)
      socket.close(() => resolve(returned))
    })
    socket.bind(0, '10.9.0.1', () => {
      for (let i = 0; i < 200; i++) send()
    })
  })
}

/** Segments with a wrong checksum that the kernel of `namespace` has seen. */
function corruptTcpSegments(namespace: NetworkNamespace): number {
  const [names = '', values = ''] = namespace
    .run('cat', '/proc/net/snmp')
    .split('\n')
    .filter((line) => line.startsWith('Tcp:'))
  return Number(values.split(' ')[names.split(' ').indexOf('InCsumErrors')])
}

function descriptors(): string[] {
  const open = (fd: string) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)]
    } catch {
      return []
    }
  }
  return readdirSync('/proc/self/fd')
    .flatMap(open)
    .filter((path) => /tun|socket/.test(path))
    .map((path) => path.replace(/\d+/, 'N'))
}

/** A peer that costs as little as it can: it sends from one large block, or drops what it receives unseen. */
const BULK_PEER = `
import socket, sys, time
s = socket.socket()
s.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, b'reno')
s.connect((sys.argv[1], 7000))
total, done, block = int(sys.argv[2]), 0, bytes(1 << 20)
began = time.perf_counter()
if sys.argv[3] == 'send':
    while done < total:
        s.sendall(block)
        done += len(block)
else:
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    nothing = memoryview(bytearray(1 << 20))
    while done < total:
        got = s.recv_into(nothing, 1 << 20, socket.MSG_TRUNC)
        if got == 0: break
        done += got
print((time.perf_counter() - began) * 1000)
`

async function bulk(namespace: NetworkNamespace, total: number, way: 'send' | 'receive'): Promise<number> {
  const peer = namespace.start('python3', ['-c', BULK_PEER, OURS.IPv4, String(total), way])
  return Number(await peer.succeed())
}

async function readRate(tun: TunDevice, namespace: NetworkNamespace): Promise<string> {
  const size = tun.checksumOffload ? 8_000_000_000 : 500_000_000
  const toy = new ToyTcp(tun, 0, tun.checksumOffload ? 4_000_000 : 1_000_000, false)
  const milliseconds = await bulk(namespace, size, 'send')
  return rate('read from the kernel', tun, toy.received, tun.counters.received, milliseconds)
}

/** Datagrams of full size to a port where nobody listens, so that hardly more than the writing is measured. */
function datagramRate(tun: TunDevice): string {
  const count = 200_000
  const room = tun.claim() ?? new Uint8Array(0)
  const packet = new Packet()
  packet.bytes = room
  packet.start = HEADROOM
  packet.end = HEADROOM + tun.mtu
  room.fill(0, packet.start, packet.end)
  // To an address that is not the kernel's, for which it has no route.
  room.set([0x45, 0, tun.mtu >> 8, tun.mtu & 255, 0, 0, 0, 0, 64, 17, 0, 0, 10, 9, 0, 2, 192, 0, 2, 9], packet.start)
  const before = tun.counters.sent
  const started = performance.now()
  for (let i = 0; i < count; i++) tun.transmit(packet)
  return rate('written and dropped', tun, count * tun.mtu, tun.counters.sent - before, performance.now() - started)
}

async function writeRate(tun: TunDevice, namespace: NetworkNamespace): Promise<string> {
  const size = tun.checksumOffload ? 4_000_000_000 : 300_000_000
  new ToyTcp(tun, size, 65_535, false)
  const milliseconds = await bulk(namespace, size, 'receive')
  return rate('written to the kernel', tun, size, tun.counters.sent, milliseconds)
}

function rate(what: string, tun: TunDevice, bytes: number, packets: number, milliseconds: number): string {
  const gigabits = ((bytes * 8) / milliseconds / 1e6).toFixed(1)
  return `${what}, offload ${tun.checksumOffload}: ${gigabits} Gbit/s, ${Math.round(packets / milliseconds)} k packets/s`
}
