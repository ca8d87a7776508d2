import { both } from './bilingual.ts'
import { answerHttp, HttpClient } from './http-ends.ts'
import { type HttpMessage, httpBytes } from './http-message.ts'
import { playCookie, playForward, playRedirect } from './http-routes.ts'
import type { Scenario } from './scenario.ts'
import { type Pair, Stage } from './stage.ts'

const SECOND = 1_000_000
const DELAY = 10_000
const ROUND_TRIP = 2 * DELAY
const REQUESTS = 3

/** Question 20. */
export const httpRequest: Scenario = {
  name: 'http',
  number: 20,
  title: both('An HTTP request from the first SYN to the last ACK', '一次 HTTP 请求：从第一个 SYN 到最后一个 ACK'),
  question: both(
    'What does TCP do for one HTTP request, what does keep-alive save, and what do redirects, forwards and cookies mean on the wire?',
    '一次 HTTP 请求中 TCP 做了什么？长连接节省了什么？重定向、转发和 Cookie 在线路上意味着什么？',
  ),
  explanation: both(
    'An HTTP request costs one round trip to open the connection and one for question and answer; closing costs segments, but the answer does not wait for it. ' +
      'Keep-alive pays for the opening and the closing once, however many requests there are. ' +
      'A redirect tells the client to ask elsewhere: two requests of the client. A forward happens behind the server: the client makes one request and does not notice. ' +
      'TCP does not know who asks: a session outlives its connections because the client shows a cookie with each request.',
    '一次 HTTP 请求用一个往返建立连接，再用一个往返完成问答；关闭连接也要发送报文段，但应答不必等它。' +
      '使用长连接（keep-alive）时，无论有多少请求，建立和关闭都只付出一次代价。' +
      '重定向让客户端到别处去问：客户端发出两次请求。转发发生在服务器背后：客户端只发一次请求，毫无察觉。' +
      'TCP 并不知道提问者是谁：会话之所以能跨越连接存在，是因为客户端在每个请求中都出示 Cookie。',
  ),
  lookAt: both(
    'Count the SYNs and the round trips: with keep-alive the requests follow each other on one ladder; a connection each makes three ladders.',
    '数一数 SYN 和往返次数：使用长连接时，各个请求在同一张时序图上依次进行；每个请求一个连接时有三张时序图。',
  ),
  parts: [
    { title: both('One request', '一次请求'), play: (stage) => playRequest(stage) },
    { title: both('A connection for each of three requests', '三个请求，每个请求一个连接'), play: playEach },
    { title: both('Three requests over one connection', '三个请求共用一个连接'), play: playKeepAlive },
    { title: both('Redirect: the client asks twice', '重定向：客户端请求两次'), play: (stage) => playRedirect(stage) },
    {
      title: both('Forward: the server asks for the client', '转发：服务器替客户端请求'),
      play: (stage) => playForward(stage),
    },
    {
      title: both('Cookie: a session over two connections', 'Cookie：跨越两个连接的会话'),
      play: (stage) => playCookie(stage),
    },
  ],
}

/** How the server answers. */
export interface Answering {
  /** Microseconds that it takes for an answer. */
  readonly thinks?: number
  /** It leaves out the last bytes. */
  readonly cuts?: boolean
}

/** `fields`: those of the request. */
export function playRequest(stage: Stage, fields = ['Connection: close'], answering: Answering = {}): void {
  const { client, server } = serveHello(stage, answering)
  const socket = stage.connect(client, server)
  const asking = new HttpClient(socket)
  let answeredAt = -1
  let body = ''
  asking.get('/', fields, (response) => {
    answeredAt = stage.world.now
    body = response.body
    stage.remark(both('The client has its answer; what follows is the close.', '客户端已得到应答，之后只是关闭连接。'))
  })
  stage.run(1)
  stage.check(body === 'hello', both('The answer has come as a whole.', '应答完整到达。'))
  stage.check(
    answeredAt === 2 * ROUND_TRIP,
    both('It took two round trips: one to open, one to ask and be answered.', '用了两个往返：一个建立连接，一个问答。'),
  )
  stage.check(
    socket.state === 'CLOSED' && [...server.host.connections()].some(({ state }) => state === 'TIME-WAIT'),
    both(
      'Both ways are closed; the server, which closed first, is in TIME-WAIT.',
      '两个方向都已关闭；先关闭的服务器处于 TIME-WAIT。',
    ),
  )
  stage.figure(
    both('Segments from the first SYN to the last ACK', '从第一个 SYN 到最后一个 ACK 的报文段数'),
    stage.world.trace.sentPackets,
  )
  stage.figure(both('Milliseconds to the answer', '到得到应答的毫秒数'), answeredAt / 1000)
}

