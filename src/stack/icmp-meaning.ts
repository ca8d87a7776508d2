import type { IcmpError, IcmpErrorKind } from '../ip/icmp-error.ts'
import type { TcpErrorCode } from '../tcp/tcb.ts'

/** What an ICMP error means to a connection. */
export interface IcmpMeaning {
  readonly code: TcpErrorCode
  /** Ends an attempt to open (RFC 9293, 3.9.2.2: SHLD-26); soft errors never do (MUST-56). */
  readonly hard: boolean
}

/** Linux's icmp_err_convert and icmpv6_err_convert, as far as a connection can meet it. */
const MEANINGS: Readonly<Partial<Record<IcmpErrorKind, IcmpMeaning>>> = {
  'network-unreachable': { code: 'ENETUNREACH', hard: false },
  'host-unreachable': { code: 'EHOSTUNREACH', hard: false },
  'time-exceeded': { code: 'EHOSTUNREACH', hard: false },
  'protocol-unreachable': { code: 'ECONNREFUSED', hard: true },
  'port-unreachable': { code: 'ECONNREFUSED', hard: true },
  prohibited: { code: 'EACCES', hard: true },
  'parameter-problem': { code: 'EPROTO', hard: true },
}

/** What IPv4's 'prohibited' means to Linux, unlike IPv6's. */
const PROHIBITED_V4: IcmpMeaning = { code: 'EHOSTUNREACH', hard: true }

/** Null = it means nothing to a connection. */
export function icmpMeaning(error: IcmpError): IcmpMeaning | null {
  if (error.kind === 'prohibited' && error.version === 4) return PROHIBITED_V4
  return MEANINGS[error.kind] ?? null
}
