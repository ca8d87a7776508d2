import { commonPrefix, prefixBits } from '../src/ip/prefix.ts'
import type { SocketSnapshot } from '../src/stack/snapshot.ts'
import { type Prefix, parseAddress, parsePrefix } from '../src/wire/address-text.ts'
import { servicePort } from './service-names.ts'

/** Whether a socket is meant. */
export type SocketTest = (socket: SocketSnapshot) => boolean

type PortTest = (port: number) => boolean

const IN_BRACKETS = /^\[([^\]]*)\](\/\d+)?(?::(.*))?$/

/**
 * Reads `ADDRESS[/LENGTH][:PORT]`, either part of which may be `*` or left out, an IPv6 address with a port in
 * brackets, into a test of an address and a port; null = it is none.
 */
export function hostTest(text: string): ((address: string, port: number) => boolean) | null {
  const [host, portText] = split(text)
  const prefix = host === '' || host === '*' ? 'any' : (parsePrefix(host) ?? wholeAddress(host))
  const port = portTest('=', portText === '' ? '*' : portText)
  if (prefix === null || port === null || text === '') return null
  return (address, number) => (prefix === 'any' || covers(prefix, address)) && port(number)
}

/** A test of a port by '=', '!=', '<', '<=', '>' or '>='; null = `text` is no port. */
export function portTest(operator: string, text: string): PortTest | null {
  const bare = text.startsWith(':') ? text.slice(1) : text
  if (bare === '*') return () => true
  const wanted = /^\d+$/.test(bare) ? Number(bare) : servicePort(bare)
  if (wanted < 0 || wanted > 65_535) return null
  switch (operator) {
    case '=':
      return (port) => port === wanted
    case '!=':
      return (port) => port !== wanted
    case '<':
      return (port) => port < wanted
    case '<=':
      return (port) => port <= wanted
    case '>':
      return (port) => port > wanted
    case '>=':
      return (port) => port >= wanted
    default:
      return null
  }
}

/** As address, with or without a length, and port. */
function split(text: string): [string, string] {
  const match = IN_BRACKETS.exec(text)
  if (match !== null) return [`${match[1]}${match[2] ?? ''}`, match[3] ?? '']
  // An IPv6 address without brackets has no port.
  if (parsePrefix(text) !== null || parseAddress(text) !== null) return [text, '']
  const colon = text.lastIndexOf(':')
  return colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)]
}

function wholeAddress(text: string): Prefix | null {
  const address = parseAddress(text)
  return address === null ? null : { address, length: address.isV4 ? 32 : 128 }
}

function covers(prefix: Prefix, text: string): boolean {
  // A listener of both families is an IPv6 socket to ss.
  const address = parseAddress(text === '*' ? '::' : text)
  if (address === null || address.isV4 !== prefix.address.isV4) return false
  return commonPrefix(prefix.address, address) >= prefixBits(prefix.address, prefix.length)
}
