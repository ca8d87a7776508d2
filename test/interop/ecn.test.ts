import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createHost, type RunningHost } from '../../src/adapter/node/index.ts'
import { openTun } from '../../src/adapter/tun/index.ts'
import { ByteStream } from '../../src/socket/byte-stream.ts'
import { listen } from '../../src/socket/server-socket.ts'
import { connect, type StreamSocket } from '../../src/socket/stream-socket.ts'
import type { Probe } from '../../src/stack/probe.ts'
import { CE, ECT0 } from '../../src/wire/packet.ts'
import { CWR, ECE, SYN } from '../../src/wire/tcp.ts'
import { describeInterop } from './support/describe-interop.ts'
import { COMBINATIONS, OURS, THEIRS } from './support/estab.ts'
import { kernelCounters } from './support/kernel-counters.ts'
import { type Behaviour, KernelPeer } from './support/kernel-peer.ts'
import { NetworkNamespace } from './support/namespace.ts'
import { patternBlock, patternHash } from './support/pattern.ts'

const PORT = 7000
const SIZE = 32 * 2 ** 20
/** Of the packets that may be marked one in so many is: ordinary ones, super-packets. */
const ORDINARY = 400
const SUPER = 20
/** Where a process has to wait for the machine a probe or a timer may fire: nothing was lost, no mark drops anything. */
const STALLS = 5
const INFINITE_THRESHOLD = 0x7fffffff

/**
 * Marks in the hooks that packets of the device pass: from estab before the kernel's TCP, to estab behind it, where
 * packets are super-packets still, whatever the device takes.
 */
function markingRules(offload: boolean): string {
  const mark = (family: 'ip' | 'ip6', every: number) =>
    `${family} ecn ect0 meta length > 500 numgen inc mod ${every} == ${every - 1} ${family} ecn set ce`
  const inward = offload ? SUPER : ORDINARY
  return `
    table inet marks {
      chain inward { type filter hook prerouting priority 0; iifname "estab0" ${mark('ip', inward)}; }
      chain inward6 { type filter hook prerouting priority 0; iifname "estab0" ${mark('ip6', inward)}; }
      chain outward { type filter hook postrouting priority 0; oifname "estab0" ${mark('ip', SUPER)}; }
      chain outward6 { type filter hook postrouting priority 0; oifname "estab0" ${mark('ip6', SUPER)}; }
    }`
}

/** Counts what estab has seen, by direction. */
class Marks {
  readonly probe: Probe = {
    packet() {},
    segment: (direction, ip, segment) => {
      const seen = this[direction]
      if (segment.flags & SYN) seen.syns.push(segment.flags & (ECE | CWR))
      else if (segment.flags & CWR) seen.cwr += 1
      if ((segment.flags & (ECE | SYN)) === ECE) seen.ece += 1
      if ((ip.trafficClass & 3) === ECT0) seen.ect0 += 1
      if ((ip.trafficClass & 3) === CE) seen.ce += 1
    },
    state() {},
  }
  readonly in = { syns: [] as number[], cwr: 0, ece: 0, ect0: 0, ce: 0 }
  readonly out = { syns: [] as number[], cwr: 0, ece: 0, ect0: 0, ce: 0 }
}

