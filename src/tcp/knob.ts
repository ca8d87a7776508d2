/**
 * What a knob takes, what it is by default and what it is for. A table of these is all there is to
 * know of a group of settings: their types, presets, checks and documentation are derived from it.
 */
interface Described<V> {
  /** What Linux does, and what the RFCs say. */
  readonly linux: V
  readonly rfc: V
  /** 's', 'ms', 'µs', 'bytes', 'per s' ...; '' = none. */
  readonly unit: string
  /** Where Linux has it in its tree of sysctls, such as 'net.ipv4'; '' = Linux has no sysctl of this name. */
  readonly folder: string
  /** One line. */
  readonly about: string
  /** RFC and section, or where else the behaviour is described. */
  readonly source: string
  /** What a change at run time takes effect for. */
  readonly affects: 'at once' | 'new connections'
}

/** On or off; 1 and 0 are taken as well. */
export interface FlagKnob extends Described<boolean> {
  readonly kind: 'flag'
}

/** A whole number. */
export interface IntegerKnob extends Described<number> {
  readonly kind: 'integer'
  readonly least: number
  readonly most: number
}

/** Three whole numbers, none less than the one before: least, initial or pressure, greatest. */
export interface TripleKnob extends Described<readonly [number, number, number]> {
  readonly kind: 'triple'
  readonly least: number
  readonly most: number
}

/** A first and a last port. */
export interface PortRangeKnob extends Described<readonly [number, number]> {
  readonly kind: 'port range'
}

/** One of some names. */
export interface ChoiceKnob extends Described<string> {
  readonly kind: 'choice'
  readonly names: readonly string[]
}

export type Knob = FlagKnob | IntegerKnob | TripleKnob | PortRangeKnob | ChoiceKnob

/** The value of some knob. */
export type KnobValue = Knob['linux']

/** The settings that a table of knobs describes. */
export type Settings<T> = { [K in keyof T]: T[K] extends Described<infer V> ? V : never }

/** What is said of a knob in a table; the rest has defaults. */
type Said<K extends Knob> = Omit<K, 'kind' | 'rfc' | 'unit' | 'folder' | 'about' | 'source' | 'affects'> &
  Partial<Pick<K, 'rfc' | 'unit' | 'folder' | 'affects'>>

export function flag(said: Said<FlagKnob>, about: string, source: string): FlagKnob {
  return { ...COMMON, rfc: said.linux, ...said, kind: 'flag', about, source }
}

export function integer(said: Said<IntegerKnob>, about: string, source: string): IntegerKnob {
  return { ...COMMON, rfc: said.linux, ...said, kind: 'integer', about, source }
}

export function triple(said: Said<TripleKnob>, about: string, source: string): TripleKnob {
  return { ...COMMON, rfc: said.linux, ...said, kind: 'triple', about, source }
}

export function portRange(said: Said<PortRangeKnob>, about: string, source: string): PortRangeKnob {
  return { ...COMMON, rfc: said.linux, ...said, kind: 'port range', about, source }
}

export function choice(said: Said<ChoiceKnob>, about: string, source: string): ChoiceKnob {
  return { ...COMMON, rfc: said.linux, ...said, kind: 'choice', about, source }
}

const COMMON = { unit: '', folder: 'net.ipv4', affects: 'at once' } as const

/** The defaults of a table. */
export function preset<T extends Readonly<Record<string, Knob>>>(table: T, name: 'linux' | 'rfc'): Settings<T> {
  return Object.fromEntries(Object.entries(table).map(([key, knob]) => [key, knob[name]])) as Settings<T>
}
