import { describe, expect, it } from 'vitest'
import { link } from '../sim/link.ts'
import { VirtualClock } from '../sim/virtual-clock.ts'
import type { HostConfig } from '../stack/config.ts'
import type { Device } from '../stack/device.ts'
import { Host } from '../stack/host.ts'
import { pipe } from '../stack/pipe.ts'
import type { Probe } from '../stack/probe.ts'
import { DatagramSocket } from './datagram.ts'
import { listen } from './server-socket.ts'
import { CLOSED, CONNECTED, connect, READABLE, type StreamSocket } from './stream-socket.ts'
import { bytes, codeOf, text, World } from './world.testkit.ts'

const surroundings = () => new VirtualClock().surroundings(1)

describe('the settings of a host', () => {
  it.each([
    [{ tcp_no_such: 1 }, /unknown setting tcp_no_such/],
    [{ somaxconn: '5' }, /somaxconn takes a whole number from 0 to 2147483647, not '5'/],
    [{ tcp_rmem: [1, 2] }, /tcp_rmem takes three whole numbers/],
    [{ tcp_congestion_control: 'bbr' }, /tcp_congestion_control takes .*reno.*, not 'bbr'/],
    [{ ip_local_port_range: [50_000, 40_000] }, /takes a first and a last port .*, not \[50000, 40000\]/],
  ])('%j is refused', (config, message) => {
    expect(() => new Host(surroundings(), config as unknown as Partial<HostConfig>)).toThrow(RangeError)
    expect(() => new Host(surroundings(), config as unknown as Partial<HostConfig>)).toThrow(message)
  })

  it('come from one of two presets', () => {
    expect(new Host(surroundings()).config.tcp_timewait_len).toBe(60)
    expect(new Host(surroundings(), {}, 'rfc').config.tcp_timewait_len).toBe(240)
    expect(new Host(surroundings(), { tcp_timewait_len: 1 }, 'rfc').config.tcp_timewait_len).toBe(1)
  })
})

describe('devices and addresses', () => {
  it('are refused when they are none', () => {
    const host = new Host(surroundings())
    const [device, other] = pipe()
    host.addDevice(device)
    expect(() => host.addDevice(device)).toThrow(/was added before/)
    expect(() => host.addAddress('10.0.0.1', device)).toThrow(/no address with a prefix length/)
    expect(() => host.addAddress('10.0.0.1/33', device)).toThrow(TypeError)
    expect(() => host.addAddress('10.0.0.1/24', other)).toThrow(/was not added to this host/)
    expect(() => host.addRoute('default', device)).toThrow(/no prefix/)
    expect(() => host.addRoute('0.0.0.0/0', device, 'gateway')).toThrow(/gateway is no IP address/)
    expect(() => host.addRoute('0.0.0.0/0', device, 'fd00::1')).toThrow(/different families/)
  })

  it('two of them: each connection goes by the device that leads there, from its address', () => {
    const clock = new VirtualClock()
    const make = (seed: number, at: [string, Device][]) => {
      const around = clock.surroundings(seed)
      const host = new Host(around)
      around.onwake = () => host.turn()
      for (const [prefix, device] of at) {
        host.addDevice(device)
        host.addAddress(prefix, device)
      }
      return host
    }
    const one = link(clock, { delay: 100, mtu: 1500 })
    const two = link(clock, { delay: 100, mtu: 900 })
    const middle = make(1, [
      ['10.0.1.1/24', one[0]],
      ['10.0.2.1/24', two[0]],
    ])
    const left = make(2, [['10.0.1.2/24', one[1]]])
    const right = make(3, [['10.0.2.2/24', two[1]]])
    const servers = [left, right].map((host) => listen(host, { port: 80 }))
    const sockets = ['10.0.1.2', '10.0.2.2'].map((address) => connect(middle, { address, port: 80 }))
    clock.run(clock.now() + 10_000)
    expect(sockets.map((socket) => socket.localAddress)).toEqual(['10.0.1.1', '10.0.2.1'])
    expect(sockets.map((socket) => socket.state)).toEqual(['ESTABLISHED', 'ESTABLISHED'])
    expect(servers.map((server) => server.accept()?.tcpInfo().tcpi_pmtu)).toEqual([1500, 900])
    expect(
      codeOf(() => connect(middle, { address: '10.0.1.2', port: 80, localAddress: '10.0.2.2', localPort: 1 })),
    ).toBe('EADDRNOTAVAIL')
  })

  it("'0.0.0.0' and '::' mean any address of ours", () => {
    const world = new World()
    for (const address of ['0.0.0.0', '::']) {
      const server = listen(world.server, { port: 80, address })
      expect(server.address).toBe('::')
      const socket = connect(world.client, { address: 'fd00::2', port: 80, localAddress: address })
      world.run(10_000)
      expect(socket.state).toBe('ESTABLISHED')
      server.close()
    }
  })
})

