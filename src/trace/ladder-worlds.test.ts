import { describe, expect, it } from 'vitest'
import { type LinkOptions, World } from '../sim/index.ts'
import { connect, listen } from '../socket/index.ts'
import { Ladder } from './ladder.ts'

const LINKS: readonly LinkOptions[] = [
  { delay: 10_000, loss: 0.05 },
  { delay: 10_000, duplicate: 0.1 },
  { delay: 10_000, corrupt: 0.05 },
  { delay: 10_000, loss: 0.05, duplicate: 0.05, jitter: { amount: 20_000, reorders: true } },
]

/** The ladder of a connection over which 60,000 bytes go, the settings made up from the seed. */
function draw(seed: number, options: LinkOptions): string {
  const world = new World(seed)
  const ladder = new Ladder()
  const config = { tcp_ecn: seed % 2, tcp_timestamps: seed % 3 > 0, tcp_sack: seed % 5 > 0 }
  const client = world.host('client', { config })
  const server = world.host('server', { config })
  world.link(client, server, options)
  world.watch(client, ladder.probe('client'))
  world.watch(server, ladder.probe('server'))
  const into = new Uint8Array(100_000)
  const listener = listen(server.host, { port: 80 })
  listener.onready = () => {
    const accepted = listener.accept()
    if (accepted === null) return
    accepted.onevent = () => {
      while (accepted.read(into) > 0);
      if (accepted.ended) accepted.close()
    }
  }
  const socket = connect(client.host, { address: server.address(), port: 80 })
  world.run(10)
  socket.write(new Uint8Array(60_000))
  socket.close()
  world.run(100)
  return ladder.render({ columns: 120 })
}

describe('the ladder of worlds made up by chance', () => {
  it.each([1, 2, 3, 4, 5, 6])('calls nothing changed or forged that was not: seed %i', (seed) => {
    for (const link of LINKS) {
      const text = draw(seed, link)
      expect(text.split('\n').length).toBeGreaterThan(40)
      expect(text.split('\n').filter((line) => /arrives with|not sent by/.test(line))).toEqual([])
    }
  })

  it('finds the copies that a link makes', () => {
    expect(draw(1, { delay: 10_000, duplicate: 0.1 })).toContain('duplicate')
  })
})
