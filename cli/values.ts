import { isIP } from 'node:net'
import { InvalidArgumentError } from 'commander'
import { OPTIONS, type SocketOption } from '../src/socket/option-table.ts'
import type { HostConfig } from '../src/stack/config.ts'
import { parseSysctl } from '../src/stack/sysctl-text.ts'
import { parsePrefix } from '../src/wire/address-text.ts'

/* Readers of option values. Each throws InvalidArgumentError, which says what would be right. */

/** A whole number from `least` to `most`. */
export function integer(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (!(value >= least && value <= most)) throw new InvalidArgumentError(`Give a whole number, ${least} to ${most}.`)
    return value
  }
}

/** Seconds, with a fraction if need be. */
export function seconds(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (!(value <= 1_000_000)) throw new InvalidArgumentError('Give seconds, such as 0.5.')
  return value
}

/** For an option that may be given again and again. */
export function repeatable<T>(read: (text: string) => T): (text: string, before: T[] | undefined) => T[] {
  return (text, before) => [...(before ?? []), read(text)]
}

/** '10.9.0.2/24' */
export function prefix(text: string): string {
  if (parsePrefix(text) === null) {
    throw new InvalidArgumentError('Give an address with a prefix length, such as 10.9.0.2/24 or fd00:9::2/64.')
  }
  return text
}

/** '10.9.0.1' */
export function address(text: string): string {
  if (isIP(text) === 0) throw new InvalidArgumentError('Give an address, such as 10.9.0.1 or fd00:9::1.')
  return text
}

/** 'example.org:10.9.0.1' as name and address. */
export function resolution(text: string): [string, string] {
  const colon = text.indexOf(':')
  const name = text.slice(0, colon).toLowerCase()
  const at = text.slice(colon + 1).replace(/^\[(.*)\]$/, '$1')
  if (colon < 1 || isIP(at) === 0) throw new InvalidArgumentError('Give NAME:ADDRESS, such as example.org:10.9.0.1.')
  return [name, at]
}

/** 'TCP_NODELAY=1' as name and value. */
export function socketOption(text: string): [SocketOption, number] {
  const [name = '', value = ''] = text.split('=')
  if (!isSocketOption(name)) throw new InvalidArgumentError(`The options are ${Object.keys(OPTIONS).join(', ')}.`)
  const { least, most } = OPTIONS[name]
  if (!/^\d+$/.test(value) || Number(value) < least || Number(value) > most) {
    throw new InvalidArgumentError(`${name} takes ${least} to ${most}: ${name}=${least}.`)
  }
  return [name, Number(value)]
}

function isSocketOption(name: string): name is SocketOption {
  return Object.hasOwn(OPTIONS, name)
}

/** 'tcp_sack=0', 'net.ipv4.tcp_rmem=4096,131072,6291456' as a part of the host's configuration. */
export function setting(text: string): Partial<HostConfig> {
  try {
    const [name, value] = parseSysctl(text)
    return { [name]: value }
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message)
  }
}
