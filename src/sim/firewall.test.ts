import { describe, expect, it } from 'vitest'
import { listen } from '../socket/server-socket.ts'
import { connect } from '../socket/stream-socket.ts'
import { isSyn } from './aims.ts'
import { Firewall, type FirewallRule } from './firewall.ts'
import { World } from './world.ts'

/** A client that connects to port 80 through a firewall with these rules. */
function behind(rules: readonly FirewallRule[], version: 4 | 6 = 4) {
  const world = new World(1)
  const [client, server] = [world.host('client'), world.host('server')]
  const router = world.router('router')
  world.link(client, router)
  world.link(router, server)
  const firewall = router.use(new Firewall(rules))
  world.run(0)
  listen(server.host, { port: 80 })
  const socket = connect(client.host, { address: server.address(version), port: 80 })
  return { world, server, firewall, socket }
}

describe('a firewall', () => {
  it('accepts what no rule is for', () => {
    const { world, socket, firewall } = behind([])
    world.run(0.1)
    expect([socket.state, firewall.refused]).toEqual(['ESTABLISHED', 0])
  })

  it('that drops leaves a client waiting until it gives up', () => {
    const { world, socket, firewall } = behind([{ aim: isSyn, verdict: 'drop' }])
    world.run(60)
    expect(socket.state).toBe('SYN-SENT')
    world.run(140)
    expect([socket.state, socket.error, firewall.refused]).toEqual(['CLOSED', 'ETIMEDOUT', 7])
  })

  it.each([4, 6] as const)('that resets refuses an IPv%i client at once, as a closed port does', (version) => {
    const { world, socket, server } = behind([{ aim: isSyn, verdict: 'reset' }], version)
    // Half the way and back.
    world.run(0.021)
    expect([socket.state, socket.error]).toEqual(['CLOSED', 'ECONNREFUSED'])
    expect(server.host.connections().map(({ state }) => state)).toEqual(['LISTEN'])
  })

  it.each([
    [4, 'EHOSTUNREACH'],
    [6, 'EACCES'],
  ] as const)('that prohibits refuses an IPv%i client at once by %s, as Linux has it', (version, error) => {
    const { world, socket } = behind([{ aim: isSyn, verdict: 'prohibit' }], version)
    world.run(0.021)
    expect([socket.state, socket.error]).toEqual(['CLOSED', error])
  })

  it('goes by the first rule that is for a packet', () => {
    const toPort = (port: number) => (packet: Parameters<typeof isSyn>[0]) => packet.tcp?.destinationPort === port
    const { world, socket } = behind([
      { aim: toPort(80), verdict: 'accept' },
      { aim: isSyn, verdict: 'drop' },
    ])
    world.run(0.1)
    expect(socket.state).toBe('ESTABLISHED')
  })

  it('that drops what is under way lets a connection die of retransmissions', () => {
    let shut = false
    const { world, socket } = behind([{ aim: () => shut, verdict: 'drop' }])
    world.run(0.1)
    shut = true
    socket.write(new Uint8Array(10))
    world.run(1200)
    expect([socket.state, socket.error]).toEqual(['CLOSED', 'ETIMEDOUT'])
  })
})
