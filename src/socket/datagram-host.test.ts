import { describe, expect, it } from 'vitest'
import { DatagramSocket } from './datagram.ts'
import { bytes, codeOf, World } from './world.testkit.ts'

/** The datagrams that wait, as text and who sent them. */
function received(socket: DatagramSocket): string[] {
  const into = new Uint8Array(70_000)
  const all: string[] = []
  for (let n = socket.receive(into); n >= 0; n = socket.receive(into)) {
    all.push(`${socket.senderPort}: ${new TextDecoder().decode(into.subarray(0, n))}`)
  }
  return all
}

describe.each(['10.0.0.2', 'fd00::2'])('datagram sockets of two hosts, to %s', (address) => {
  it('send, answer, and are told when something comes', () => {
    const world = new World()
    const server = new DatagramSocket(world.server, { port: 53 })
    const client = new DatagramSocket(world.client)
    const log: string[] = []
    server.onevent = () => {
      log.push(...received(server))
      server.send(bytes('answer'), server.sender, server.senderPort)
    }
    client.onevent = () => log.push(...received(client))
    expect(client.send(bytes('question'), address, 53)).toBe(true)
    world.run(10_000)
    expect(log).toEqual([`${client.port}: question`, '53: answer'])
  })

  it('carry what is longer than a packet, in pieces', () => {
    const world = new World()
    const server = new DatagramSocket(world.server, { port: 53 })
    const client = new DatagramSocket(world.client)
    const large = new Uint8Array(60_000).map((_, i) => i * 31)
    client.send(large, address, 53)
    world.run(10_000)
    const into = new Uint8Array(60_001)
    expect([server.receive(into), server.senderLength]).toEqual([60_000, 60_000])
    expect(Buffer.compare(into.subarray(0, 60_000), large)).toBe(0)
    expect(codeOf(() => client.send(new Uint8Array(65_536), address, 53))).toBe('EMSGSIZE')
  })

  it('a connected one is told that nobody listens there', () => {
    const world = new World()
    const client = new DatagramSocket(world.client)
    client.connect(address, 53)
    let told = 0
    client.onevent = () => {
      told += 1
    }
    client.send(bytes('x'))
    world.run(10_000)
    expect(told).toBe(1)
    expect(codeOf(() => client.receive(new Uint8Array(1)))).toBe('ECONNREFUSED')
    expect(client.receive(new Uint8Array(1))).toBe(-1)
  })

  it('closed within the callback of another it is not told', () => {
    const world = new World()
    const sockets = [53, 54].map((port) => new DatagramSocket(world.server, { port }))
    const told: number[] = []
    sockets.forEach((socket, i) => {
      socket.onevent = () => {
        told.push(i)
        sockets[1 - i]?.close()
      }
    })
    const client = new DatagramSocket(world.client)
    for (const port of [53, 54]) client.send(bytes('x'), address, port)
    world.run(10_000)
    expect(told).toEqual([0])
    expect(new DatagramSocket(world.server, { port: 54 }).port).toBe(54)
  })
})
