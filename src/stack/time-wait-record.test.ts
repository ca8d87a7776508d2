import { describe, expect, it } from 'vitest'
import { SECOND } from '../tcp/config.ts'
import { NOT_ECT } from '../wire/packet.ts'
import { ACK, FIN, RST, SYN, TcpSegment } from '../wire/tcp.ts'
import { late, names, RCV_NXT, SND_NXT, TS_RECENT, Wait, waiting } from './time-wait.testkit.ts'
import { nextIsn } from './time-wait-record.ts'

const OLD = { tsVal: TS_RECENT - 1 }
const NO_STAMP = { hasTimestamps: false }

describe('TimeWait.receive (RFC 9293, 3.10.7.4; Linux: tcp_timewait_state_process)', () => {
  it.each([
    ['a bare ACK in place', ACK, {}, 'ignore', true],
    ['a RST in place', RST, NO_STAMP, 'reset', false],
    ['a RST,ACK in place', RST | ACK, {}, 'reset', false],
    ['a RST elsewhere', RST, { seq: RCV_NXT + 1, ...NO_STAMP }, 'ignore', false],
    ['a RST of the past', RST, OLD, 'ignore', false],
    ['the FIN again', FIN | ACK, { seq: RCV_NXT - 1 }, 'acknowledge', true],
    ['data again', ACK, { seq: RCV_NXT - 100, payloadLength: 100 }, 'acknowledge', true],
    ['a bare ACK elsewhere', ACK, { seq: RCV_NXT - 10 }, 'acknowledge', true],
    ['a bare ACK of the past', ACK, OLD, 'acknowledge', true],
    ['data beyond the FIN', ACK, { payloadLength: 10 }, 'acknowledge', true],
    ['a SYN that is newer by its number', SYN, { seq: RCV_NXT + 1, ...NO_STAMP }, 'reopen', false],
    ['a SYN that is newer by its timestamp', SYN, { seq: RCV_NXT - 1000 }, 'reopen', false],
    ['a SYN that is newer by number, older by time', SYN, { seq: RCV_NXT + 1, ...OLD }, 'acknowledge', true],
    ['an old SYN', SYN, { seq: RCV_NXT, ...NO_STAMP }, 'acknowledge', false],
    ['a SYN,ACK', SYN | ACK, { seq: RCV_NXT + 1 }, 'acknowledge', true],
    ['a segment without flags', 0, { seq: RCV_NXT + 1 }, 'acknowledge', false],
  ])('%s', (_name, flags, fields, verdict, restarts) => {
    const wait = Wait.one()
    expect(wait.receive(late(flags, fields), 30 * SECOND)).toBe(verdict)
    expect(wait.entry().until).toBe(restarts ? 90 * SECOND : 60 * SECOND)
    expect(wait.table.next).toBe(restarts ? 90 * SECOND : 60 * SECOND)
  })

  it('without timestamps only the sequence number tells a new SYN', () => {
    const wait = Wait.one({}, false)
    expect(wait.receive(late(SYN, { seq: RCV_NXT - 1000 }), 0)).toBe('acknowledge')
    expect(wait.receive(late(SYN, { seq: RCV_NXT + 1000 }), 0)).toBe('reopen')
  })

  it('MAY-2, RFC 6191, 2: a SYN is newer by its timestamp, whatever its number; equal ones leave it to the number', () => {
    const wait = Wait.one()
    const same = { tsVal: TS_RECENT }
    expect(wait.receive(late(SYN, { seq: RCV_NXT - 2 ** 30, tsVal: TS_RECENT + 1 }), 0)).toBe('reopen')
    expect(wait.receive(late(SYN, { seq: RCV_NXT + 1, ...same }), 0)).toBe('reopen')
    expect(wait.receive(late(SYN, { seq: RCV_NXT, ...same }), 0)).toBe('acknowledge')
  })

  it('RFC 7323, 5.3: what has an old timestamp is counted; one that has a 0 after a 0 is not old', () => {
    const wait = Wait.one()
    wait.receive(late(ACK, OLD), 0)
    wait.receive(late(RST, OLD), 0)
    expect(wait.counters.PAWSTimewait).toBe(2)
    const clockless = new Wait()
    const tcb = waiting(0)
    tcb.tsRecent = 0
    clockless.table.add(names(), tcb, 0)
    expect(clockless.receive(late(RST, { tsVal: 0xffff_fff0 }), 0)).toBe('reset')
  })

  it('a RST of the past counts once the last timestamp is 60 seconds old (Linux: TCP_PAWS_MSL)', () => {
    const wait = Wait.one({ tcp_timewait_len: 240 })
    wait.receive(late(FIN | ACK, { seq: RCV_NXT - 1 }), 30 * SECOND)
    expect(wait.receive(late(RST, OLD), 60 * SECOND - 1000)).toBe('ignore')
    expect(wait.receive(late(RST, OLD), 60 * SECOND)).toBe('reset')
  })

  it('RFC 5961, 7: what may bounce for ever is answered twice a second at most, text always', () => {
    const wait = Wait.one()
    const stray = late(ACK, { seq: RCV_NXT - 10 })
    const verdicts = [0, 1, 499_999, 500_000].map((now) => wait.receive(stray, now))
    expect(verdicts).toEqual(['acknowledge', 'ignore', 'ignore', 'acknowledge'])
    expect(wait.counters.TCPACKSkippedTimeWait).toBe(2)
    const fin = late(FIN | ACK, { seq: RCV_NXT - 1 })
    expect([wait.receive(fin, 500_001), wait.receive(fin, 500_002)]).toEqual(['acknowledge', 'acknowledge'])
    wait.config.tcp_invalid_ratelimit_us = 0
    expect(wait.receive(stray, 500_003)).toBe('acknowledge')
  })

  it('what is not answered restarts the wait all the same', () => {
    const wait = Wait.one()
    const stray = late(ACK, { seq: RCV_NXT - 10 })
    wait.receive(stray, 10 * SECOND)
    expect(wait.receive(stray, 10 * SECOND + 1)).toBe('ignore')
    expect(wait.table.next).toBe(70 * SECOND + 1)
  })

  it('RFC 1337, 3: with tcp_rfc1337 a RST does not end the wait, nor prolong it, and may be told so at any time', () => {
    const wait = Wait.one({ tcp_rfc1337: true })
    for (const flags of [RST, RST | ACK]) expect(wait.receive(late(flags, NO_STAMP), 30 * SECOND)).toBe('ignore')
    expect([wait.table.size, wait.table.next]).toEqual([1, 60 * SECOND])
    wait.config.tcp_rfc1337 = false
    expect(wait.receive(late(RST, NO_STAMP), 30 * SECOND)).toBe('reset')
  })

  it('writes the last ACK again, with the newest timestamp heard', () => {
    const wait = Wait.one()
    wait.receive(late(ACK, { tsVal: TS_RECENT + 33 }), 0)
    const out = new TcpSegment()
    wait.entry().lastAck(out, 2 * SECOND)
    expect(out).toMatchObject({ sourcePort: 1, destinationPort: 2, flags: ACK, seq: SND_NXT, ack: RCV_NXT })
    expect(out).toMatchObject({ window: 500, hasTimestamps: true, tsVal: 2050, tsEcr: TS_RECENT + 33, ecn: NOT_ECT })
  })

  it('what is not in place is not remembered', () => {
    const wait = Wait.one()
    wait.receive(late(FIN | ACK, { seq: RCV_NXT - 1, tsVal: TS_RECENT + 33 }), SECOND)
    expect(wait.entry()).toMatchObject({ tsRecent: TS_RECENT, tsRecentAt: 0 })
    wait.receive(late(ACK, { tsVal: TS_RECENT + 33 }), 2 * SECOND)
    expect(wait.entry()).toMatchObject({ tsRecent: TS_RECENT + 33, tsRecentAt: 2 * SECOND })
  })

  it('MAY-2: the next incarnation begins beyond what this one used', () => {
    expect(nextIsn(100)).toBe(100 + 65_537)
    expect(nextIsn(0xffff_ffff)).toBe(65_536)
  })

  it('is a flow to probes', () => {
    const entry = Wait.one().entry()
    const { state, localAddress, localPort, remoteAddress, remotePort } = entry
    expect([state, localAddress, localPort]).toEqual(['TIME-WAIT', '10.0.0.1', 1])
    expect([remoteAddress, remotePort]).toEqual(['10.0.0.2', 2])
  })
})
