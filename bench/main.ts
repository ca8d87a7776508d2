import { measureEstab } from './estab.ts'
import type { Figures, Workload } from './figures.ts'
import { measureNodeNet } from './node-net.ts'

const MIB = 1024 * 1024
const load: Workload = {
  runs: 3,
  warmUpBytes: 128 * MIB,
  bytes: 1024 * MIB,
  rounds: 20_000,
  connections: 5000,
  idlePairs: 1000,
}

const node = await measureNodeNet(load)
const estab = measureEstab(load)

interface Line {
  name: string
  unit: string
  figure: keyof Figures
  /** More is better. */
  more: boolean
}

const lines: Line[] = [
  { name: 'bulk, 64 KiB writes', unit: 'Mbit/s', figure: 'bulk', more: true },
  { name: '64-byte ping-pong, median', unit: 'us', figure: 'pingPong', more: false },
  { name: 'connect + close, one after another', unit: '/s', figure: 'connects', more: true },
  { name: 'idle connection, both ends', unit: 'bytes', figure: 'idle', more: false },
]

process.stdout.write(
  `Node ${process.version}; estab: two hosts in memory, MTU 1500, checksums made and verified, socket core driven by hand;\n` +
    `Node's net: kernel loopback (MTU 65536; the kernel's own memory is not counted). Medians of ${load.runs} runs.\n\n`,
)
process.stdout.write(row('', 'estab', "Node's net", 'estab is'))
for (const line of lines) {
  const ours = estab[line.figure]
  const theirs = node[line.figure]
  const better = line.more ? ours / theirs : theirs / ours
  process.stdout.write(
    row(`${line.name}, ${line.unit}`, round(ours), round(theirs), `${better.toFixed(2)} times as good`),
  )
}

function round(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toFixed(1)
}

function row(name: string, ...cells: string[]): string {
  return `${name.padEnd(44)}${cells.map((cell, i) => cell.padStart(i < 2 ? 12 : 20)).join('')}\n`
}
