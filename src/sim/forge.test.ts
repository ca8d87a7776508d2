import { describe, expect, it } from 'vitest'
import { Address } from '../wire/address.ts'
import { parseAddress } from '../wire/address-text.ts'
import { fold, pseudoHeaderSum, sum } from '../wire/checksum.ts'
import { PROTOCOL_TCP } from '../wire/packet.ts'
import { ACK, FIN, RST, SYN } from '../wire/tcp.ts'
import { resetFor } from './answers.ts'
import { forge } from './forge.ts'
import { WirePacket } from './wire-packet.ts'

describe('a forged segment', () => {
  it.each([
    ['10.0.0.1', '10.0.0.2'],
    ['fd00::1', 'fd00::2'],
  ])('from %s says what it was told to, with checksums in order', (from, to) => {
    const payload = new Uint8Array([1, 2, 3])
    const options = { sourcePort: 1234, destinationPort: 80, seq: 0xffff_ffff, ack: 7, flags: 0x18, payload }
    const packet = new WirePacket(forge({ from, to, ...options }))
    const { ip, tcp } = packet
    expect(ip?.source).toEqual(parseAddress(from))
    expect(ip?.destination).toEqual(parseAddress(to))
    expect(tcp).toMatchObject({ sourcePort: 1234, destinationPort: 80, seq: 0xffff_ffff, ack: 7, flags: 0x18 })
    expect(tcp?.window).toBe(65_535)
    const { payloadStart = 0, payloadLength = 0 } = tcp ?? {}
    expect(packet.bytes.slice(payloadStart, payloadStart + payloadLength)).toEqual(payload)
    const none = new Address()
    const { source = none, destination = none, payloadStart: start = 0, payloadLength: length = 0 } = ip ?? {}
    const pseudo = pseudoHeaderSum(source, destination, PROTOCOL_TCP, length)
    expect(fold(sum(packet.bytes, start, length, pseudo))).toBe(0xffff)
  })

  it('is refused between what are no addresses of one family', () => {
    expect(() => forge({ from: '10.0.0.1', to: 'fd00::1' })).toThrow('no two addresses of one family')
    expect(() => forge({ from: '10.0.0', to: '10.0.0.1' })).toThrow(TypeError)
  })
})

describe('an RST in answer', () => {
  it('RFC 9293, 3.10.7.1: is given to a segment, and not to an RST', () => {
    const way = { from: '10.0.0.1', to: '10.0.0.2', sourcePort: 1, destinationPort: 2 }
    const answer = (flags: number) => {
      const bytes = resetFor(new WirePacket(forge({ ...way, seq: 100, ack: 7, flags, payload: new Uint8Array(3) })))
      const tcp = bytes === null ? null : new WirePacket(bytes).tcp
      return tcp === null ? null : [tcp.sourcePort, tcp.destinationPort, tcp.flags, tcp.seq, tcp.ack]
    }
    expect(answer(SYN)).toEqual([2, 1, RST | ACK, 0, 104])
    expect(answer(FIN)).toEqual([2, 1, RST | ACK, 0, 104])
    expect(answer(ACK)?.slice(0, 4)).toEqual([2, 1, RST, 7])
    expect([answer(RST), answer(RST | ACK)]).toEqual([null, null])
  })
})
