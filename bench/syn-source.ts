import { openTun } from '../src/adapter/tun/index.ts'
import { HEADROOM, Packet } from '../src/wire/packet.ts'
import { SynForge } from './syn-storm.ts'

/*
 * A flood of forged SYNs, run inside a network namespace that forwards: they come in by a TUN device of its own.
 * Arguments: ADDRESS PORT RATE; RATE is in SYNs per second, 0 = as many as it can. Writes 'ready', begins at a line of
 * standard input, ends at the next, and writes 'sent COUNT MILLISECONDS'.
 */

const [, , address = '', port = '', rate = '0'] = process.argv
/** SYNs between two looks at the clock. */
const BATCH = 64

const octets = address.split('.').map(Number)
const forge = new SynForge(Buffer.from(octets).readUInt32BE(0), Number(port), process.pid)
const device = openTun({ name: 'storm0', offload: false })
await device.configure({ address: '10.8.0.1/32' })
const packet = new Packet()

function send(): void {
  const room = device.claim()
  if (room === null) throw new Error('the device is gone')
  forge.next(packet)
  room.set(packet.bytes.subarray(packet.start, packet.end), HEADROOM)
  packet.end += HEADROOM - packet.start
  packet.start = HEADROOM
  packet.bytes = room
  device.transmit(packet)
}

function fire(): void {
  const start = performance.now()
  let sent = 0
  let over = false
  const turn = () => {
    const elapsed = performance.now() - start
    const due = Number(rate) > 0 ? (elapsed * Number(rate)) / 1000 : sent + BATCH
    for (; sent < due; sent += 1) send()
    if (!over) setImmediate(turn)
    else process.stdout.write(`sent ${sent} ${Math.round(elapsed)}\n`, () => process.exit(0))
  }
  process.stdin.once('data', () => {
    over = true
  })
  turn()
}

process.stdin.once('data', fire)
process.stdout.write('ready\n')
