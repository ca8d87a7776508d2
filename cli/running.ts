import type { Command } from 'commander'
import {
  askControl,
  ControlError,
  type ControlKind,
  type ControlQuestions,
  controlDirectories,
  controlUser,
  findControls,
} from '../src/adapter/node/index.ts'
import { EXIT } from './exit-codes.ts'
import { Failure } from './failure.ts'
import { integer } from './values.ts'

/** Which running process is asked. */
export interface RunningOptions {
  pid?: number
  control?: string
}

/** A running process of estab's that answers. */
export interface Running {
  readonly path: string
  readonly pid: number
  readonly name: string
}

export function addRunningOptions(command: Command): Command {
  return command
    .optionsGroup('Which process:')
    .option('--pid <number>', 'the process of that number; all of yours if absent', integer(1, 4_194_304))
    .option('--control <path>', 'the process whose control socket this is')
    .optionsGroup('Options:')
}

export const RUNNING_HELP = `
Every estab command that holds a host (serve, get, connect, ping), and every program that has called openControl,
listens on a control socket in $XDG_RUNTIME_DIR/estab, as root in /run/estab, else in /tmp/estab-UID, or in
$ESTAB_CONTROL_DIR; only its own user may ask it: for a process that was started by sudo, put sudo before this command, too.`

/** The processes that are meant. Rejects with Failure when there is none. */
export async function findRunning(options: RunningOptions): Promise<Running[]> {
  const found = await searchRunning(options)
  if (found.length === 0) throw nobodyRuns(options)
  return found
}

/** The processes that are meant, if any. Rejects with Failure when one is named that does not answer. */
export async function searchRunning(options: RunningOptions): Promise<Running[]> {
  try {
    if (options.control !== undefined) return [await introduced(options.control)]
    const found = await findControls()
    const meant = options.pid === undefined ? found : found.filter(({ pid }) => pid === options.pid)
    if (meant.length === 0 && options.pid !== undefined) throw nobodyRuns(options)
    return await introductions(meant.map(({ path }) => path))
  } catch (error) {
    throw asFailure(error)
  }
}

/** Asks one process. Rejects with Failure. */
export async function ask<K extends ControlKind>(
  running: Running,
  kind: K,
  request: ControlQuestions[K]['request'],
): Promise<ControlQuestions[K]['answer']> {
  try {
    return await askControl(running.path, kind, request)
  } catch (error) {
    throw asFailure(error)
  }
}

/** Those that answer; the others are told of, and only if all fail is that a failure. */
async function introductions(paths: readonly string[]): Promise<Running[]> {
  const outcomes = await Promise.allSettled(paths.map(introduced))
  const answering = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled') continue
    if (answering.length === 0) throw outcome.reason
    process.stderr.write(`estab: ${(outcome.reason as Error).message}\n`)
  }
  return answering
}

async function introduced(path: string): Promise<Running> {
  const { pid, name } = await askControl(path, 'about', {})
  // It goes to a terminal.
  return { path, pid, name: name.replace(/[^ -~]/g, '?') }
}

export function nobodyRuns({ pid }: RunningOptions): Failure {
  const user = controlUser()
  const places = controlDirectories(user).join(' and ')
  const which = pid === undefined ? 'no running process of estab' : `no process ${pid} of estab`
  const others = user.uid === 0 ? '' : ', put sudo before this command if it runs as root'
  return new Failure(
    `${which} was found in ${places}: start one, such as \`estab serve\`${others}, or give --control PATH`,
  )
}

function asFailure(error: unknown): unknown {
  if (!(error instanceof ControlError)) return error
  return new Failure(error.message, error.code === 'ERR_CONTROL_REFUSED' ? EXIT.usage : EXIT.failure)
}