describe('a probe', () => {
  it('sees each packet and segment once, and each move of a state', () => {
    const world = new World()
    const seen: string[] = []
    const probe: Probe = {
      packet: (direction, device) => seen.push(`packet ${direction} ${device.name}`),
      segment: (direction, ip, segment, flow) => {
        seen.push(`segment ${direction} ${ip.version} ${segment.destinationPort} ${flow?.state ?? 'no flow'}`)
      },
      state: (flow, from, to) => seen.push(`${flow.remoteAddress} ${from} ${to} ${flow.state}`),
    }
    world.server.probe = probe
    expect(world.server.probe).toBe(probe)
    listen(world.server, { port: 80 })
    connect(world.client, { address: '10.0.0.2', port: 80, localPort: 5000 })
    connect(world.client, { address: '10.0.0.2', port: 81, localPort: 5001 })
    world.run(10_000)
    expect(seen).toEqual([
      'packet in right',
      'segment in 4 80 no flow',
      '10.0.0.1 CLOSED LISTEN LISTEN',
      '10.0.0.1 LISTEN SYN-RECEIVED SYN-RECEIVED',
      'packet in right',
      'segment in 4 81 no flow',
      'segment out 4 5001 no flow',
      'packet out right',
      'segment out 4 5000 SYN-RECEIVED',
      'packet out right',
      'packet in right',
      'segment in 4 80 SYN-RECEIVED',
      '10.0.0.1 SYN-RECEIVED ESTABLISHED ESTABLISHED',
    ])
  })

  it('that throws does not hold the host for ever', () => {
    const world = new World()
    const { probe } = world.server
    listen(world.server, { port: 80 })
    world.server.probe = {
      ...probe,
      segment() {
        throw new Error('a fault in a probe')
      },
    }
    const socket = connect(world.client, { address: '10.0.0.2', port: 80 })
    expect(() => world.run(2000)).toThrow('a fault in a probe')
    world.server.probe = probe
    world.run(3_000_000)
    expect(socket.state).toBe('ESTABLISHED')
  })
})

