import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isArc } from '../tcp/states.ts'
import { TcpSegment } from '../wire/tcp.ts'
import { ipHeader } from './ladder.testkit.ts'
import { parseSegment } from './notation.ts'
import { ConnectionObserver, type Observation } from './observer.ts'

const BASE = { C: { seq: 1000, ack: 5000 }, S: { seq: 5000, ack: 1000 } } as const

/** Segments between a client, C, and a server, S, numbered from 0 on either side; times in milliseconds. */
class Wire {
  readonly observer = new ConnectionObserver()

  see(time: number, from: 'C' | 'S', notation: string, ports: readonly [number, number] = [4000, 80]): Observation {
    const segment = new TcpSegment()
    if (!parseSegment(notation, segment, { base: BASE[from] })) throw new Error(notation)
    segment.sourcePort = ports[from === 'C' ? 0 : 1]
    segment.destinationPort = ports[from === 'C' ? 1 : 0]
    const ip = from === 'C' ? ipHeader('10.0.0.1', '10.0.0.2') : ipHeader('10.0.0.2', '10.0.0.1')
    const seen = this.observer.see(time * 1000, ip, segment)
    if (seen === null) throw new Error('not followed')
    return seen
  }

  marks(time: number, from: 'C' | 'S', notation: string): string {
    return this.see(time, from, notation).marks.join(', ')
  }

  /** 'C SYN-SENT' for each move: the client is end 0. */
  moves(time: number, from: 'C' | 'S', notation: string): string {
    return said(this.see(time, from, notation))
  }

  /** The handshake, of 20 ms; `options` in both SYNs. */
  open(options = 'mss 1460,wscale 0'): this {
    this.see(0, 'C', `S 0:0(0) win 60000 <${options}>`)
    this.see(10, 'S', `S. 0:0(0) ack 1 win 60000 <${options}>`)
    this.see(20, 'C', '. 1:1(0) ack 1 win 10000')
    return this
  }
}

function said({ moves }: Observation): string {
  return moves.map(({ end, to }) => `${end === 0 ? 'C' : 'S'} ${to}`).join(', ')
}

