import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readScript } from './read-script.ts'
import { runScript, type ScriptFailure } from './run-script.ts'
import { describeFailure } from './script-report.ts'

function play(text: string): ScriptFailure | null {
  const script = readScript(text)
  expect(script.badLines).toEqual([])
  return runScript(script)
}

/** Every line holds. */
function holds(text: string): void {
  const failure = play(text)
  expect(failure === null ? '' : describeFailure(failure)).toBe('')
}

/** A connection to port 80, whose segments hold 1000 bytes. */
const OPEN = `listen 80
< S 0:0(0) win 32792 <mss 1000>
> S. 0:0(0) ack 1
+0.1 < . 1:1(0) ack 1 win 32792
accept
`
/** Of the first line after it. */
const NEXT = OPEN.split('\n').length

describe('the examples', () => {
  const folder = new URL('../../../examples/scripts/', import.meta.url)
  const files = readdirSync(folder).filter((name) => name.endsWith('.estab'))

  it.each(files)('%s', (name) => holds(readFileSync(new URL(name, folder), 'utf8')))

  it('are there', () => expect(files.length).toBeGreaterThanOrEqual(5))
})

describe('statements', () => {
  it('comments, empty lines, and lines without a time', () => {
    holds(`// nothing here\n# nor here\n\n  ${OPEN} +0 state ESTABLISHED // yes\nstate ESTABLISHED # still`)
  })

  it('set: a setting of the host, by the name of the sysctl', () => {
    holds(`set tcp_fin_timeout 5\n${OPEN} close\n> F. 1:1(0) ack 1\n< . 1:1(0) ack 2 win 32792
      +4.9 state FIN-WAIT-2\n+0.2 state CLOSED`)
    holds(
      `set net.ipv4.tcp_rmem 4096 8192 16384\nset tcp_timestamps 0\nconnect 80\n> S 0:0(0) win 2920 <mss 1460,sackOK,wscale 0>`,
    )
  })

  it('isn: numbers on the wire that pass 2^32, which the script counts from 0 nevertheless', () => {
    holds(`isn host 4294967290\nisn peer 4294967295\n${OPEN} write 500\n> P. 1:501(500) ack 1
      +0.1 < P. 1:101(100) ack 501 win 32792\n> . 501:501(0) ack 101\nread 100`)
  })

  it('a second connection of the same ports: both streams begin anew', () => {
    const first = `${OPEN} write 10\n> P. 1:11(10) ack 1\n< P. 1:6(5) ack 11\n> . 11:11(0) ack 6\nread 5\nclose
      > F. 11:11(0) ack 6\n< F. 6:6(0) ack 12\n> . 12:12(0) ack 7\nstate TIME-WAIT\n`
    const second = '< S 0:0(0)\n> S. 0:0(0) ack 1\n< . 1:1(0) ack 1\naccept\nwrite 10\n> P. 1:11(10) ack 1\n'
    holds(`${first} isn peer 1000000\n${second} < P. 1:6(5) ack 11\n> . 11:11(0) ack 6\nread 5`)
    expect(play(`${first} ${second}`)).toMatchObject({ seen: expect.stringContaining('> . 12:12(0) ack 7') })
  })

  it('flow: two peers, each with its own numbers', () => {
    holds(`${OPEN} flow 40001\n< S 0:0(0) win 1000\n> S. 0:0(0) ack 1\n< . 1:1(0) ack 1\naccept\nwrite 7\n> P. 1:8(7) ack 1
      flow 40000\nwrite 9\n> P. 1:10(9) ack 1\nflow 40001 80\n< . 1:1(0) ack 8\nflow 40000\n< . 1:1(0) ack 10\nexpect-nothing 9`)
  })

  it('flow: to a port where nobody listens', () => {
    holds('flow 40000 81\n< S 0:0(0)\n> R. 0:0(0) ack 1\n< . 1:1(0) ack 9\n> R 9:9(0)')
  })

  it('listen with a backlog', () => {
    holds(`listen 80 0\nlisten 80 = EADDRINUSE\n< S 0:0(0)\n> S. 0:0(0) ack 1\n< . 1:1(0) ack 1\nstate ESTABLISHED
      flow 40001\n< S 0:0(0)\nexpect-nothing 0.5\nstate CLOSED`)
  })

  it('connect from a port, refused', () => {
    holds(
      'connect 80 5000\n> S 0:0(0)\n< R. 0:0(0) ack 1\nstate CLOSED\nerror ECONNREFUSED\nflow 80 5000\nstate CLOSED',
    )
    holds('connect 80 5000\n> S 0:0(0)\n< R. 0:0(0) ack 1\n+0 < S 0:0(0)\n> R. 0:0(0) ack 1')
  })

  it('accept: from the port that the flow is at', () => {
    holds('accept = EINVAL\nlisten 80\naccept = EAGAIN')
    holds(
      `listen 80\nlisten 81\nflow 40000 80\n< S 0:0(0)\n> S. 0:0(0) ack 1\n< . 1:1(0) ack 1\naccept\nstate ESTABLISHED`,
    )
  })

  it('write, read, and what they return', () => {
    holds(`write 1 = EBADF\n${OPEN} read 10 = EAGAIN\n< P. 1:101(100) ack 1\n> . 1:1(0) ack 101\nread 60\nread 60 = 40
      < F. 101:101(0) ack 1\n+0.04 > . 1:1(0) ack 102\nread 1 = 0\nabort\n> R. 1:1(0) ack 102`)
    holds(`${OPEN} option SO_SNDBUF 5000\nwrite 6000 = 5000
      > . 1:1001(1000) ack 1\n> . 1001:2001(1000) ack 1\n> . 2001:3001(1000) ack 1\n> . 3001:4001(1000) ack 1
      > P. 4001:5001(1000) ack 1\nwrite 1 = EAGAIN`)
  })

  it('shutdown, close, abort', () => {
    holds(`${OPEN} shutdown write\n> F. 1:1(0) ack 1\nstate FIN-WAIT-1\nwrite 1 = EPIPE`)
    holds(`${OPEN} close\n> F. 1:1(0) ack 1\nread 1 = EBADF`)
    holds(`${OPEN} abort\n> R. 1:1(0) ack 1\nstate CLOSED`)
  })

  it('calls, and segments, that stand together without a time are done in one turn of the host', () => {
    holds(`${OPEN} write 10\nshutdown write\n> FP. 1:11(10) ack 1`)
    holds(`${OPEN} write 10\n> P. 1:11(10) ack 1\nshutdown write\n> F. 11:11(0) ack 1`)
    expect(play(`${OPEN} write 10\n+0 shutdown write`)).toMatchObject({ line: NEXT + 1, expected: 'nothing' })
    holds(`${OPEN} < P. 1:1001(1000) ack 1\n< P. 1001:2001(1000) ack 1\n> . 1:1(0) ack 2001`)
    holds(`listen 80\n< S 0:0(0)\nflow 40001\n< S 0:0(0)\nflow 40000\n> S. 0:0(0) ack 1\nflow 40001\n> S. 0:0(0) ack 1`)
    expect(play('listen 80\n< S 0:0(0)\nflow 40001\n+0 < S 0:0(0)')).toMatchObject({ line: 4, expected: 'nothing' })
    holds(`${OPEN} < P. 1:1001(1000) ack 1\n> . 1:1(0) ack 1001\n< P. 1001:2001(1000) ack 1\n> . 1:1(0) ack 2001`)
  })

  it('option', () => {
    const small = `write 10\n> P. 1:11(10) ack 1\nwrite 10\n`
    holds(`${OPEN} ${small} expect-nothing 0.05`)
    holds(`${OPEN} option TCP_NODELAY 1\n${small} > P. 11:21(10) ack 1`)
    holds(`${OPEN} option TCP_NODELAY 2 = EINVAL`)
  })

  it('>: window and options only where they are said', () => {
    const syn = 'listen 80\n< S 0:0(0) win 32792 <mss 1000,sackOK>\n'
    holds(`${syn} > S. 0:0(0) ack 1 win 64240`)
    holds(`${syn} > S. 0:0(0) ack 1 <sackOK,mss 1460>`)
    expect(play(`${syn} > S. 0:0(0) ack 1 win 64241`)).toMatchObject({
      line: 3,
      seen: expect.stringContaining('win 64240'),
    })
    expect(play(`${syn} > S. 0:0(0) ack 1 <mss 1460>`)).toMatchObject({
      seen: expect.stringContaining('<mss 1460,sackOK>'),
    })
    expect(play(`${syn} > S. 0:0(0) ack 1 <>`)).not.toBeNull()
    holds(`${OPEN} < P. 1:2(1) ack 1\n> . 1:1(0) ack 2 <>`)
  })

  it('>: within the tolerance, and the next line counts from when it was', () => {
    // The SYN,ACK comes again after 1 s and after 2 s more.
    const late = 'listen 80\n< S 0:0(0)\n> S. 0:0(0) ack 1\n+0.9995 > S. 0:0(0) ack 1\n+2 > S. 0:0(0) ack 1'
    holds(`tolerance 1ms\n${late}`)
    holds(`tolerance 500us\n${late}`)
    holds(`tolerance 500us\n${late.replace('+2', '+1.9995')}`)
    holds(`tolerance 1ms\n${late.replace('0.9995', '1.0005')}\nstate SYN-RECEIVED`)
    expect(play(`tolerance 499us\n${late}`)).toMatchObject({ line: 5 })
    expect(play(late)).toMatchObject({ line: 4, seen: 'nothing until 1.000000 > S. 0:0(0) ack 1 win 64240 <mss 1460>' })
  })

  it('icmp: errors about the last segment of the flow', () => {
    holds('connect 80\n> S 0:0(0)\nicmp port-unreachable\nstate CLOSED\nerror ECONNREFUSED')
    holds('connect 80\n> S 0:0(0)\nicmp host-unreachable\nstate SYN-SENT\n+1 > S 0:0(0)')
    holds(`${OPEN} write 1000\n> P. 1:1001(1000) ack 1\nicmp packet-too-big 640
      > . 1:601(600) ack 1\n> P. 601:1001(400) ack 1\ntcpinfo tcpi_pmtu 640`)
    expect(play('icmp prohibited')).toMatchObject({ expected: 'a packet to report', seen: 'nothing was sent yet' })
    expect(play('connect 80\n> S 0:0(0)\nicmp host-unreachable\n> S 0:0(0)')?.before.at(-1)).toBe(
      '0.000000 < icmp host-unreachable',
    )
  })

  it('ip 6: segments, connections and ICMP errors are those of IPv6', () => {
    holds(`ip 6\n${OPEN} write 100\n> P. 1:101(100) ack 1\n< P. 1:51(50) ack 101\n> . 101:101(0) ack 51\nread 50`)
    // 20 bytes less than over IPv4.
    holds('ip 6\nlisten 80\n< S 0:0(0)\n> S. 0:0(0) ack 1 <mss 1440>')
    holds('ip 4\nlisten 80\n< S 0:0(0)\n> S. 0:0(0) ack 1 <mss 1460>')
    holds('ip 6\nconnect 80\n> S 0:0(0)\n< S. 0:0(0) ack 1 win 1000\n> . 1:1(0) ack 1\nstate ESTABLISHED')
    holds('ip 6\nconnect 80\n> S 0:0(0)\nicmp port-unreachable\nstate CLOSED\nerror ECONNREFUSED')
    // EHOSTUNREACH over IPv4.
    holds('ip 6\nconnect 80\n> S 0:0(0)\nicmp prohibited\nstate CLOSED\nerror EACCES')
    const soft = {
      'network-unreachable': 'ENETUNREACH',
      'host-unreachable': 'EHOSTUNREACH',
      'time-exceeded': 'EHOSTUNREACH',
      'protocol-unreachable': 'EPROTO',
    }
    for (const [name, error] of Object.entries(soft)) {
      holds(`ip 6\nset tcp_syn_retries 1\nconnect 80\n> S 0:0(0)\nicmp ${name}\nstate SYN-SENT
        +1 > S 0:0(0)\n+2 state CLOSED\nerror ${error}`)
    }
    holds(`ip 6\nlisten 80\n< S 0:0(0) <mss 1440>\n> S. 0:0(0) ack 1\n+0.1 < . 1:1(0) ack 1\naccept\nwrite 1400
      > P. 1:1401(1400) ack 1\nicmp packet-too-big 1280\n> . 1:1221(1220) ack 1\n> P. 1221:1401(180) ack 1
      tcpinfo tcpi_pmtu 1280`)
  })

  it('protocol-unreachable: hard over IPv4', () => {
    holds('connect 80\n> S 0:0(0)\nicmp protocol-unreachable\nstate CLOSED\nerror ECONNREFUSED')
  })

  it('timestamps of the host count from its first', () => {
    holds(`listen 80\n< S 0:0(0) <mss 1000,TS val 700 ecr 0>\n> S. 0:0(0) ack 1 <mss 1460,TS val 0 ecr 700>
      +0.1 < . 1:1(0) ack 1 <TS val 800 ecr 0>\naccept\ntcpinfo tcpi_rtt 100000
      +0.2 write 1\n> P. 1:2(1) ack 1 <TS val 300 ecr 800>\n+0.05 < . 1:1(0) ack 2 <TS val 900 ecr 300>`)
  })

  it('marks of ECN go both ways', () => {
    holds(`set tcp_ecn 1\nlisten 80\n< SEW 0:0(0)\n> S.E 0:0(0) ack 1\n< . 1:1(0) ack 1\naccept
      < P. 1:2(1) ack 1 [ce]\n> .E 1:1(0) ack 2\nwrite 1\n> P.E 1:2(1) ack 2 [ect0]`)
  })
})

