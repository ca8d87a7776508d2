import type { Endpoint } from '../stack/endpoint.ts'
import type { SocketOptions } from '../tcp/socket-options.ts'

/** The socket options there are, by their Linux names; numbers and booleans as documented there. */
export type SocketOption =
  | 'TCP_NODELAY'
  | 'TCP_CORK'
  | 'TCP_MAXSEG'
  | 'TCP_QUICKACK'
  | 'TCP_KEEPIDLE'
  | 'TCP_KEEPINTVL'
  | 'TCP_KEEPCNT'
  | 'TCP_SYNCNT'
  | 'TCP_LINGER2'
  | 'TCP_USER_TIMEOUT'
  | 'TCP_FASTOPEN_CONNECT'
  | 'TCP_UTO'
  | 'SO_KEEPALIVE'
  | 'SO_RCVBUF'
  | 'SO_SNDBUF'
  | 'SO_RCVLOWAT'
  | 'IP_TOS'
  | 'IP_TTL'
  | 'IP_RECVERR'

interface Entry {
  readonly least: number
  readonly most: number
  get(endpoint: Endpoint): number
  set(endpoint: Endpoint, value: number, now: number): void
}

/** The names of the fields of `SocketOptions` that hold a T. */
type FieldOf<T> = { [K in keyof SocketOptions]: SocketOptions[K] extends T ? K : never }[keyof SocketOptions]

/** An option that is a field of the connection's, and nothing more. */
function flag(field: FieldOf<boolean>): Entry {
  return {
    least: 0,
    most: 1,
    get: (e) => Number(e.connection.options[field]),
    set: (e, v) => {
      e.connection.options[field] = v === 1
    },
  }
}

function integer(field: FieldOf<number>, least: number, most: number): Entry {
  return {
    least,
    most,
    get: (e) => e.connection.options[field],
    set: (e, v) => {
      e.connection.options[field] = v
    },
  }
}

/** What each option reads and writes, and between which bounds. */
export const OPTIONS: Readonly<Record<SocketOption, Entry>> = {
  TCP_NODELAY: flag('noDelay'),
  TCP_CORK: flag('cork'),
  TCP_MAXSEG: {
    least: 88,
    most: 32_767,
    get: (e) => e.connection.tcb.currentMss(),
    set: (e, v) => {
      e.connection.options.maxSegment = v
    },
  },
  TCP_QUICKACK: {
    least: 0,
    most: 1,
    get: (e) => Number(!e.connection.tcb.acks.interactive),
    set: (e, v) => {
      const { acks } = e.connection.tcb
      acks.interactive = v === 0
      if (v === 1 && acks.owed === 'delayed') acks.demand('ack-asked')
    },
  },
  TCP_KEEPIDLE: {
    least: 1,
    most: 32_767,
    get: (e) => e.connection.options.keepIdle,
    set: (e, v, now) => {
      e.connection.options.keepIdle = v
      if (e.connection.options.keepAlive) e.connection.setKeepAlive(true, now)
    },
  },
  TCP_KEEPINTVL: integer('keepInterval', 1, 32_767),
  TCP_KEEPCNT: integer('keepCount', 1, 127),
  TCP_SYNCNT: integer('synRetries', 1, 127),
  TCP_LINGER2: integer('finTimeout', 0, 120),
  TCP_USER_TIMEOUT: integer('userTimeout', 0, 0x7fffffff),
  TCP_FASTOPEN_CONNECT: flag('fastOpen'),
  TCP_UTO: {
    least: 0,
    most: 32_767 * 60,
    get: (e) => e.connection.options.offeredUserTimeout,
    set: (e, v) => {
      e.connection.options.offeredUserTimeout = v
      e.connection.tcb.userTimeout.owed = v > 0
    },
  },
  SO_KEEPALIVE: {
    least: 0,
    most: 1,
    get: (e) => Number(e.connection.options.keepAlive),
    set: (e, v, now) => e.connection.setKeepAlive(v === 1, now),
  },
  // Linux doubles what is set, for its own bookkeeping, and shows the double; half of it is window. What it chose itself it shows as it is.
  SO_RCVBUF: {
    least: 0,
    most: 0x3fffffff,
    get: (e) => 2 * e.connection.tcb.window.capacity,
    set: (e, v) => {
      const { window } = e.connection.tcb
      window.capacity = Math.max(v, 1152)
      window.locked = true
    },
  },
  SO_SNDBUF: {
    least: 0,
    most: 0x3fffffff,
    get: (e) => (e.connection.options.sendBufferLocked ? 2 : 1) * e.connection.tcb.sendBuffer.capacity,
    set: (e, v) => {
      e.connection.tcb.sendBuffer.capacity = Math.max(v, 2304)
      e.connection.options.sendBufferLocked = true
    },
  },
  SO_RCVLOWAT: {
    least: 0,
    most: 0x7fffffff,
    get: (e) => e.connection.options.receiveLowWater,
    set: (e, v) => {
      e.connection.options.receiveLowWater = Math.max(1, v)
    },
  },
  // RFC 9293, 3.9.1.9: MUST-48, SHLD-21.
  IP_TOS: {
    least: 0,
    most: 255,
    get: (e) => e.connection.options.trafficClass,
    set: (e, v) => {
      // ECN's two bits are the protocol's own.
      e.connection.options.trafficClass = v & 0xfc
    },
  },
  // RFC 9293, 3.9.2: MUST-49.
  IP_TTL: integer('hopLimit', 1, 255),
  IP_RECVERR: {
    least: 0,
    most: 1,
    get: (e) => Number(e.connection.options.reportErrors),
    set: (e, v) => {
      e.connection.options.reportErrors = v === 1
    },
  },
}
