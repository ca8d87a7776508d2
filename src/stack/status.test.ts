import { describe, expect, it } from 'vitest'
import { connect } from '../socket/stream-socket.ts'
import { World } from '../socket/world.testkit.ts'
import { statuses } from './status.ts'
import { TimeWait } from './time-wait-record.ts'

const SECOND = 1_000_000

describe('statuses', () => {
  it('tell of each connection by its names what its socket tells', () => {
    const world = new World()
    const { client } = world.pair()
    client.write(new Uint8Array(100))
    const { localPort } = client
    expect(statuses(world.client.tcp, world.client.now())).toEqual([
      { localAddress: '10.0.0.1', localPort, remoteAddress: '10.0.0.2', remotePort: 80, ...client.status() },
    ])
    expect(client.status()).toMatchObject({
      now: world.client.now(),
      state: 'ESTABLISHED',
      queues: { unsent: 100 },
    })
    connect(world.client, { address: 'fd00::2', port: 80 })
    world.run(SECOND)
    expect(statuses(world.server.tcp, world.server.now()).map((each) => each.remoteAddress)).toEqual([
      '10.0.0.1',
      'fd00::1',
    ])
  })

  it('of a connection in TIME-WAIT that nobody holds: what its record keeps', () => {
    const world = new World()
    const { client, server } = world.pair()
    client.close()
    world.run(10_000)
    const before = client.status()
    const from = world.client.now()
    server.close()
    world.run(SECOND)
    const [record] = world.client.tcp.connections()
    expect(record).toBeInstanceOf(TimeWait)
    const [status, ...more] = statuses(world.client.tcp, world.client.now())
    expect(more).toEqual([])
    expect(status).toMatchObject({
      remotePort: 80,
      state: 'TIME-WAIT',
      snd: { iss: -1, una: before.snd.nxt, nxt: before.snd.nxt, wnd: -1 },
      rcv: { irs: -1, nxt: before.rcv.nxt + 1, wnd: -1 },
      agreed: { timestamps: true, sack: false },
      sending: [],
      receiving: [],
    })
    const [timer] = status?.timers ?? []
    expect(timer?.name).toBe('time-wait')
    expect(timer?.at).toBeGreaterThan(from + 60 * SECOND)
    expect(timer?.at).toBeLessThan(from + 61 * SECOND)
    expect(JSON.parse(JSON.stringify(status))).toEqual(status)
  })
})
