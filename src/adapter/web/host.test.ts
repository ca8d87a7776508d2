import { describe, expect, it } from 'vitest'
import { listen } from '../../socket/server-socket.ts'
import { connect } from '../../socket/stream-socket.ts'
import { pipe } from '../../stack/pipe.ts'
import { createHost } from './host.ts'
import { webStreams } from './web-streams.ts'

describe('a host on the event loop of the web', () => {
  it('carries Web Streams, with nothing of Node', async () => {
    const [left, right] = pipe()
    const a = createHost()
    const b = createHost({ tcp_timestamps: false })
    a.host.addDevice(left)
    a.host.addAddress('10.0.0.1/24', left)
    b.host.addDevice(right)
    b.host.addAddress('10.0.0.2/24', right)
    const listener = listen(b.host, { port: 7 })
    listener.onready = () => {
      const socket = listener.accept()
      if (socket === null) return
      const echo = webStreams(socket)
      echo.readable.pipeTo(echo.writable)
    }
    const { readable, writable } = webStreams(connect(a.host, { address: '10.0.0.2', port: 7 }))
    const writer = writable.getWriter()
    const sending = (async () => {
      for (let i = 0; i < 20; i += 1) await writer.write(new Uint8Array(50_000).fill(i))
      await writer.close()
    })()
    let received = 0
    for await (const bytes of readable) received += bytes.length
    await sending
    expect(received).toBe(1_000_000)
    expect(a.host.now()).toBeGreaterThan(0)
    a.stop()
    b.stop()
  })
})