describe('failures', () => {
  const opened = (text: string) => play(OPEN + text)

  it('another segment than expected', () => {
    expect(opened('+0.1 write 10\n> P. 1:12(11) ack 1')).toEqual({
      line: NEXT + 1,
      text: '> P. 1:12(11) ack 1',
      at: 200_000,
      expected: '0.200000 > P. 1:12(11) ack 1',
      seen: '0.200000 > P. 1:11(10) ack 1 win 64240',
      before: [
        '0.000000 < S 0:0(0) win 32792 <mss 1000>',
        '0.000000 > S. 0:0(0) ack 1 win 64240 <mss 1460>',
        '0.100000 < . 1:1(0) ack 1 win 32792',
        '0.200000 > P. 1:11(10) ack 1 win 64240',
      ],
    })
  })

  it('a segment too early, and one that never comes', () => {
    expect(opened('write 10\n+0.1 > P. 1:11(10) ack 1')).toMatchObject({
      line: NEXT + 1,
      expected: '0.200000 > P. 1:11(10) ack 1',
      seen: '0.100000 > P. 1:11(10) ack 1 win 64240',
    })
    expect(opened('> P. 1:11(10) ack 1')).toMatchObject({ line: NEXT, seen: 'nothing' })
  })

  it('a segment that nobody expects: before a call, before the next of the peer, at the end', () => {
    const surplus = { expected: 'nothing', seen: '0.100000 > P. 1:11(10) ack 1 win 64240' }
    expect(opened('write 10\n+0 write 10')).toMatchObject({ line: NEXT + 1, ...surplus })
    expect(opened('write 10\n+1 < . 1:1(0) ack 11')).toMatchObject({ line: NEXT + 1, ...surplus })
    expect(opened('write 10\nstate ESTABLISHED')).toMatchObject({ line: NEXT + 1, ...surplus })
  })

  it('expect-nothing, and nothing later is shown', () => {
    const failure = opened('write 10\n> P. 1:11(10) ack 1\nexpect-nothing 60')
    expect(failure).toMatchObject({ line: NEXT + 2, expected: 'nothing', at: 100_000 })
    expect(failure?.before.at(-1)).toBe(`${failure?.seen}`)
    holds(`${OPEN} write 10\n> P. 1:11(10) ack 1\nexpect-nothing 0.2`)
    expect(opened('expect-nothing 1\n+1 state CLOSED')).toMatchObject({ at: 2_100_000 })
  })

  it('a segment of another conversation', () => {
    expect(opened('write 10\nflow 40001\n> P. 1:11(10) ack 1')).toMatchObject({
      seen: expect.stringMatching(/> 80 > 40000: P\. 1:11\(10\)/),
    })
  })

  it('what a call returns', () => {
    expect(opened('read 5')).toMatchObject({ line: NEXT, expected: 'read 5', seen: 'read EAGAIN' })
    expect(opened('write 5 = EPIPE')).toMatchObject({ expected: 'write EPIPE', seen: 'write 5' })
    expect(play('close')).toMatchObject({ line: 1, seen: 'close EBADF' })
    expect(play('accept')).toMatchObject({ seen: 'accept EINVAL' })
  })

  it('a state, an error, a field of TCP_INFO', () => {
    expect(opened('state CLOSE-WAIT')).toMatchObject({ expected: 'state CLOSE-WAIT', seen: 'state ESTABLISHED' })
    expect(opened('error ECONNRESET')).toMatchObject({ expected: 'error ECONNRESET', seen: 'error none' })
    expect(opened('tcpinfo tcpi_snd_cwnd 11')).toMatchObject({ expected: 'tcpi_snd_cwnd 11', seen: 'tcpi_snd_cwnd 10' })
    expect(opened('tcpinfo tcpi_snd_cnwd 10')?.seen).toBe(
      'there is no field tcpi_snd_cnwd: did you mean tcpi_snd_cwnd?',
    )
    expect(play('tcpinfo tcpi_snd_cwnd 10')).toMatchObject({ expected: 'a socket' })
  })

  it('is shown with expected beside seen, or one below the other where that is too wide', () => {
    const failure = opened('state CLOSE-WAIT')
    if (failure === null) throw new Error('it held')
    expect(describeFailure(failure).split('\n').slice(-2)).toEqual([
      '    expected           seen',
      '    state CLOSE-WAIT   state ESTABLISHED',
    ])
    expect(describeFailure(failure, 39).split('\n').slice(-2)).toEqual([
      '    expected  state CLOSE-WAIT',
      '    seen      state ESTABLISHED',
    ])
  })

  it('a script with a bad line is not run', () => {
    expect(() => runScript(readScript('state OPEN'))).toThrow(/^line 1: state OPEN: there is no state OPEN/)
  })
})

it('is the same with any seed', () => {
  const script = readScript(`${OPEN} connect 90\n> S 0:0(0) <mss 1460,sackOK,TS val 0 ecr 0,wscale 7>`)
  for (let seed = 0; seed < 20; seed += 1) expect(runScript(script, { seed })).toBeNull()
})
