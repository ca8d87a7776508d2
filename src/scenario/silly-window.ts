import { hasData, isBareAck } from '../sim/aims.ts'
import { forge } from '../sim/forge.ts'
import type { Link } from '../sim/link.ts'
import { WirePacket } from '../sim/wire-packet.ts'
import { formatAddress } from '../wire/address-text.ts'
import { both } from './bilingual.ts'
import type { Stage } from './stage.ts'

/** Bytes to be sent. */
const AMOUNT = 20_000
/** The server reads so many bytes every 10 ms: in such crumbs it could open its window. */
const CRUMB = 100
/** tcp_rmem of the server, in bytes. */
const BUFFER = 8192
const MSS = 1460
/** So long a sender of crumbs is watched, seconds, and tcp_rto_min. */
const SECONDS = 2
const LEAST_RTO = 0.2

/** A server reads in crumbs. `noDelay`, `piece`: the client writes in such pieces, and has them sent at once. */
export function playSillyWindow(stage: Stage, { piece = AMOUNT, noDelay = 0, crumb = CRUMB } = {}): void {
  const { client, server, link } = stage.pair({ server: { config: { tcp_rmem: [4096, BUFFER, BUFFER] } } })
  const into = new Uint8Array(crumb)
  let got = 0
  let read = () => {}
  stage.serve(server, (socket) => {
    read = () => {
      got += Math.max(0, socket.read(into))
    }
  })
  const sizes = sizesOn(link)
  const socket = stage.connect(client, server)
  socket.setOption('TCP_NODELAY', noDelay)
  stage.run(0.05)
  let left = AMOUNT
  for (let i = 0; i < 400; i += 1) {
    if (left > 0) left -= socket.write(new Uint8Array(Math.min(piece, left)))
    stage.run(0.01)
    read()
  }
  stage.figure(both('Segments with data', '携带数据的报文段'), sizes.length)
  stage.figure(both('Bytes in each', '各段字节数'), tally(sizes))
  stage.check(got === AMOUNT, both('Every byte arrives.', '所有字节都到达了。'))
  const least = Math.min(...sizes.slice(0, -1))
  stage.check(
    least >= MSS / 2,
    both(
      'No segment but the last is small: the window opens by a whole segment or half the buffer, not by crumbs.',
      '除最后一段之外没有小报文段：窗口每次至少张开一个完整报文段或半个缓冲区，而不是一点一点地张开。',
    ),
  )
  stage.check(
    sizes.length < AMOUNT / CRUMB / 5,
    both('Far fewer segments than crumbs were read.', '报文段数远少于读取次数。'),
  )
}

/** A receiver without manners opens its window by crumbs: the sender does not fill them as they come. */
export function playUnmannered(stage: Stage, { opensByCrumbs = true } = {}): void {
  const { client, server, link } = stage.pair({ server: { config: { tcp_window_scaling: false } } })
  stage.serve(server, (socket) => {
    socket.onevent = () => {
      socket.read(new Uint8Array(AMOUNT))
    }
  })
  const socket = stage.connect(client, server)
  stage.run(0.05)
  if (opensByCrumbs) {
    narrow(link, CRUMB)
    stage.remark(
      both(
        'From now on every ACK of the server is changed on its way: it arrives with window 100.',
        '从现在起，服务器的每个 ACK 都在途中被改写：到达时窗口为 100。',
      ),
    )
  }
  // The ACK of a first byte tells of the small window.
  socket.write(new Uint8Array(1))
  stage.run(0.1)
  const sizes = sizesOn(link)
  socket.write(new Uint8Array(AMOUNT))
  stage.run(SECONDS)
  const after = sizes.length
  stage.figure(both('Crumbs sent in two seconds', '两秒内发送的小报文段'), after)
  stage.check(
    after > 0 && sizes.every((size) => size <= CRUMB),
    both(
      'What is sent is a crumb each time, for the window takes no more.',
      '每次只发一小块，因为窗口只容得下这么多。',
    ),
  )
  stage.check(
    after > 0 && after <= SECONDS / LEAST_RTO,
    both(
      'The sender waits for its timer before each, 200 ms or more, rather than sending one each round trip of 20 ms.',
      '发送方每次都等到定时器到期，至少 200 毫秒，而不是每 20 毫秒的往返就发一个。',
    ),
  )
}

/** The sizes of the segments with data that the client sends from now on. */
function sizesOn(link: Link): number[] {
  const sizes: number[] = []
  link.fault({
    way: 'forth',
    aim: hasData,
    effect: (packet) => {
      sizes.push(packet.tcp?.payloadLength ?? 0)
      return [packet]
    },
  })
  return sizes
}

/** `1448 (13 ×), 1176`. */
function tally(sizes: readonly number[]): string {
  const counts = new Map<number, number>()
  for (const size of sizes) counts.set(size, (counts.get(size) ?? 0) + 1)
  return [...counts].map(([size, count]) => (count > 1 ? `${size} (${count} ×)` : String(size))).join(', ')
}

/** Lets every acknowledgment of the server say that its window is so small. */
function narrow(link: Link, window: number): void {
  link.fault({
    way: 'back',
    aim: isBareAck,
    effect: ({ ip, tcp }) => {
      if (ip === null || tcp === null) return []
      const { sourcePort, destinationPort, seq, ack, flags, hasTimestamps, tsVal, tsEcr } = tcp
      const names = { from: formatAddress(ip.source), to: formatAddress(ip.destination), sourcePort, destinationPort }
      return [new WirePacket(forge({ ...names, seq, ack, flags, window, hasTimestamps, tsVal, tsEcr }))]
    },
  })
}