describeInterop('ECN', ['ss', 'nft'], () => {
  let namespace: NetworkNamespace
  let running: RunningHost
  let marks: Marks
  let peer: KernelPeer | null = null

  function open(offload: boolean): void {
    const tun = namespace.within(() => openTun({ name: 'estab0', offload }))
    namespace.ip('address', 'add', `${THEIRS.IPv4}/24`, 'dev', 'estab0')
    namespace.ip('-6', 'address', 'add', `${THEIRS.IPv6}/64`, 'dev', 'estab0', 'nodad')
    namespace.ip('link', 'set', 'dev', 'estab0', 'up')
    namespace.run('nft', markingRules(offload))
    // A window that the device's queue holds: nothing is lost there.
    running = createHost({ tcp_ecn: 1, tcp_rmem: [4096, 131_072, 1_000_000] })
    marks = new Marks()
    running.host.probe = marks.probe
    running.host.addDevice(tun)
    running.host.addAddress(`${OURS.IPv4}/24`, tun)
    running.host.addAddress(`${OURS.IPv6}/64`, tun)
  }

  beforeEach(() => {
    namespace = NetworkNamespace.create()
    namespace.sysctl('net.ipv4.tcp_ecn', 1)
    // What estab does is measured against Reno's rules.
    namespace.sysctl('net.ipv4.tcp_congestion_control', 'reno')
  })

  afterEach(async () => {
    await peer?.stop()
    peer = null
    running.stop()
    namespace.delete()
  })

  /** What `ss -io` says of the kernel's connection. */
  const kernelSays = () =>
    namespace.run('ss', '-Htino', 'state', 'established', `( sport = :${PORT} or dport = :${PORT} )`)

  describe.each(COMBINATIONS)('over $family with offload $offload', ({ family, offload }) => {
    /** A connection that `opener` has opened, and the kernel's end of it. */
    async function joined(opener: 'estab' | 'kernel', behaviour: Behaviour, bytes: number): Promise<StreamSocket> {
      if (opener === 'estab') {
        peer = await KernelPeer.listen(namespace, THEIRS[family], PORT, behaviour, bytes)
        const socket = connect(running.host, { address: THEIRS[family], port: PORT })
        await new ByteStream(socket).opened()
        return socket
      }
      const server = listen(running.host, { port: PORT })
      const accepted = new Promise<StreamSocket>((resolve) => {
        server.onready = () => resolve(server.accept() as StreamSocket)
      })
      peer = KernelPeer.connect(namespace, OURS[family], PORT, behaviour, bytes)
      return accepted
    }

    beforeEach(() => open(offload))

    it.each(['estab', 'kernel'] as const)('opened by %s: we slow down where the network marks', async (opener) => {
      const socket = await joined(opener, 'answer', 1)
      const stream = new ByteStream(socket)
      const block = patternBlock()
      for (let sent = 0; sent < SIZE; sent += block.length) await stream.write(block)
      const said = kernelSays()
      const info = socket.tcpInfo()
      stream.end()
      expect(await stream.read()).toHaveLength(1)
      expect(await peer?.closed()).toMatchObject({ received: SIZE, hash: patternHash(SIZE), error: '' })
      expectAgreement(opener)
      expect(said).toMatch(/ ecn .*ecnseen/)
      const stats = running.host.stats()
      console.log(`${family}, offload ${offload}: we sent ${marks.out.ect0} marked, CWR ${marks.out.cwr}`)
      expect(marks.out.cwr).toBeGreaterThan(1)
      expect(stats.TcpExtTCPDeliveredCE).toBeGreaterThan(marks.out.cwr)
      expect(stats.TcpRetransSegs).toBeLessThan(STALLS)
      expect(info.tcpi_snd_ssthresh).toBeLessThan(INFINITE_THRESHOLD)
    })

    it.each(['estab', 'kernel'] as const)('opened by %s: the kernel slows down where we echo marks', async (opener) => {
      const socket = await joined(opener, 'source', SIZE)
      const stream = new ByteStream(socket)
      const hash = createHash('sha256')
      let said = ''
      let got = 0
      for await (const chunk of stream) {
        got += chunk.length
        hash.update(chunk)
        if (said === '' && got > SIZE / 2) said = kernelSays()
      }
      stream.end()
      await peer?.closed()
      expect(hash.digest('hex')).toBe(patternHash(SIZE))
      expectAgreement(opener)
      expect(said).toMatch(/ ecn /)
      const { IpExtInCEPkts } = running.host.stats()
      const theirs = kernelCounters(namespace)
      console.log(
        `${family}, offload ${offload}: of ours ${marks.in.ect0 + marks.in.ce}, ${marks.in.ce} CE, CWR ${marks.in.cwr}, again ${theirs.TcpRetransSegs}`,
      )
      expect(marks.in.ce).toBeGreaterThan(1)
      expect(IpExtInCEPkts).toBe(marks.in.ce)
      expect(marks.in.cwr).toBeGreaterThan(1)
      expect(theirs.TcpExtTCPDeliveredCE).toBeGreaterThan(1)
      expect(theirs.TcpRetransSegs).toBeLessThan(STALLS)
    })

    /** RFC 3168, 6.1.1: ECE and CWR ask, ECE alone agrees. */
    function expectAgreement(opener: 'estab' | 'kernel'): void {
      const [asking, answering] = opener === 'estab' ? [marks.out, marks.in] : [marks.in, marks.out]
      expect(asking.syns).toEqual([ECE | CWR])
      expect(answering.syns).toEqual([ECE])
    }
  })
})
