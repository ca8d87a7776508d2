import type { TimerSpan } from '../run/run.ts'

/** Between two Chinese letters there is no space. */
function closed(text: string): string {
  return text.replace(/([\u4e00-\u9fff]) (?=[\u4e00-\u9fff])/g, '$1')
}

/** What the ladder says. */
export const LADDER_WORDS = {
  en: {
    ladder: 'Ladder',
    packets: 'Packets of the ladder',
    keys: 'j and k move from packet to packet, L loses it, D delays it by 10 ms, M offers more.',
    legend: 'Legend',
    before: 'without the change',
    after: 'with the change',
    none: 'No packet is on its way yet.',
    frozen: 'frozen',
    off: 'off',
    lost: 'lost',
    retransmission: 'retransmission',
    duplicate: 'duplicate',
    outOfOrder: 'out of order',
    outOfWindow: 'out of window',
    forged: 'forged',
    corrupted: 'corrupted',
    rewritten: 'rewritten on the way',
    touched: 'changed by you',
    data: 'data',
    zigzag: 'out of window, or forged',
    phases: { opening: 'opening', open: 'open', closing: 'closing', 'time-wait': 'TIME-WAIT' },
    timer: 'timer; a dot: it fired',
    lose: 'lose it',
    later: (time: string) => `${time} later`,
    idle: (time: string) => `≈ ${time}`,
    timerFired: (name: string) => `${name}: fired`,
    timerStopped: (name: string) => `${name}: stopped`,
    timerRuns: (name: string, left: string) => `${name}: fires in ${left}`,
    from: (what: string, from: string, to: string) => `${what} from ${from} to ${to}`,
    sent: (time: string) => `sent at ${time}`,
    arrived: (time: string) => `arrived at ${time}`,
    flying: 'in flight',
    lostAt: (time: string) => `lost at ${time}`,
    bytes: (count: number) => `${count} B of data`,
    comma: ', ',
  },
  zh: {
    ladder: '时序图',
    packets: '时序图中的数据包',
    keys: '按 j、k 在数据包之间移动，L 丢弃，D 推迟 10 毫秒，M 打开更多操作。',
    legend: '图例',
    before: '改动之前',
    after: '改动之后',
    none: '还没有数据包发出。',
    frozen: '已冻结',
    off: '已关机',
    lost: '丢失',
    retransmission: '重传',
    duplicate: '重复',
    outOfOrder: '乱序',
    outOfWindow: '窗口之外',
    forged: '伪造',
    corrupted: '损坏',
    rewritten: '途中被改写',
    touched: '由你改动',
    data: '数据',
    zigzag: '窗口之外，或伪造',
    phases: { opening: '正在建立', open: '已建立', closing: '正在关闭', 'time-wait': 'TIME-WAIT' },
    timer: '定时器；圆点表示触发',
    lose: '丢弃',
    later: (time: string) => `推迟 ${time}`,
    idle: (time: string) => `≈ ${time}`,
    timerFired: (name: string) => `${name}：已触发`,
    timerStopped: (name: string) => `${name}：已停止`,
    timerRuns: (name: string, left: string) => `${name}：${left} 后触发`,
    from: (what: string, from: string, to: string) => closed(`${from} 发往 ${to} 的 ${what}`),
    sent: (time: string) => `${time} 发出`,
    arrived: (time: string) => `${time} 到达`,
    flying: '在途',
    lostAt: (time: string) => `${time} 丢失`,
    bytes: (count: number) => `携带 ${count} 字节数据`,
    comma: '，',
  },
} as const

const NAMES: Readonly<Record<string, string>> = {
  host: '主机',
  client: '客户端',
  server: '服务器',
  attacker: '攻击者',
  router: '路由器',
  backend: '后端',
  proxy: '代理',
  switch: '交换机',
  nat: 'NAT',
  firewall: '防火墙',
}

/** A machine's name as the reader's language has it; a name that somebody has chosen stays. */
export function laneName(name: string, language: 'en' | 'zh'): string {
  if (language === 'en') return name
  const [, word = name, number = ''] = /^([a-z]+)[ -]?(\d*)$/.exec(name) ?? []
  const known = NAMES[word]
  return known === undefined ? name : `${known}${number === '' ? '' : ` ${number}`}`
}

const TIMERS: Readonly<Record<string, string>> = {
  retransmit: '重传定时器',
  'loss-probe': '尾部丢失探测',
  reorder: '乱序等待',
  persist: '坚持定时器',
  'delayed-ack': '延迟确认',
  keepalive: '保活定时器',
  'fin-wait-2': 'FIN-WAIT-2 等待',
  'time-wait': 'TIME-WAIT 等待',
}

export function timerName(name: TimerSpan['name'], language: 'en' | 'zh'): string {
  return language === 'en' ? name : (TIMERS[name] ?? name)
}
