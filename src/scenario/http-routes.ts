import type { SimHost } from '../sim/sim-host.ts'
import { both } from './bilingual.ts'
import { type Answer, answerHttp, HttpClient } from './http-ends.ts'
import { type HttpMessage, httpBytes } from './http-message.ts'
import type { Stage } from './stage.ts'

const PAGE = 'the page'

/** What the front server does with a request. */
export type Front = 'redirects' | 'forwards'

/** The front server says where to ask; the client asks there. */
export function playRedirect(stage: Stage, does: Front = 'redirects'): void {
  const { client, server: front } = stage.pair()
  const backend = stage.world.host('backend')
  if (does === 'forwards') stage.world.link(front, backend)
  stage.world.link(client, backend)
  stage.world.watch(backend, stage.ladder.probe('server', 'backend'))
  const callers = servePage(stage, backend)
  stage.serve(front, (socket) =>
    answerHttp(socket, does === 'redirects' ? redirect(backend) : forward(stage, front, backend)),
  )

  const sockets = [stage.connect(client, front)]
  const answers: HttpMessage[] = []
  const ask = (asking: HttpClient): void => {
    asking.get('/', [], (response) => {
      asking.close()
      answers.push(response)
      if (!response.fields.has('location')) return
      stage.remark(both('The client is told to ask elsewhere.', '客户端被告知到别处去问。'))
      const next = stage.connect(client, backend)
      sockets.push(next)
      ask(new HttpClient(next))
    })
  }
  for (const first of [...sockets]) ask(new HttpClient(first))
  stage.run(1)
  stage.check(
    answers[0]?.startLine.includes('302') === true && answers[1]?.body === PAGE,
    both('The first answer was 302; the page came with the second.', '第一个应答是 302，第二个应答才带来网页。'),
  )
  stage.check(
    sockets.length === 2,
    both('The client made two requests, over two connections.', '客户端通过两个连接发出了两次请求。'),
  )
  stage.check(
    callers.length === 1 && callers[0] === sockets[1]?.localAddress,
    both('It was the client itself that asked the second server.', '向第二台服务器请求的是客户端自己。'),
  )
  stage.figure(both('Requests of the client', '客户端的请求数'), sockets.length)
}

/** The front server asks itself, and hands the answer on. */
export function playForward(stage: Stage, does: Front = 'forwards'): void {
  const { client, server: front } = stage.pair()
  const backend = stage.world.host('backend')
  stage.world.link(front, backend)
  // Drawn on the left, as the front server has its place on the right.
  stage.world.watch(backend, stage.ladder.probe('client', 'backend'))
  const callers = servePage(stage, backend)
  let forwarded = ''
  const note = (address: string): void => {
    forwarded = address
  }
  const answer = does === 'redirects' ? redirect(backend) : forward(stage, front, backend, note)
  stage.serve(front, (socket) => answerHttp(socket, answer))

  const answers: HttpMessage[] = []
  const asking = new HttpClient(stage.connect(client, front))
  asking.get('/', [], (response) => {
    answers.push(response)
    asking.close()
  })
  stage.run(1)
  stage.check(
    answers.length === 1 && answers[0]?.body === PAGE && answers[0].startLine.includes('200'),
    both('The client made one request and got the page.', '客户端只发出一次请求，就得到了网页。'),
  )
  stage.check(
    callers.length === 1 && callers[0] === forwarded,
    both(
      'The second server was asked by the first, and never saw the client.',
      '向第二台服务器请求的是第一台服务器，它从未见到客户端。',
    ),
  )
  stage.figure(both('Requests of the client', '客户端的请求数'), answers.length)
}

/** Tells the client to ask `backend`. */
function redirect(backend: SimHost): Answer {
  const location = `Location: http://${backend.address()}/`
  return (_, reply) => reply(httpBytes('HTTP/1.1 302 Found', [location]))
}

/** Asks `backend` itself; `note` is told from which address. */
function forward(stage: Stage, front: SimHost, backend: SimHost, note = (_address: string): void => {}): Answer {
  return (_, reply) => {
    const inner = new HttpClient(stage.connect(front, backend))
    note(inner.socket.localAddress)
    inner.get('/', [], (response) => {
      inner.close()
      reply(httpBytes(response.startLine, [], response.body))
    })
  }
}

/** `show`: what the client makes of the cookie that it was given; `last`: what it shows over the third connection. */
export function playCookie(
  stage: Stage,
  show = (cookie: string): string => cookie,
  last = (_cookie: string): readonly string[] => [],
): void {
  const { client, server } = stage.pair()
  serveSessions(stage, server)
  const said: string[] = []
  const ports: number[] = []
  /** One request over a connection of its own. */
  const visit = (path: string, fields: readonly string[], then: (response: HttpMessage) => void): void => {
    const asking = new HttpClient(stage.connect(client, server))
    ports.push(asking.socket.localPort)
    asking.get(path, ['Connection: close', ...fields], (response) => {
      said.push(response.body)
      then(response)
    })
  }
  visit('/login/Ada', [], (response) => {
    const cookie = response.fields.get('set-cookie') ?? ''
    visit('/', [`Cookie: ${show(cookie)}`], () => visit('/', last(cookie), () => {}))
  })
  stage.run(1)
  stage.check(
    new Set(ports).size === 3 && server.host.stats().TcpPassiveOpens === 3,
    both('There were three connections.', '共有三个连接。'),
  )
  stage.check(
    said[0] === 'welcome' && said[1] === 'hello, Ada',
    both(
      'Over the second, the server knew who asked, by the cookie.',
      '在第二个连接上，服务器凭 Cookie 认出了提问者。',
    ),
  )
  stage.check(
    said[2] === 'who are you?',
    both(
      'Over the third, without the cookie, it did not: TCP tells nothing of users.',
      '在第三个连接上没有 Cookie，它就不认识了：TCP 不知道用户是谁。',
    ),
  )
}

/** A server that knows its visitors by the cookie that it gave them. */
function serveSessions(stage: Stage, server: SimHost): void {
  const sessions = new Map<string, string>()
  stage.serve(server, (socket) => {
    answerHttp(socket, ({ startLine, fields }, reply) => {
      const login = /^GET \/login\/(\w+) /.exec(startLine)
      const name = sessions.get(fields.get('cookie') ?? '')
      if (login !== null) {
        const cookie = `session=${sessions.size + 1}`
        sessions.set(cookie, login[1] ?? '')
        reply(httpBytes('HTTP/1.1 200 OK', [`Set-Cookie: ${cookie}`], 'welcome'))
      } else reply(httpBytes('HTTP/1.1 200 OK', [], name === undefined ? 'who are you?' : `hello, ${name}`))
    })
  })
}

/** Serves the page; the addresses of those who asked, as they come. */
function servePage(stage: Stage, host: SimHost): string[] {
  const callers: string[] = []
  stage.serve(host, (socket) => {
    callers.push(socket.remoteAddress)
    answerHttp(socket, (_, reply) => reply(httpBytes('HTTP/1.1 200 OK', [], PAGE)))
  })
  return callers
}