describe('states', () => {
  it('follow a connection from the handshake to TIME-WAIT, each move with the segment that shows it', () => {
    const wire = new Wire()
    expect(wire.moves(0, 'C', 'S 0:0(0) win 60000')).toBe('C SYN-SENT')
    expect(wire.moves(10, 'S', 'S. 0:0(0) ack 1 win 60000')).toBe('S SYN-RECEIVED')
    expect(wire.moves(20, 'C', '. 1:1(0) ack 1 win 10000')).toBe('C ESTABLISHED, S ESTABLISHED')
    expect(wire.moves(30, 'C', 'F. 1:11(10) ack 1 win 10000')).toBe('C FIN-WAIT-1')
    expect(wire.moves(40, 'S', '. 1:1(0) ack 12 win 10000')).toBe('S CLOSE-WAIT, C FIN-WAIT-2')
    expect(wire.moves(50, 'S', 'F. 1:1(0) ack 12 win 10000')).toBe('S LAST-ACK')
    const last = wire.see(60, 'C', '. 12:12(0) ack 2 win 10000')
    expect(last.moves).toEqual([
      { time: 60_000, end: 0, from: 'FIN-WAIT-2', to: 'TIME-WAIT' },
      { time: 60_000, end: 1, from: 'LAST-ACK', to: 'CLOSED' },
    ])
    expect(last.connection).toMatchObject({
      id: 0,
      incarnation: 1,
      ends: [
        { address: '10.0.0.1', port: 4000, state: 'TIME-WAIT' },
        { address: '10.0.0.2', port: 80, state: 'CLOSED' },
      ],
      begin: 0,
      last: 60_000,
      segments: 7,
      bytes: 10,
    })
  })

  it('RFC 9293, 3.6, figure 13: both close at once, seen beside either end', () => {
    const beside = (...order: ['C' | 'S', string][]) => {
      const wire = new Wire().open()
      return order.map(([from, notation], i) => wire.moves(30 + i, from, notation)).filter((text) => text !== '')
    }
    const [fin, answer] = ['F. 1:1(0) ack 1 win 9', '. 2:2(0) ack 2 win 9']
    const near = beside(['C', fin], ['S', fin], ['C', answer], ['S', answer])
    expect(near).toEqual(['C FIN-WAIT-1', 'S FIN-WAIT-1', 'C CLOSING', 'S CLOSING, S TIME-WAIT, C TIME-WAIT'])
    // The server's answer passes before the client has shown that it has the server's FIN.
    const far = beside(['S', fin], ['C', fin], ['S', answer], ['C', answer])
    expect(far).toEqual(['S FIN-WAIT-1', 'C FIN-WAIT-1', 'S CLOSING', 'C CLOSING, C TIME-WAIT, S TIME-WAIT'])
  })

  it('go to TIME-WAIT at once where the FIN comes with the acknowledgment of ours', () => {
    const wire = new Wire().open()
    wire.see(30, 'C', 'F. 1:1(0) ack 1 win 9')
    expect(wire.moves(40, 'S', 'F. 1:1(0) ack 2 win 9')).toBe('S CLOSE-WAIT, S LAST-ACK')
    expect(wire.moves(50, 'C', '. 2:2(0) ack 2 win 9')).toBe('C TIME-WAIT, S CLOSED')
  })

  it('RFC 9293, 3.5, figure 8: both open at once', () => {
    const wire = new Wire()
    expect(wire.moves(0, 'C', 'S 0:0(0) win 9')).toBe('C SYN-SENT')
    expect(wire.moves(1, 'S', 'S 0:0(0) win 9')).toBe('S SYN-SENT')
    const both = wire.see(2, 'C', 'S. 0:0(0) ack 1 win 9')
    expect([said(both), both.marks]).toEqual(['C SYN-RECEIVED', []])
    expect(wire.moves(3, 'S', 'S. 0:0(0) ack 1 win 9')).toBe('S SYN-RECEIVED, S ESTABLISHED, C ESTABLISHED')
  })

  it('end by a RST at the number that is awaited, and by no other', () => {
    const wire = new Wire().open()
    expect(wire.moves(30, 'S', 'R 500:500(0) win 0')).toBe('')
    wire.see(31, 'C', 'P. 1:101(100) ack 1 win 10000')
    expect(wire.moves(32, 'S', 'R. 1:1(0) ack 101 win 0')).toBe('S CLOSED, C CLOSED')
    const refused = new Wire()
    refused.see(0, 'C', 'S 0:0(0) win 9')
    expect(refused.moves(1, 'S', 'R. 4294962296:4294962296(0) ack 1 win 0')).toBe('C CLOSED')
  })

  it('RFC 9293, 3.5.2: an end that opens answers another connection by a RST, and goes on', () => {
    const wire = new Wire()
    wire.see(0, 'C', 'S 0:0(0) win 9')
    wire.see(1, 'S', '. 777:777(0) ack 333 win 9')
    expect(wire.moves(2, 'C', 'R 333:333(0) win 0')).toBe('S CLOSED')
    expect(wire.moves(1000, 'C', 'S 0:0(0) win 9')).toBe('')
  })

  it('begin where the capture does', () => {
    const wire = new Wire()
    expect(wire.moves(0, 'C', 'P. 700:710(10) ack 300 win 9')).toBe('C ESTABLISHED')
    expect(wire.moves(1, 'C', 'F. 710:710(0) ack 300 win 9')).toBe('C FIN-WAIT-1')
    expect(wire.moves(2, 'S', '. 300:300(0) ack 711 win 9')).toBe('S ESTABLISHED, S CLOSE-WAIT, C FIN-WAIT-2')
    const answer = new Wire()
    expect(answer.see(0, 'S', 'S. 0:0(0) ack 1 win 9').sender).toBe(1)
    expect(answer.moves(1, 'C', '. 1:1(0) ack 1 win 9')).toBe('C ESTABLISHED, S ESTABLISHED')
  })

  it('are those of another connection behind a SYN of another number, unless that was a stray', () => {
    const wire = new Wire().open()
    const fin = 'F. 1:1(0) ack 1 win 9'
    for (const each of [wire.see(30, 'C', fin), wire.see(31, 'S', 'F. 1:1(0) ack 2 win 9')])
      expect(each.marks).toEqual([])
    wire.see(32, 'C', '. 2:2(0) ack 2 win 9')
    const again = wire.see(40, 'C', 'S 90000:90000(0) win 9')
    expect(again).toMatchObject({ marks: ['reused port'], connection: { id: 1, incarnation: 2, segments: 1 } })
    expect(said(again)).toBe('C SYN-SENT')
    expect(wire.moves(41, 'S', 'S. 70000:70000(0) ack 90001 win 9')).toBe('S SYN-RECEIVED')

    const live = new Wire().open()
    expect(live.see(30, 'C', 'S 90000:90000(0) win 9').connection.id).toBe(1)
    expect(live.see(31, 'S', '. 1:1(0) ack 1 win 9').connection.ends[1].state).toBe('ESTABLISHED')
    expect(live.see(32, 'C', 'P. 1:11(10) ack 1 win 9').connection).toMatchObject({ id: 0, ends: [{}, {}] })
    expect(live.moves(33, 'S', 'F. 1:1(0) ack 11 win 9')).toBe('S FIN-WAIT-1')
  })

  it('do not change by what cannot be of the connection', () => {
    const wire = new Wire().open()
    const forged = wire.see(30, 'S', 'F. 3000000:3000000(0) ack 1 win 9')
    expect([forged.moves, forged.marks]).toEqual([[], []])
    expect(wire.marks(31, 'S', '. 1:101(100) ack 1 win 9')).toBe('')
  })
})

