import { EXIT } from './exit-codes.ts'
import { Failure } from './failure.ts'

export interface HttpUrl {
  /** A name or an address, an IPv6 address without brackets. */
  readonly host: string
  readonly port: number
  /** The Host field: with brackets, and the port if it is not 80. */
  readonly authority: string
  /** Path and query. */
  readonly target: string
}

/** Reads 'http://10.9.0.1:8080/path?query'; 'http://' may be left out. Throws Failure. */
export function parseUrl(text: string): HttpUrl {
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`
  let url: URL
  try {
    url = new URL(whole)
  } catch {
    throw new Failure(`'${text}' is no URL, such as http://10.9.0.1:8080/file`, EXIT.usage)
  }
  if (url.protocol !== 'http:') {
    throw new Failure(`${url.protocol}// is not spoken here: give an http:// URL`, EXIT.usage)
  }
  if (url.username !== '' || url.password !== '') {
    throw new Failure('a user name and password in the URL are not sent: leave them out', EXIT.usage)
  }
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? 80 : Number(url.port),
    authority: url.host,
    target: url.pathname + url.search,
  }
}