/** What some requests in a row cost. */
export interface Cost {
  readonly answers: number
  readonly connections: number
  readonly segments: number
  readonly roundTrips: number
}

function playEach(stage: Stage): void {
  claimEach(stage, requestAll(stage, false))
}

/** What `cost` must be with a connection each. */
export function claimEach(stage: Stage, cost: Cost): void {
  stage.check(cost.connections === REQUESTS, both('Three requests took three connections.', '三个请求用了三个连接。'))
  stage.check(cost.roundTrips === 2 * REQUESTS, both('Each took two round trips: six.', '每个请求两个往返：共六个。'))
}

function playKeepAlive(stage: Stage): void {
  const cost = requestAll(stage, true)
  claimSaving(stage, cost)
}

/** What `cost` must be, compared with a connection each. */
export function claimSaving(stage: Stage, cost: Cost): void {
  const each = requestAll(new Stage(), false)
  stage.check(cost.connections === 1, both('Three requests went over one connection.', '三个请求都经由同一个连接。'))
  stage.check(
    cost.roundTrips === REQUESTS + 1,
    both(
      'One round trip to open, and one for each request: four in place of six.',
      '建立连接一个往返，每个请求一个往返：四个而不是六个。',
    ),
  )
  stage.check(
    cost.answers === REQUESTS && 3 * cost.segments < 2 * each.segments,
    both('It took less than two thirds of the segments.', '所用的报文段不到三分之二。'),
  )
  stage.figure(both('Segments with a connection each', '每个请求一个连接时的报文段数'), each.segments)
}

/** Three requests, one after the other, with one connection or one each. */
export function requestAll(stage: Stage, keepAlive: boolean, answering: Answering = {}): Cost {
  let connections = 0
  const { client, server } = serveHello(stage, answering, () => {
    connections += 1
  })
  let left = REQUESTS
  let answeredAt = -1
  const fields = keepAlive ? [] : ['Connection: close']
  const ask = (asking: HttpClient): void => {
    asking.get(`/${REQUESTS - left + 1}`, fields, () => {
      answeredAt = stage.world.now
      left -= 1
      if (left === 0) asking.close()
      else ask(keepAlive ? asking : new HttpClient(stage.connect(client, server)))
    })
  }
  ask(new HttpClient(stage.connect(client, server)))
  stage.run(1)
  const cost = {
    answers: REQUESTS - left,
    connections,
    segments: stage.world.trace.sentPackets,
    roundTrips: answeredAt / ROUND_TRIP,
  }
  stage.figure(both('Connections', '连接数'), cost.connections)
  stage.figure(both('Segments', '报文段数'), cost.segments)
  stage.figure(both('Round trips to the last answer', '到最后一个应答的往返数'), cost.roundTrips)
  return cost
}

/** A server that says hello to every request. */
function serveHello(stage: Stage, { thinks = 0, cuts = false }: Answering, onconnection = (): void => {}): Pair {
  const pair = stage.pair({ link: { delay: DELAY } })
  stage.serve(pair.server, (socket) => {
    onconnection()
    answerHttp(socket, (request: HttpMessage, reply) => {
      const closing = request.fields.get('connection') === 'close'
      const response = httpBytes('HTTP/1.1 200 OK', closing ? ['Connection: close'] : [], 'hello')
      const answer = () => reply(response.subarray(0, response.length - (cuts ? 2 : 0)))
      if (thinks === 0) answer()
      else stage.world.at((stage.world.now + thinks) / SECOND, answer)
    })
  })
  return pair
}
