import { silentProbe } from '../stack/probe.ts'
import { Ladder } from '../trace/ladder.ts'
import { both } from './bilingual.ts'
import { httpLine } from './http-message.ts'
import type { Scenario } from './scenario.ts'
import type { Stage } from './stage.ts'
import { ACCEPT, type Channel, ClientChannel, ServerChannel } from './websocket-channel.ts'
import { frameLine } from './websocket-frame.ts'

/** The masking key and the masked "Hello" of RFC 6455, 5.7. */
export const MASK = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d)
const MASKED_HELLO = '818537fa213d7f9f4d5158'
/** Statuses of a Close frame (RFC 6455, 7.4.1). */
const NORMAL = 1000
const PROTOCOL_ERROR = 1002
const SECOND = 1_000_000
/** When the upgrade is over and they begin to speak. */
const SPEAK_AT = 100_000
const DELAY = 10_000

/** Question 21. */
export const websocket: Scenario = {
  name: 'websocket',
  number: 21,
  title: both('WebSocket: an HTTP connection becomes a two-way channel', 'WebSocket：HTTP 连接变成双向通道'),
  question: both(
    'How does a WebSocket begin, and how can both sides talk at once over one TCP connection?',
    'WebSocket 如何开始？双方怎样在同一个 TCP 连接上同时收发？',
  ),
  explanation: both(
    'It begins as an HTTP request to upgrade; the server proves by the answer to a key that it means WebSocket, and says 101. ' +
      'From then on the same connection carries frames with a length, in both directions at any time: TCP has always been full-duplex, it was HTTP that took turns. ' +
      'A client masks its frames, so that they cannot be mistaken for requests by what stands between; a server does not, and must end a connection on which an unmasked frame comes. ' +
      'A Close frame each way ends it, then TCP closes, the server first.',
    '它以一个请求升级的 HTTP 请求开始；服务器通过对密钥的应答证明自己懂得 WebSocket，并回应 101。' +
      '此后同一个连接承载带有长度的帧，两个方向随时都可以发送：TCP 本来就是全双工的，轮流发言的是 HTTP。' +
      '客户端对帧做掩码，使中间设备不会把它们误认为请求；服务器不做掩码，而且收到未做掩码的帧时必须结束连接。' +
      '双方各发一个关闭帧之后，TCP 关闭，服务器在先。',
  ),
  lookAt: both(
    'After 101 both sides send at the same moment and the arrows cross; there is one SYN only.',
    '101 之后双方在同一时刻发送，箭头相互交叉；SYN 只有一个。',
  ),
  parts: [
    {
      title: both('Upgrade, frames both ways at once, close', '升级，双向同时发帧，关闭'),
      play: (stage) => playChat(stage),
    },
    {
      title: both('A client that does not mask is refused', '不做掩码的客户端被拒绝'),
      play: (stage) => playMasking(stage),
    },
  ],
}

/** What the two do otherwise than in the play. */
export interface ChatOptions {
  /** Microseconds that the client waits, after the server has begun to speak, before it speaks itself; Infinity: it is silent. */
  readonly pause?: number
  /** What the server makes of the client's key. */
  readonly accept?: string
  readonly masks?: boolean
  /** The client ends the connection without a Close frame. */
  readonly hangsUp?: boolean
}

export function playChat(stage: Stage, options: ChatOptions = {}): void {
  const { pause = 0, accept = ACCEPT, masks = true, hangsUp = false } = options
  const { client, accepted } = upgrade(stage, masks ? MASK : undefined, accept)
  const payloads = tapPayloads(stage)
  stage.run(SPEAK_AT / SECOND)
  stage.check(
    client.upgrade?.startLine.includes('101') === true && client.upgrade.fields.get('sec-websocket-accept') === ACCEPT,
    both('The server has said 101 and shown the key’s right answer.', '服务器回应 101，并给出密钥的正确应答。'),
  )
  stage.remark(both('Both speak without waiting for each other.', '双方不等对方，同时发送。'))
  for (const server of accepted) server.say('News!')
  if (pause < Number.POSITIVE_INFINITY) stage.world.at((SPEAK_AT + pause) / SECOND, () => client.say('Hello'))
  stage.run(0.1)
  const [toServer] = accepted[0]?.frames ?? []
  const [toClient] = client.frames
  stage.check(
    accepted[0]?.texts.join() === 'Hello' && client.texts.join() === 'News!',
    both('Each has heard the other.', '双方都听到了对方。'),
  )
  stage.check(
    toServer?.at === SPEAK_AT + DELAY && toClient?.at === SPEAK_AT + DELAY,
    both(
      'The frames crossed: each came 10 ms after the same moment.',
      '两个帧在途中交错：都在同一时刻之后 10 毫秒到达。',
    ),
  )
  stage.check(
    toServer?.frame.masked === true && toClient?.frame.masked === false && payloads.includes(MASKED_HELLO),
    both(
      '“Hello” was masked on the wire; the server’s frame was not.',
      '“Hello” 在线路上是加了掩码的，服务器的帧则没有。',
    ),
  )
  if (hangsUp) client.socket.close()
  else if (!client.socket.ended) client.sayClose(NORMAL)
  stage.run(1)
  stage.check(
    client.closeStatus === NORMAL && client.socket.state === 'CLOSED' && accepted[0]?.socket.state === 'TIME-WAIT',
    both('A Close frame each way, then FIN, from the server first.', '双方各发一个关闭帧，然后是 FIN，服务器在先。'),
  )
  stage.check(accepted.length === 1, both('All went over one connection.', '一切都在同一个连接上进行。'))
}

/** `key`: what the client masks its frames with. */
export function playMasking(stage: Stage, key?: Uint8Array): void {
  const { client, accepted } = upgrade(stage, key)
  stage.run(SPEAK_AT / SECOND)
  client.say('Hello')
  stage.run(1)
  stage.check(
    accepted[0]?.frames[0]?.frame.masked === false,
    both('The frame came as it was, without a mask.', '帧未加掩码，原样到达。'),
  )
  stage.check(
    client.closeStatus === PROTOCOL_ERROR && client.socket.state === 'CLOSED',
    both('The server has closed with status 1002, a protocol error.', '服务器以状态码 1002（协议错误）关闭了连接。'),
  )
}

/** A client that asks for the upgrade, and the channels that the server has. */
function upgrade(stage: Stage, key?: Uint8Array, accept = ACCEPT): { client: Channel; accepted: Channel[] } {
  stage.ladder = new Ladder({ describe: (segment) => httpLine(segment) || frameLine(segment) })
  const pair = stage.pair({ link: { delay: DELAY } })
  const now = () => stage.world.now
  const accepted: Channel[] = []
  stage.serve(pair.server, (socket) => {
    accepted.push(new ServerChannel(socket, now, accept))
  })
  return { client: new ClientChannel(stage.connect(pair.client, pair.server), now, key), accepted }
}

/** What the client's segments carry, in hexadecimal, as they are sent. */
function tapPayloads(stage: Stage): string[] {
  const payloads: string[] = []
  stage.world.watch(stage.world.named('client'), {
    ...silentProbe,
    segment: (direction, _ip, { bytes, payloadStart, payloadLength }) => {
      if (direction === 'out') payloads.push(hex(bytes.subarray(payloadStart, payloadStart + payloadLength)))
    },
  })
  return payloads
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
