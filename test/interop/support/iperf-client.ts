import { ByteStream } from '../../../src/socket/byte-stream.ts'
import { connect } from '../../../src/socket/stream-socket.ts'
import type { Host } from '../../../src/stack/host.ts'

/** What iperf3's two ends tell each other, a byte each (iperf_api.h). */
const TEST_START = 1
const TEST_RUNNING = 2
const TEST_END = 4
const PARAM_EXCHANGE = 9
const CREATE_STREAMS = 10
const EXCHANGE_RESULTS = 13
const DISPLAY_RESULTS = 14
const IPERF_DONE = 16

const BLOCK = 131_072

/** What a test of iperf3 came to, by either side's account. */
export interface IperfResult {
  /** Bytes that we have sent, or received. */
  readonly ours: number
  /** Bytes that the server says it has received, or sent. */
  readonly theirs: number
  readonly seconds: number
}

/** Reads a stream in pieces of a length that is known. */
class Reader {
  private held = new Uint8Array(0)
  private readonly stream: ByteStream

  constructor(stream: ByteStream) {
    this.stream = stream
  }

  async take(length: number): Promise<Uint8Array> {
    while (this.held.length < length) {
      const bytes = await this.stream.read()
      if (bytes === null) throw new Error(`the control connection ended, ${length} bytes were to come`)
      this.held = Buffer.concat([this.held, bytes])
    }
    const taken = this.held.subarray(0, length)
    this.held = this.held.subarray(length)
    return taken
  }
}

/** An iperf3 client over estab's sockets, against the server at `address`, port 5201. */
export class IperfClient {
  private readonly host: Host
  private readonly address: string
  private readonly cookie = Buffer.from(`${'estab'.padEnd(36, 'x')}\0`)

  constructor(host: Host, address: string) {
    this.host = host
    this.address = address
  }

  /** One test of so many seconds; `reverse`: the server sends. */
  async run(seconds: number, reverse: boolean): Promise<IperfResult> {
    const control = await this.open()
    const reader = new Reader(control)
    const state = async (expected: number) => {
      const got = (await reader.take(1))[0]
      if (got !== expected) throw new Error(`iperf3 is in state ${got}, not ${expected}`)
    }
    await state(PARAM_EXCHANGE)
    const params = { tcp: true, omit: 0, time: seconds, num: 0, blockcount: 0, parallel: 1, len: BLOCK }
    // That it is there at all means reverse.
    const direction = reverse ? { reverse } : {}
    await sendJson(control, { ...params, ...direction, client_version: '3.12' })
    await state(CREATE_STREAMS)
    const data = await this.open()
    await state(TEST_START)
    await state(TEST_RUNNING)
    const begun = this.host.now()
    const until = begun + seconds * 1_000_000
    const ours = reverse ? await this.receive(data, until) : await this.send(data, until)
    const lasted = (this.host.now() - begun) / 1_000_000
    await control.write(new Uint8Array([TEST_END]))
    if (reverse) void this.receive(data, Number.POSITIVE_INFINITY).catch(() => {})
    await state(EXCHANGE_RESULTS)
    await sendJson(control, report(ours, lasted))
    const length = Buffer.from(await reader.take(4)).readUInt32BE()
    const results = JSON.parse(Buffer.from(await reader.take(length)).toString())
    await state(DISPLAY_RESULTS)
    await control.write(new Uint8Array([IPERF_DONE]))
    data.close()
    control.end()
    return { ours, theirs: results.streams[0].bytes, seconds: lasted }
  }

  /** A connection that has said whose it is. */
  private async open(): Promise<ByteStream> {
    const stream = new ByteStream(connect(this.host, { address: this.address, port: 5201 }))
    await stream.opened()
    await stream.write(this.cookie)
    return stream
  }

  private async send(data: ByteStream, until: number): Promise<number> {
    const block = new Uint8Array(BLOCK)
    let sent = 0
    while (this.host.now() < until) {
      await data.write(block)
      sent += block.length
    }
    return sent
  }

  private async receive(data: ByteStream, until: number): Promise<number> {
    let received = 0
    while (this.host.now() < until) {
      const bytes = await data.read()
      if (bytes === null) break
      received += bytes.length
    }
    return received
  }
}

function sendJson(stream: ByteStream, value: unknown): Promise<void> {
  const text = Buffer.from(JSON.stringify(value))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.length)
  return stream.write(Buffer.concat([length, text]))
}

/** Our side's account, as the server wants it. */
function report(bytes: number, seconds: number): unknown {
  const stream = { id: 1, bytes, retransmits: -1, jitter: 0, errors: 0, packets: 0, start_time: 0, end_time: seconds }
  return { cpu_util_total: 0, cpu_util_user: 0, cpu_util_system: 0, sender_has_retransmits: -1, streams: [stream] }
}
