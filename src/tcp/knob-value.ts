import type { Knob, KnobValue } from './knob.ts'

/** `value` as the knob `name` keeps it. Throws RangeError, which names what is allowed, where the knob does not take it. */
export function admit(name: string, knob: Knob, value: unknown): KnobValue {
  const admitted = take(knob, value)
  if (admitted === null) throw new RangeError(`${name} takes ${allowed(knob)}, not ${shown(value)}`)
  return admitted
}

/** What a knob takes, in words. */
export function allowed(knob: Knob): string {
  switch (knob.kind) {
    case 'flag':
      return 'true or false, 1 or 0'
    case 'integer':
      return `a whole number from ${knob.least} to ${knob.most}`
    case 'triple':
      return `three whole numbers from ${knob.least} to ${knob.most}, none less than the one before`
    case 'port range':
      return 'a first and a last port from 1 to 65535, in that order'
    case 'choice':
      return knob.names.length === 1 ? `the name ${knob.names[0]}` : `one of the names ${knob.names.join(', ')}`
  }
}

function take(knob: Knob, value: unknown): KnobValue | null {
  switch (knob.kind) {
    case 'flag':
      if (value === true || value === 1) return true
      return value === false || value === 0 ? false : null
    case 'integer':
      return isWhole(value, knob.least, knob.most) ? value : null
    case 'triple': {
      const numbers = ascending(value, 3, knob.least, knob.most)
      return numbers === null ? null : [numbers[0], numbers[1], numbers[2]]
    }
    case 'port range': {
      const ports = ascending(value, 2, 1, 65_535)
      return ports === null ? null : [ports[0], ports[1]]
    }
    case 'choice':
      return typeof value === 'string' && knob.names.includes(value) ? value : null
  }
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
}

/** `value` if it is that many whole numbers within the bounds, none less than the one before; else null. */
function ascending(value: unknown, count: number, least: number, most: number): readonly number[] | null {
  if (!Array.isArray(value) || value.length !== count) return null
  let floor = least
  for (const each of value as readonly unknown[]) {
    if (!isWhole(each, floor, most)) return null
    floor = each
  }
  return value
}

function shown(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(plain).join(', ')}]` : plain(value)
}

function plain(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`
  if (typeof value === 'function') return 'a function'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}
