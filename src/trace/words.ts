/** Every word a ladder prints. States keep their RFC names in every language. */
export interface Words {
  readonly client: string
  readonly server: string
  /** Head of the time columns; times are in seconds. */
  readonly time: string
  readonly state: string
  readonly lost: string
  /** Sent, and not yet to be called lost. */
  readonly inFlight: string
  readonly retransmission: string
  /** A keepalive or zero-window probe: nothing new, and a number the peer has already acknowledged. */
  readonly probe: string
  /** Received a second time. */
  readonly duplicate: string
  /** Received after something that was sent later. */
  readonly reordered: string
  /** Received, though the peer was never seen to send it. */
  readonly unknownOrigin: string
  /** Received with other fields, such as `win 100`, than it was sent with. */
  changed(fields: string): string
  /** Received without fields that it was sent with. */
  missing(fields: string): string
  /** Sent by somebody on the way, such as a router. */
  reportedBy(address: string): string
  idle(duration: string): string
  dropped(events: string): string
}

export type Language = 'en' | 'zh'

export const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    client: 'client',
    server: 'server',
    time: 'time, s',
    state: 'state',
    lost: 'lost',
    inFlight: 'in flight',
    retransmission: 'retransmission',
    probe: 'probe',
    duplicate: 'duplicate',
    reordered: 'out of order',
    unknownOrigin: 'not sent by the peer',
    changed: (fields) => `arrives with ${fields}`,
    missing: (fields) => `arrives without ${fields}`,
    reportedBy: (address) => `from ${address}`,
    idle: (duration) => `idle ${duration}`,
    dropped: (events) => `${events} earlier events not kept`,
  },
  zh: {
    client: '客户端',
    server: '服务器',
    time: '时间/秒',
    state: '状态',
    lost: '丢失',
    inFlight: '在途',
    retransmission: '重传',
    probe: '探测',
    duplicate: '重复',
    reordered: '乱序',
    unknownOrigin: '并非对端所发',
    changed: (fields) => `到达时为 ${fields}`,
    missing: (fields) => `到达时缺 ${fields}`,
    reportedBy: (address) => `来自 ${address}`,
    idle: (duration) => `静默 ${duration}`,
    dropped: (events) => `更早的 ${events} 个事件未保留`,
  },
}