describe('marks', () => {
  it('tell retransmissions from what was overtaken, by timestamps or time', () => {
    const wire = new Wire().open()
    wire.see(30, 'C', '. 1:101(100) ack 1 win 10000')
    expect(wire.marks(31, 'C', '. 201:301(100) ack 1 win 10000')).toBe('previous segment lost')
    expect(wire.marks(32, 'C', '. 101:201(100) ack 1 win 10000')).toBe('out-of-order')
    expect(wire.marks(33, 'C', '. 401:501(100) ack 1 win 10000')).toBe('previous segment lost')
    expect(wire.marks(90, 'C', '. 301:401(100) ack 1 win 10000')).toBe('retransmission')
    expect(wire.marks(91, 'C', '. 301:401(100) ack 1 win 10000')).toBe('retransmission')
    const stamped = new Wire().open()
    const data = (range: string, stamp: number) => `. ${range}(100) ack 1 win 9 <TS val ${stamp} ecr 1>`
    stamped.see(30, 'C', data('1:101', 50))
    stamped.see(31, 'C', data('201:301', 52))
    expect(stamped.marks(90, 'C', data('101:201', 51))).toBe('out-of-order')
    stamped.see(91, 'C', data('401:501', 60))
    expect(stamped.marks(92, 'C', data('301:401', 61))).toBe('retransmission')
  })

  it('tell the first retransmission of what duplicates have asked for', () => {
    const wire = new Wire().open()
    for (const range of ['1:101', '201:301', '301:401']) wire.see(30, 'C', `. ${range}(100) ack 1 win 10000`)
    const duplicate = '. 1:1(0) ack 101 win 60000'
    expect(wire.marks(40, 'S', duplicate)).toBe('')
    expect([wire.marks(41, 'S', duplicate), wire.marks(42, 'S', duplicate)]).toEqual(['duplicate ack', 'duplicate ack'])
    expect(wire.marks(80, 'C', '. 101:201(100) ack 1 win 10000')).toBe('fast retransmission')
    expect(wire.marks(400, 'C', '. 101:201(100) ack 1 win 10000')).toBe('retransmission')
  })

  it('tell windows: zero, full, updated, and the probes of a closed one', () => {
    const wire = new Wire().open('mss 1460,wscale 2')
    expect(wire.marks(30, 'S', '. 1:1(0) ack 1 win 250')).toBe('window update')
    expect(wire.marks(31, 'C', '. 1:1001(1000) ack 1 win 10000')).toBe('window full')
    expect(wire.marks(32, 'S', '. 1:1(0) ack 1001 win 0')).toBe('zero window')
    expect(wire.marks(40, 'C', '. 1000:1000(0) ack 1 win 10000')).toBe('zero window probe')
    expect(wire.marks(41, 'S', '. 1:1(0) ack 1001 win 0')).toBe('zero window')
    expect(wire.marks(50, 'C', '. 1001:1002(1) ack 1 win 10000')).toBe('zero window probe')
    expect(wire.marks(51, 'S', '. 1:1(0) ack 1001 win 250')).toBe('window update')
    // Nobody knows the scale of a connection whose SYNs were not seen.
    const later = new Wire()
    later.see(0, 'S', '. 1:1(0) ack 1 win 250')
    expect(later.marks(1, 'C', '. 1:251(250) ack 1 win 10000')).toBe('')
  })

  it('tell keepalives and their answers from the last byte again', () => {
    const wire = new Wire().open()
    wire.see(30, 'C', '. 1:101(100) ack 1 win 10000')
    expect(wire.marks(31, 'C', '. 100:101(1) ack 1 win 10000')).toBe('retransmission')
    wire.see(40, 'S', '. 1:1(0) ack 101 win 60000')
    expect(wire.marks(7000, 'C', '. 100:100(0) ack 1 win 10000')).toBe('keepalive')
    expect(wire.marks(7010, 'S', '. 1:1(0) ack 101 win 60000')).toBe('keepalive ack')
    expect(wire.marks(8000, 'C', '. 100:101(1) ack 1 win 10000')).toBe('keepalive')
  })

  it('tell SYN and FIN that come again', () => {
    const wire = new Wire()
    wire.see(0, 'C', 'S 0:0(0) win 60000')
    expect(wire.marks(1000, 'C', 'S 0:0(0) win 60000')).toBe('retransmission')
    wire.see(1010, 'S', 'S. 0:0(0) ack 1 win 60000')
    wire.see(1020, 'C', 'F. 1:1(0) ack 1 win 60000')
    expect(wire.marks(1300, 'C', 'F. 1:1(0) ack 1 win 60000')).toBe('retransmission')
  })
})