describe('within a turn callbacks', () => {
  it('may connect, write, close, abort, listen, unlisten and ask for a turn', () => {
    const world = new World()
    const log: string[] = []
    const server = listen(world.server, { port: 80 })
    const accepted: StreamSocket[] = []
    server.onready = () => {
      const socket = server.accept()
      if (socket === null) return
      accepted.push(socket)
      socket.onevent = (events) => {
        world.server.turn()
        if (events & READABLE) log.push(`server got ${text(socket)}`)
        if ((events & CONNECTED) === 0) return
        server.close()
        listen(world.server, { port: 81 }).onready = () => log.push('another came')
        socket.write(bytes('answer'))
        socket.shutdown('write')
      }
    }
    const first = connect(world.client, { address: '10.0.0.2', port: 80 })
    const doomed = connect(world.client, { address: '10.0.0.77', port: 82 })
    doomed.onevent = () => log.push('doomed is told')
    first.onevent = (events) => {
      world.client.turn()
      if (events & CONNECTED) {
        first.write(bytes('question'))
        doomed.abort()
      }
      if (events & READABLE && first.readable > 0) {
        log.push(`client got ${text(first)}`)
        first.close()
        const second = connect(world.client, { address: '10.0.0.2', port: 81 })
        second.onevent = () => {
          log.push(`second ${second.state}`)
          second.close()
        }
      }
    }
    world.run(1_000_000)
    expect(log).toContain('server got question')
    expect(log).toContain('client got answer')
    expect(log).toContain('another came')
    expect(log).toContain('second ESTABLISHED')
    expect(log).not.toContain('doomed is told')
  })

  it('that go on for ever leave the surroundings time between two turns', () => {
    const world = new World()
    listen(world.client, { port: 80 })
    let made = 0
    const again = () => {
      made += 1
      const socket = connect(world.client, { address: '127.0.0.1', port: 9999 })
      socket.onevent = again
    }
    again()
    // Every refusal draws the next attempt at the same instant of virtual time.
    world.client.turn()
    expect(made).toBeLessThan(100)
  })

  it('that throw: the turn goes on to its end, then throws the same', () => {
    const world = new World()
    const fault = new Error('a fault in a callback')
    const sockets = [80, 81, 82].map((port) => connect(world.client, { address: '10.0.0.2', port }))
    const told: number[] = []
    sockets.forEach((socket, i) => {
      socket.onevent = (events) => {
        told.push(i)
        expect(events & CLOSED).toBe(CLOSED)
        if (i === 0) throw fault
      }
    })
    let thrown: unknown = null
    try {
      world.run(10_000)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBe(fault)
    world.run(10_000)
    expect(told).toEqual([0, 1, 2])
    // The host works on.
    listen(world.server, { port: 80 })
    const next = connect(world.client, { address: '10.0.0.2', port: 80 })
    world.run(10_000)
    expect(next.state).toBe('ESTABLISHED')
  })

  it('of which several throw are reported together', () => {
    const world = new World()
    const sockets = [53, 54].map((port) => {
      const socket = new DatagramSocket(world.server, { port })
      socket.onevent = () => {
        throw new Error(`port ${port}`)
      }
      return socket
    })
    const sender = new DatagramSocket(world.client)
    for (const port of [53, 54]) sender.send(bytes('x'), '10.0.0.2', port)
    let thrown: unknown = null
    try {
      world.run(10_000)
    } catch (error) {
      thrown = error
    }
    const errors = thrown instanceof AggregateError ? thrown.errors : []
    expect(errors.map(String)).toEqual(['Error: port 53', 'Error: port 54'])
    world.run(0)
    expect(sockets.map((socket) => socket.pending)).toEqual([1, 1])
  })

  it('that throw for a listener leave the connection to be accepted', () => {
    const world = new World()
    const server = listen(world.server, { port: 80 })
    server.onready = () => {
      throw new Error('a fault')
    }
    connect(world.client, { address: '10.0.0.2', port: 80 })
    expect(() => world.run(10_000)).toThrow('a fault')
    expect(server.accept()?.state).toBe('ESTABLISHED')
  })

  it('are not told of a listener that was closed before', () => {
    const world = new World()
    const told: string[] = []
    const servers = [80, 81].map((port) => listen(world.server, { port }))
    servers.forEach((server, i) => {
      server.onready = () => {
        told.push(`${i}`)
        servers[1 - i]?.close()
      }
    })
    for (const port of [80, 81]) connect(world.client, { address: '10.0.0.2', port })
    world.run(10_000)
    expect(told).toEqual(['0'])
  })
})

describe('what is dropped', () => {
  it('is counted by its reason', () => {
    const world = new World()
    const socket = new DatagramSocket(world.client)
    socket.send(bytes('x'), '10.0.0.2', 53)
    connect(world.client, { address: '10.0.0.2', port: 81 })
    world.run(10_000)
    expect(world.server.stats()).toMatchObject({ UdpNoPorts: 1, IcmpOutDestUnreachs: 1, TcpInSegs: 1, TcpOutRsts: 1 })
    expect(world.client.stats()).toMatchObject({ IcmpInDestUnreachs: 1, TcpActiveOpens: 1, TcpAttemptFails: 1 })
    for (const [name, value] of Object.entries(world.server.stats()))
      expect([name, typeof value]).toEqual([name, 'number'])
  })
})

describe('a socket that waited to be accepted', () => {
  it('tells what has come meanwhile', () => {
    const world = new World()
    const server = listen(world.server, { port: 80 })
    const client = connect(world.client, { address: '10.0.0.2', port: 80 })
    world.run(10_000)
    client.write(bytes('early'))
    world.run(1_000_000)
    const socket = server.accept()
    const events: number[] = []
    if (socket === null) throw new Error('nothing to accept')
    socket.onevent = (e) => events.push(e)
    world.run(0)
    expect(events.length).toBe(1)
    expect((events[0] ?? 0) & (CONNECTED | READABLE)).toBe(CONNECTED | READABLE)
    expect(text(socket)).toBe('early')
  })

  it('and was reset is accepted nevertheless, with its error (as Linux)', () => {
    const world = new World()
    const server = listen(world.server, { port: 80 })
    const client = connect(world.client, { address: '10.0.0.2', port: 80 })
    world.run(10_000)
    client.abort()
    world.run(10_000)
    const socket = server.accept()
    expect(socket?.error).toBe('ECONNRESET')
    expect([...world.server.tcp.connections()]).toEqual([])
  })
})
