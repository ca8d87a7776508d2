/**
 * One connection after another over sockets of the kernel, to see that each closes in order.
 *
 * Arguments: ADDRESS ECHO_PORT HTTP_PORT COUNT. By turns the client ends first, against an echo service, and the
 * server, by HTTP with Connection: close. Writes 'done COUNT', or the error of the first that fails.
 */
import { connect } from 'node:net'

const [, , address = '', echoPort = '', httpPort = '', count = ''] = process.argv

/** Resolves to everything that came once both sides have ended. `first`: we end right after `question`. */
function talk(port: number, question: string, first: boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect({ host: address, port, allowHalfOpen: true, noDelay: true })
    socket.setEncoding('latin1')
    socket.on('connect', () => {
      if (first) socket.end(question)
      else socket.write(question)
    })
    socket.on('data', (text) => {
      answer += text
    })
    socket.on('end', () => {
      if (!first) socket.end()
    })
    socket.on('error', reject)
    socket.on('close', (failed) => {
      if (!failed) resolve(answer)
    })
  })
}

for (let i = 0; i < Number(count); i += 1) {
  const clientFirst = i % 2 === 0
  const question = `connection ${i}`
  const request = `GET /data HTTP/1.1\r\nHost: estab\r\nConnection: close\r\n\r\n`
  const answer = clientFirst
    ? await talk(Number(echoPort), question, true)
    : await talk(Number(httpPort), request, false)
  const right = clientFirst ? answer === question : answer.startsWith('HTTP/1.1 200 OK\r\n')
  if (!right) throw new Error(`connection ${i} brought ${JSON.stringify(answer)}`)
}
process.stdout.write(`done ${count}\n`)
