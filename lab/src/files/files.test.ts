import { readScript, runScript } from 'estab/sim'
import { describe, expect, it } from 'vitest'
import { Packets } from '../run/packets.ts'
import { play, type RunData } from '../run/play.ts'
import type { Run } from '../run/run.ts'
import { Capture, type CaptureView } from './capture.ts'
import { EVERYWHERE, pcapngOf } from './pcapng-of.ts'
import { playScript } from './play-script.ts'
import { scriptOf } from './script-of.ts'

const onward = () => true

function played(name: string, part = 0): Run {
  const { data } = play({ play: { kind: 'scenario', name, part }, seed: 1, acts: [] })
  return runOf(data)
}

function runOf(data: RunData): Run {
  return { ...data, packets: new Packets(data.packets) }
}

async function reopened(blob: Blob, name = 'saved.pcapng'): Promise<{ capture: Capture; view: CaptureView; run: Run }> {
  const capture = await Capture.open(new File([blob], name), onward)
  if (capture === null) throw new Error('it was given up')
  const view = await capture.view('all', onward)
  if (view === null) throw new Error('it was given up')
  return { capture, view, run: runOf(view.data) }
}

function packetsOf({ packets }: Run): string[] {
  return Array.from({ length: packets.count }, (_, i) => {
    const { flags, seq, ack, length, sentAt, marks } = packets.at(i)
    return `${sentAt} ${flags} ${seq} ${ack} ${length} ${marks}`
  })
}

describe('a capture', () => {
  it('that was saved of a play opens with the same segments, between the same hosts, through the same states', async () => {
    const run = played('close')
    const { capture, run: again } = await reopened(pcapngOf(run, EVERYWHERE))
    expect(packetsOf(again)).toEqual(packetsOf(run))
    expect(again.lanes.map(({ name }) => name)).toEqual(['10.0.1.1', '10.0.1.2'])
    expect(again.connections).toMatchObject([{ protocol: 'tcp', endpoints: run.connections[0]?.endpoints }])
    expect(again.connections[0]?.initial).toEqual(run.connections[0]?.initial)
    const statesOf = ({ moves }: Run, lane: number) => moves.filter((move) => move.lane === lane).map(({ to }) => to)
    for (const lane of [0, 1]) {
      const real = statesOf(run, lane)
      // A bystander does not see the wait pass.
      expect(real.slice(0, statesOf(again, lane).length)).toEqual(statesOf(again, lane))
      expect(statesOf(again, lane).length).toBeGreaterThanOrEqual(real.length - 1)
    }
    expect(capture.summary).toMatchObject({ packets: run.packets.count, problem: null })
    expect(capture.summary.rows).toMatchObject([{ protocol: 'tcp', packets: run.packets.count, retransmissions: 0 }])
  })

  it('of one host has what it sent and what reached it', async () => {
    const run = played('time-wait')
    const { run: again } = await reopened(pcapngOf(run, 0))
    const [from, to] = [run.packets.column('from'), run.packets.column('arrivedAt')]
    const seen = Array.from(from).filter((lane, i) => lane === 0 || !Number.isNaN(to[i])).length
    expect(again.packets.count).toBe(seen)
    expect(again.lanes.find(({ kind }) => kind === 'vantage')?.addresses).toEqual(['10.0.1.1'])
  })

  it('saved again is the same to the byte', async () => {
    const first = pcapngOf(played('handshake'), EVERYWHERE)
    const { run } = await reopened(first)
    const { run: again } = await reopened(pcapngOf(run, EVERYWHERE))
    const bytes = ({ packets }: Run) => Array.from({ length: packets.count }, (_, i) => packets.at(i).bytes)
    expect(bytes(again)).toEqual(bytes(run))
  })

  it('has figures of both ends as far as a bystander knows them', async () => {
    const { run } = await reopened(pcapngOf(played('http'), EVERYWHERE))
    expect(run.samples.length).toBeGreaterThanOrEqual(2)
    const [client] = run.samples
    const { sndUna, sndNxt, srtt, cwnd } = client?.columns ?? {}
    expect(sndUna?.at(-1)).toBe(sndNxt?.at(-1))
    expect(srtt?.at(-1)).toBeGreaterThan(1000)
    expect(cwnd?.every((each) => Number.isNaN(each))).toBe(true)
  })

  it('that is cut off opens with what is whole, and says where it ends', async () => {
    const whole = await pcapngOf(played('handshake'), EVERYWHERE).arrayBuffer()
    const { capture, run } = await reopened(new Blob([whole.slice(0, whole.byteLength - 20)]))
    const { problem, packets } = capture.summary
    expect(problem).toMatchObject({ fault: 'cut off', message: expect.stringContaining('copy the file again') })
    expect(problem?.offset).toBeLessThan(whole.byteLength)
    expect(packets).toBe(run.packets.count)
    expect(packets).toBe((await reopened(new Blob([whole]))).run.packets.count - 1)
  })

  it('is told to be none', async () => {
    await expect(Capture.open(new File(['<html>'], 'a.pcap'), onward)).rejects.toMatchObject({ fault: 'not a capture' })
    await expect(Capture.open(new File([], 'a.pcap'), onward)).rejects.toThrow(/is empty/)
  })

  it('is given up when somebody says so', async () => {
    const file = new File([pcapngOf(played('handshake'), EVERYWHERE)], 'a.pcapng')
    expect(await Capture.open(file, () => false)).toBeNull()
  })

  it('shows a chosen connection alone', async () => {
    const { capture } = await reopened(pcapngOf(played('half-open'), EVERYWHERE))
    const { rows } = capture.summary
    for (const { id, packets, endpoints } of rows) {
      const view = await capture.view([id], onward)
      const [row] = view?.shown.find(([each]) => each === id) ?? []
      expect(row).toBe(id)
      expect(view?.data.packets.count).toBeGreaterThanOrEqual(packets)
      expect(view?.data.connections[0]?.endpoints).toEqual(endpoints)
    }
  })
})

describe('a script of one host', () => {
  it.each(['handshake', 'close', 'http', 'simultaneous'])('%s holds when it is played', (name) => {
    const run = played(name)
    for (const [lane, { kind }] of run.lanes.entries()) {
      if (kind !== 'host') continue
      const text = scriptOf(run, lane)
      const script = readScript(text)
      expect(script.badLines).toEqual([])
      expect(runScript(script), text).toBeNull()
    }
  })

  it('shows what its host has seen, and its states', () => {
    const run = played('close')
    const { data, trouble } = playScript(scriptOf(run, 1))
    expect(trouble).toBe('')
    const again = runOf(data)
    expect(again.lanes.map(({ kind }) => kind)).toEqual(['vantage', 'peer'])
    expect(again.packets.count).toBe(run.packets.count)
    const statesOf = ({ moves }: Run, lane: number) => moves.filter((move) => move.lane === lane).map(({ to }) => to)
    expect(statesOf(again, 0).filter((state) => state !== 'LISTEN')).toEqual(
      statesOf(run, 1).filter((state) => state !== 'LISTEN'),
    )
  })

  it('shows how far it went when it does not hold, and says which line does not', () => {
    const { data, trouble } = playScript('listen 80\n+0.0 < S 0:0(0) win 1000\n+0.0 > R. 0:0(0) ack 1\n')
    expect(trouble).toMatch(/line 3|:3/)
    expect(data.packets.count).toBeGreaterThan(0)
    expect(playScript('nonsense')).toMatchObject({
      data: { packets: { count: 0 } },
      trouble: expect.stringMatching(/1/),
    })
  })
})
