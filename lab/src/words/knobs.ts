import { type HostConfig, KNOBS, type Knob } from 'estab'

/** What each setting is for, in Chinese; in English the settings say it themselves. */
const ZH: Readonly<Record<keyof HostConfig, string>> = {
  tcp_syn_retries: '主动打开时 SYN 最多重传几次，之后以 ETIMEDOUT 失败',
  tcp_synack_retries: 'SYN,ACK 最多重传几次，之后放弃这条半连接',
  tcp_window_scaling: '提出并接受窗口扩大选项',
  tcp_timestamps: '提出并接受时间戳选项',
  tcp_sack: '提出并接受选择确认',
  tcp_fastopen: 'Fast Open，各项相加：1 作客户端，2 作服务器；无需 cookie：4 作客户端，512 作服务器；1024 用于所有监听',
  tcp_ecn: 'ECN：0 从不，1 请求并答应，2 只在对方请求时答应',
  tcp_ecn_fallback: '请求 ECN 的 SYN 没有回音时，重传的不再请求',
  tcp_init_cwnd: '初始拥塞窗口',
  tcp_min_snd_mss: '对方所要求的最大段长不得小于此值，以免无谓的开销',
  tcp_retries1: '重传几次之后开始怀疑路径：R1',
  tcp_retries2: '数据重传多久后放弃，以加倍退避的超时次数计：R2',
  tcp_orphan_retries: '同 tcp_retries2，用于应用已关闭的连接；0 表示 8',
  tcp_timeout_init_us: '最初的重传超时',
  tcp_timeout_fallback_us: 'SYN 曾经重传时，握手之后的重传超时',
  tcp_rto_min_us: '重传超时至少比平滑 RTT 多出这么多，不超过 tcp_rto_max_us',
  tcp_rto_max_us: '重传超时的上限',
  tcp_early_retrans: '尾部丢失探测',
  tcp_frto: '识别虚假的超时',
  tcp_reordering: '多少个重复确认以内算作乱序而非丢失',
  tcp_congestion_control: '拥塞控制算法',
  tcp_slow_start_after_idle: '空闲一段时间后拥塞窗口回落',
  tcp_dsack: '用 SACK 块报告收到的重复数据',
  tcp_delack_min_us: '延迟确认的最短时间，不超过 tcp_delack_max_us',
  tcp_delack_max_us: '延迟确认的最长时间',
  tcp_invalid_ratelimit_us: '同一连接上对无效报文段的两次确认之间的间隔',
  tcp_challenge_ack_limit: '全部连接的挑战 ACK 总数；2147483647 表示不限',
  tcp_rmem: '接收缓冲：内存紧张时保留的最小值、初始值、最大值；其中一半作为窗口通告。最小值和最大值立即生效',
  tcp_wmem: '发送缓冲：内存紧张时保留的最小值、初始值、最大值。最小值和最大值立即生效',
  tcp_mem: '全部缓冲的内存：低于此不再紧张、高于此紧张、上限',
  tcp_keepalive_time: '空闲多久之后发出第一个保活探测',
  tcp_keepalive_intvl: '保活探测之间的间隔',
  tcp_keepalive_probes: '多少个保活探测没有回音，就认定连接已断（Linux 为 9）',
  tcp_fin_timeout: '已关闭的连接在 FIN-WAIT-2 等待 FIN 的时间',
  tcp_timewait_len: 'TIME-WAIT 的长度：2 MSL',
  tcp_rfc1337: 'RST 不能结束 TIME-WAIT',
  ip_local_port_range: '临时端口的首尾',
  somaxconn: '全连接队列的上限，用于此后打开的监听',
  tcp_max_syn_backlog: '每个监听的半连接数上限',
  tcp_syncookies: 'SYN cookie：0 从不，1 半连接队列放不下时，2 总是',
  syn_per_source: '来自同一源地址（IPv6 为同一 /64）的半连接数；0 表示不限',
  tcp_abort_on_overflow: '全连接队列满时回 RST，而不是沉默',
  tcp_max_tw_buckets: 'TIME-WAIT 连接数上限，超出的丢弃并计数',
  tcp_tw_reuse: '主动打开时可以取代一条 TIME-WAIT 连接：0 从不，1 总是，2 只在回环上',
  tcp_tw_reuse_delay: 'tcp_tw_reuse 要求距最后一个时间戳的时间',
  tcp_max_orphans: '应用已关闭、事情还没做完的连接数上限，超出的重置',
  close_wait_warning: '停在 CLOSE-WAIT 多久之后提醒应用；0 表示从不',
  ipfrag_high_thresh: '等待重组的分片所占内存，两个地址族合计',
  ipfrag_time: 'IPv4 分片保留多久',
  ip6frag_time: 'IPv6 分片保留多久',
  gc_thresh3: '一条以太网链路上记住的邻居数',
  unres_qlen_bytes: '一条链路上等待邻居应答的包（Linux 按邻居计）',
  icmp_ratelimit: '发往同一目的地的两个 ICMP 差错之间的间隔；0 表示不限',
  icmp_msgs_per_sec: 'ICMP 差错总数；0 表示不发',
  icmp_msgs_burst: '一次连发的 ICMP 差错数；0 表示不发',
  mtu_expires: '此后得知的路径 MTU 保留多久',
  min_pmtu: 'IPv4 接受的最小路径 MTU',
  max_path_mtus: '记住多少个目的地的路径 MTU',
  dev_weight: '每一轮从一个设备取多少个包，以免一处的洪泛饿死其余',
}

export const knobNames = Object.keys(KNOBS) as (keyof HostConfig)[]

/** What a setting is for. */
export function knobAbout(name: keyof HostConfig, language: 'en' | 'zh'): string {
  return language === 'zh' ? ZH[name] : KNOBS[name].about
}

/** What a setting takes: `a whole number from 1 to 127`. */
export function knobTakes(name: keyof HostConfig, language: 'en' | 'zh'): string {
  const knob: Knob = KNOBS[name]
  const en = language === 'en'
  switch (knob.kind) {
    case 'flag':
      return en ? '1 (on) or 0 (off)' : '1（开）或 0（关）'
    case 'integer':
      return en ? `a whole number from ${knob.least} to ${knob.most}` : `${knob.least} 到 ${knob.most} 的整数`
    case 'triple':
      return en ? 'three whole numbers, none less than the one before' : '三个整数，后一个不小于前一个'
    case 'port range':
      return en ? 'a first and a last port' : '第一个和最后一个端口'
    case 'choice':
      return en ? `one of ${knob.names.join(', ')}` : `${knob.names.join('、')} 之一`
  }
}

const UNITS: Readonly<Record<string, string>> = {
  segments: '段',
  bytes: '字节',
  s: '秒',
  ms: '毫秒',
  µs: '微秒',
  'per s': '每秒',
  packets: '个包',
  'pages of 4096 bytes': '页（4096 字节）',
}

/** The unit of a setting; '' = none. */
export function knobUnit(name: keyof HostConfig, language: 'en' | 'zh'): string {
  const { unit } = KNOBS[name]
  return language === 'zh' ? (UNITS[unit] ?? unit) : unit
}

/** What a setting is where nobody has changed it, as text. */
export function knobDefault(name: keyof HostConfig): string {
  const value: Knob['linux'] = KNOBS[name].linux
  if (typeof value === 'boolean') return value ? '1' : '0'
  return typeof value === 'object' ? value.join(' ') : String(value)
}