describe('ConnectionObserver', () => {
  it('follows 10,000 pairs of ports, and counts the segments of others', () => {
    const { observer } = new Wire()
    const segment = new TcpSegment()
    const ip = ipHeader('2001:db8::1', '2001:db8::2')
    let followed = 0
    for (let port = 1; port <= 10_005; port += 1) {
      segment.sourcePort = port
      segment.destinationPort = 80
      if (observer.see(port, ip, segment) !== null) followed += 1
    }
    expect([followed, observer.segmentsNotFollowed]).toEqual([10_000, 5])
    segment.sourcePort = 7
    expect(observer.see(0, ip, segment)?.connection.ends[0].address).toBe('2001:db8::1')
  })

  it('moves ends along arcs alone, one after the other, whatever passes', () => {
    const number = fc.oneof(fc.nat(6), fc.constantFrom(50, 60_000, 0x8000_0000, 0xffff_ffff), fc.nat(0xffff_ffff))
    const any = fc.record({
      client: fc.boolean(),
      // FIN, SYN, RST and ACK in any combination.
      flags: fc.nat(0x17),
      seq: number,
      ack: number,
      payloadLength: fc.constantFrom(0, 0, 1, 2, 50),
      window: fc.constantFrom(0, 9, 65_535),
      windowScale: fc.constantFrom(-1, 0, 255),
      hasTimestamps: fc.boolean(),
      sackCount: fc.nat(1),
    })
    fc.assert(
      fc.property(fc.array(any, { maxLength: 60 }), (list) => {
        const observer = new ConnectionObserver()
        list.forEach(({ client, ...fields }, time) => {
          const ports = client ? { sourcePort: 1, destinationPort: 2 } : { sourcePort: 2, destinationPort: 1 }
          const segment = Object.assign(new TcpSegment(), fields, ports)
          const ip = client ? ipHeader('10.0.0.1', '10.0.0.2') : ipHeader('10.0.0.2', '10.0.0.1')
          const seen = observer.see(time, ip, segment)
          if (seen === null) throw new Error('not followed')
          const { connection, moves, sender } = seen
          expect(connection.ends[sender].port).toBe(ports.sourcePort)
          for (const { from, to } of moves) expect(from === '' || isArc(from, to), `${from} > ${to}`).toBe(true)
          for (const end of [0, 1] as const) {
            const own = moves.filter((move) => move.end === end)
            for (const [i, { from }] of own.entries()) if (i > 0 && from !== 'LISTEN') expect(from).toBe(own[i - 1]?.to)
            if (own.length > 0) expect(connection.ends[end].state).toBe(own.at(-1)?.to)
          }
        })
      }),
      { numRuns: 2000 },
    )
  })

  it('tells ends with the same port by their addresses', () => {
    const wire = new Wire()
    expect(said(wire.see(0, 'C', 'S 0:0(0) win 9', [179, 179]))).toBe('C SYN-SENT')
    expect(said(wire.see(1, 'S', 'S. 0:0(0) ack 1 win 9', [179, 179]))).toBe('S SYN-RECEIVED')
  })
})
