import { readFileSync } from 'node:fs'

const SERVICES_FILE = '/etc/services'

/** The TCP port of the service `name`, such as ssh, by /etc/services or `services`; -1 = it is not known. */
export function servicePort(name: string, services = readServices()): number {
  for (const line of services.split('\n')) {
    const [service = '', number = '', ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/)
    const port = /^(\d+)\/tcp$/.exec(number)
    if (port !== null && (service === name || aliases.includes(name))) return Number(port[1])
  }
  return -1
}

function readServices(): string {
  try {
    return readFileSync(SERVICES_FILE, 'utf8')
  } catch {
    return ''
  }
}
