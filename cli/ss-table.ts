import type { SocketSnapshot } from '../src/stack/snapshot.ts'
import { type InfoOptions, infoText, memoryText, timerText } from './ss-details.ts'

/** A socket, and whose it is. */
export interface OwnedSocket {
  readonly socket: SocketSnapshot
  readonly pid: number
  /** The process's name. */
  readonly process: string
}

export interface TableOptions extends InfoOptions {
  readonly header: boolean
  /** With the column of states, which says nothing where only one was asked for. */
  readonly states: boolean
  readonly processes: boolean
  readonly extended: boolean
}

interface Column {
  readonly title: string
  readonly text: (each: OwnedSocket, options: TableOptions) => string
  /** What stands before it. */
  readonly gap: string
  readonly right: boolean
}

const STATE: Column = { title: 'State', text: ({ socket }) => socket.state, gap: '', right: false }

const COLUMNS: readonly Column[] = [
  { title: 'Recv-Q', text: ({ socket }) => String(socket.recvQ), gap: ' ', right: false },
  { title: 'Send-Q', text: ({ socket }) => String(socket.sendQ), gap: ' ', right: false },
  { title: 'Local Address', text: ({ socket }) => bracketed(socket.local), gap: ' ', right: true },
  { title: 'Port', text: ({ socket }) => portText(socket.localPort), gap: ':', right: false },
  { title: 'Peer Address', text: ({ socket }) => bracketed(socket.peer), gap: ' ', right: true },
  { title: 'Port', text: ({ socket }) => portText(socket.peerPort), gap: ':', right: false },
  { title: 'Process', text: extras, gap: ' ', right: false },
]

const HOLDERS = { socket: 'owner', listener: 'unaccepted', nobody: 'orphan' } as const

/** The table that ss prints; `info` and `memory` of a socket, where it has them, follow in a line of their own. */
export function ssTable(sockets: readonly OwnedSocket[], options: TableOptions): string {
  const columns = options.states ? [STATE, ...COLUMNS] : COLUMNS
  const rows = sockets.map((each) => columns.map(({ text }) => text(each, options)))
  const titles = columns.map(({ title }) => title)
  const widths = columns.map((_, i) => widest(options.header ? [titles, ...rows] : rows, i))
  const lines = options.header ? [line(columns, titles, widths)] : []
  for (const [i, row] of rows.entries()) {
    lines.push(line(columns, row, widths))
    const details = detailsOf(sockets[i]?.socket, options)
    if (details !== '') lines.push(`\t ${details}`)
  }
  return lines.map((each) => `${each}\n`).join('')
}

function extras({ socket, pid, process }: OwnedSocket, options: TableOptions): string {
  const words: string[] = []
  if (options.processes) words.push(`users:(("${process}",pid=${pid}))`)
  if (options.timers && socket.timer !== null) words.push(timerText(socket.timer))
  // What is in TIME-WAIT is nobody's by its nature.
  if (options.extended && socket.state !== 'TIME-WAIT') words.push(HOLDERS[socket.holder])
  return words.join(' ')
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address
}

function portText(port: number): string {
  return port === 0 ? '*' : String(port)
}

function widest(rows: readonly (readonly string[])[], column: number): number {
  let width = 0
  for (const row of rows) width = Math.max(width, row[column]?.length ?? 0)
  return width
}

function line(columns: readonly Column[], row: readonly string[], widths: readonly number[]): string {
  const fields = columns.map(({ gap, right }, i) => {
    const text = row[i] ?? ''
    const width = widths[i] ?? 0
    return (i === 0 ? '' : gap) + (right ? text.padStart(width) : text.padEnd(width))
  })
  return fields.join('').trimEnd()
}

function detailsOf(socket: SocketSnapshot | undefined, options: InfoOptions): string {
  const parts: string[] = []
  if (socket?.memory) parts.push(memoryText(socket.memory))
  if (socket?.info) parts.push(infoText(socket, socket.info, options))
  return parts.join(' ')
}
