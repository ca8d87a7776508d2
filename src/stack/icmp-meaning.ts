import type { IcmpError, IcmpErrorKind } from '../ip/icmp-error.ts'
import type { TcpErrorCode } from '../tcp/tcb.ts'

/** What an ICMP error means to a connection. */
export interface IcmpMeaning {
  readonly code: TcpErrorCode
  /**
   * Ends an attempt to open (RFC 9293, 3.9.2.2: SHLD-26; an established connection goes on, RFC 5927, 5.2); soft
   * errors never do (MUST-56), though in Linux they do.
   */
  readonly hard: boolean
}

/** The errors of Linux's icmp_err_convert and icmpv6_err_convert, as far as a connection can meet them. */
const MEANINGS: Readonly<Partial<Record<IcmpErrorKind, IcmpMeaning>>> = {
  'network-unreachable': { code: 'ENETUNREACH', hard: false },
  'host-unreachable': { code: 'EHOSTUNREACH', hard: false },
  'time-exceeded': { code: 'EHOSTUNREACH', hard: false },
  'protocol-unreachable': { code: 'ECONNREFUSED', hard: true },
  'port-unreachable': { code: 'ECONNREFUSED', hard: true },
  prohibited: { code: 'EACCES', hard: true },
  'parameter-problem': { code: 'EPROTO', hard: false },
  'source-route-failed': { code: 'EOPNOTSUPP', hard: false },
}

/** What IPv4's 'prohibited' means to Linux, unlike IPv6's. */
const PROHIBITED_V4: IcmpMeaning = { code: 'EHOSTUNREACH', hard: true }

/** Over IPv6 this is a parameter problem (RFC 4443, 3.4), which RFC 9293 calls soft. */
const PROTOCOL_UNREACHABLE_V6: IcmpMeaning = { code: 'EPROTO', hard: false }

/** Null = it means nothing to a connection. */
export function icmpMeaning(error: IcmpError): IcmpMeaning | null {
  if (error.kind === 'prohibited' && error.version === 4) return PROHIBITED_V4
  if (error.kind === 'protocol-unreachable' && error.version === 6) return PROTOCOL_UNREACHABLE_V6
  return MEANINGS[error.kind] ?? null
}
