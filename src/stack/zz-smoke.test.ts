import { expect, it } from 'vitest'
import { address, settle, TestNode } from '/work/main/src/stack/network.testkit.ts'
import { pipe } from '/work/main/src/stack/pipe.ts'

for (const medium of ['ip', 'ethernet'] as const)
  for (const fam of [
    ['10.0.0.1', '10.0.0.2', '/24'],
    ['fd00::1', 'fd00::2', '/64'],
  ])
    it(`echo ${medium} ${fam[0]}`, () => {
      const [a, b] = pipe({ medium })
      const x = new TestNode(1).attach(a, fam[0] + fam[2])
      const y = new TestNode(2).attach(b, fam[1] + fam[2])
      const replies: number[] = []
      x.network.listenEcho({ reply: (r) => replies.push(r.sequence, r.payloadLength), error: (_e) => replies.push(-1) })
      const route = x.network.route(address(fam[1]), null)!
      for (const n of [0, 56, 1400, 3000, 60000])
        x.network.echo(route, 7, n, new Uint8Array(n).fill(n), x.surroundings.clock)
      settle(x, y)
      expect(replies).toEqual([0, 0, 56, 56, 1400, 1400, 3000, 3000, 60000, 60000])
    })
