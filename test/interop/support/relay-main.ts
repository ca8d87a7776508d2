/**
 * The relay as a process: two TUN devices of its own, packets between them impaired.
 *
 * Argument: a RelayPlan as JSON. Runs in the network namespace of the first device and moves the second into another.
 * Writes 'ready' once both devices exist. Commands on standard input, a line each: 'counts' writes the counts,
 * 'impair {"forth": {...}, "back": {...}}' changes what happens from now on. Ends with its input and writes the counts.
 */
import { execFileSync } from 'node:child_process'
import { createInterface } from 'node:readline'
import { openTun } from '../../../src/adapter/tun/index.ts'
import { type Impairments, Relay } from './relay.ts'

export interface RelayPlan {
  /** Names of the two devices. */
  a: string
  b: string
  /** The network namespace that `b` goes to; '' = it stays. */
  namespaceOfB: string
  mtu: number
  seed: number
  forth: Partial<Impairments>
  back: Partial<Impairments>
}

const plan: RelayPlan = JSON.parse(process.argv[2] ?? '')
// Without offload, so that every packet has its full checksum and corruption is noticed.
const a = openTun({ name: plan.a, mtu: plan.mtu })
const b = openTun({ name: plan.b, mtu: plan.mtu })
// The interface goes, the descriptor stays here.
if (plan.namespaceOfB !== '') execFileSync('ip', ['link', 'set', 'dev', b.name, 'netns', plan.namespaceOfB])
const relay = new Relay(a, b, plan.forth, plan.back, plan.seed)

function report(): void {
  const counts = { forth: relay.forth.counts, back: relay.back.counts, a: a.counters, b: b.counters }
  process.stdout.write(`counts ${JSON.stringify(counts)}\n`)
}

const commands = createInterface({ input: process.stdin })
commands.on('line', (line) => {
  if (line === 'counts') report()
  if (line.startsWith('impair ')) {
    const change: { forth?: Partial<Impairments>; back?: Partial<Impairments> } = JSON.parse(line.slice(7))
    relay.forth.impairments = { ...relay.forth.impairments, ...change.forth }
    relay.back.impairments = { ...relay.back.impairments, ...change.back }
    process.stdout.write('impaired\n')
  }
})
commands.on('close', () => {
  report()
  relay.close()
})
process.stdout.write('ready\n')
