import type { KnobValue } from '../tcp/knob.ts'
import { admit } from '../tcp/knob-value.ts'
import { type HostConfig, isKnob, KNOBS, unknownKnob } from './config.ts'

/** One setting as `sysctl` prints it. */
export interface SysctlText {
  /** With Linux's path where Linux has it, such as 'net.ipv4.tcp_sack', else our own name alone. */
  readonly name: string
  /** Flags as 0 and 1, several numbers separated by tabs. */
  readonly value: string
}

const NAMES = Object.keys(KNOBS).filter(isKnob)

/** By their names with Linux's path. */
const PATHS: ReadonlyMap<string, keyof HostConfig> = new Map(NAMES.map((name) => [sysctlPath(name), name]))

/** The name with Linux's path where Linux has it. */
export function sysctlPath(name: keyof HostConfig): string {
  const { folder } = KNOBS[name]
  return folder === '' ? name : `${folder}.${name}`
}

/**
 * The knob that `text` names: 'tcp_sack', 'net.ipv4.tcp_sack' or 'net/ipv4/tcp_sack'. Throws RangeError,
 * which gives the nearest name there is, when there is none.
 */
export function sysctlName(text: string): keyof HostConfig {
  if (isKnob(text)) return text
  const name = PATHS.get(text.replaceAll('/', '.'))
  if (name === undefined) throw unknownKnob(text)
  return name
}

/** All settings, in the order of their names. */
export function sysctlTexts(config: Readonly<HostConfig>): SysctlText[] {
  const texts = NAMES.map((name) => ({ name: sysctlPath(name), value: formatSysctl(config[name]) }))
  return texts.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** A value as Linux prints it. */
export function formatSysctl(value: KnobValue): string {
  if (typeof value === 'boolean') return value ? '1' : '0'
  return typeof value === 'object' ? value.join('\t') : String(value)
}

/**
 * 'net.ipv4.tcp_sack=0', 'tcp_rmem = 4096 131072 6291456' as name and value; several numbers may be separated by
 * commas, too. Throws RangeError for a name that there is not and a value that the knob does not take.
 */
export function parseSysctl(text: string): [keyof HostConfig, KnobValue] {
  const equals = text.indexOf('=')
  if (equals < 0) throw new RangeError(`a setting is given as NAME=VALUE, such as tcp_sack=0, not ${text}`)
  const name = sysctlName(text.slice(0, equals).trim())
  return [name, parseValue(name, text.slice(equals + 1).trim())]
}

function parseValue(name: keyof HostConfig, text: string): KnobValue {
  const knob = KNOBS[name]
  switch (knob.kind) {
    case 'flag':
      return admit(name, knob, FLAGS.get(text) ?? text)
    case 'integer':
      return admit(name, knob, wholeNumber(text))
    case 'choice':
      return admit(name, knob, text)
    default:
      return admit(name, knob, text.split(/\s*,\s*|\s+/).map(wholeNumber))
  }
}

const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ['1', true],
  ['true', true],
  ['0', false],
  ['false', false],
])

/** What is no number stays as it is, to be refused by its knob. */
function wholeNumber(text: string): number | string {
  return /^-?\d{1,15}$/.test(text) ? Number(text) : text
}
