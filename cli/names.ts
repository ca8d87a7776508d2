import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { EXIT } from './exit-codes.ts'
import { Failure } from './failure.ts'

const HOSTS_FILE = '/etc/hosts'

/**
 * The address of `host`, which may be one itself, in brackets or not, or a name from `given` (--resolve) or
 * /etc/hosts. There is no DNS here. Throws Failure.
 */
export function resolve(host: string, given: readonly (readonly [string, string])[], hosts = readHosts()): string {
  const bare = host.replace(/^\[(.*)\]$/, '$1')
  if (isIP(bare) !== 0) return bare
  const name = bare.toLowerCase().replace(/\.$/, '')
  for (const [known, address] of given) if (known === name) return address
  const found = lookUp(hosts, name)
  if (found !== '') return found
  throw new Failure(
    `the name ${bare} is not in ${HOSTS_FILE}, and names are not looked up elsewhere: give the address, or --resolve ${bare}:ADDRESS`,
    EXIT.usage,
  )
}

/** The first address that the hosts file `text` has for `name`; '' = none. */
export function lookUp(text: string, name: string): string {
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
    if (isIP(address) !== 0 && names.some((each) => each.toLowerCase() === name)) return address
  }
  return ''
}

function readHosts(): string {
  try {
    return readFileSync(HOSTS_FILE, 'utf8')
  } catch {
    return ''
  }
}
