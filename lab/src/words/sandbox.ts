import type { Preset } from '../sandbox/presets.ts'
import type { Problem } from '../sandbox/problems.ts'

interface SandboxWords {
  readonly title: string
  readonly about: string
  readonly network: string
  readonly preset: string
  readonly own: string
  readonly presets: Readonly<Record<Preset, string>>
  readonly edit: string
  readonly dice: string
  readonly diceHint: string
  readonly applications: string
  readonly machine: string
  readonly noConnection: string
  readonly tooMuch: (most: number) => string
  readonly play: string
  readonly cancel: string
  readonly mode: string
  readonly move: string
  readonly connect: string
  readonly moveHint: string
  readonly connectHint: string
  readonly add: string
  readonly kinds: Readonly<Record<'host' | 'router' | 'switch', string>>
  readonly nodes: string
  readonly links: string
  readonly addLink: string
  readonly name: string
  readonly all: string
  readonly remove: string
  readonly nat: string
  readonly natNone: string
  readonly natTo: (other: string) => string
  readonly settings: string
  readonly changed: (count: number) => string
  readonly delay: string
  readonly rate: string
  readonly rateHint: string
  readonly loss: string
  readonly duplicate: string
  readonly reorder: string
  readonly corrupt: string
  readonly mtu: string
  readonly node: (kind: string, name: string) => string
  readonly link: (left: string, right: string) => string
  readonly problems: Readonly<Record<Problem['kind'], (who: string) => string>>
}

const EN: SandboxWords = {
  title: 'A network of your own',
  about: 'Start applications, let them write and close, break what you like: every segment comes from a real TCP.',
  network: 'Network',
  preset: 'Begin with',
  own: 'a network of your own',
  presets: {
    pair: 'two machines',
    router: 'through a router',
    switch: 'three on a switch',
    row: 'three routers in a row',
    nat: 'behind a NAT',
    slow: 'a slow link',
    lossy: 'a lossy link',
    rough: 'a rough link',
  },
  edit: 'Change the network …',
  dice: 'Roll the dice again',
  diceHint: 'Other losses, other initial sequence numbers',
  applications: 'Applications',
  machine: 'on',
  noConnection: 'No connection at this moment.',
  tooMuch: (most) => `The play ends here: after ${most} packets.`,
  play: 'Play it',
  cancel: 'Cancel',
  mode: 'Dragging',
  move: 'moves',
  connect: 'connects',
  moveHint: 'Drag to move; arrow keys move what has the focus, Delete removes it.',
  connectHint: 'Drag from one to the other, or choose the one and then the other.',
  add: 'Add',
  kinds: { host: 'machine', router: 'router', switch: 'switch' },
  nodes: 'Machines, routers, switches',
  links: 'Cables',
  addLink: 'Connect',
  name: 'Name',
  all: '← All',
  remove: 'Remove',
  nat: 'Addresses',
  natNone: 'stay as they are',
  natTo: (other) => `are translated towards ${other} (NAT)`,
  settings: 'Settings (sysctl)',
  changed: (count) => (count === 1 ? '1 changed' : `${count} changed`),
  delay: 'Delay, ms',
  rate: 'Rate, Mbit/s',
  rateHint: '0: as fast as may be',
  loss: 'Lost, %',
  duplicate: 'Duplicated, %',
  reorder: 'Reordered, %',
  corrupt: 'Corrupted, %',
  mtu: 'MTU, bytes',
  node: (kind, name) => `${kind} ${name}`,
  link: (left, right) => `Cable ${left} – ${right}`,
  problems: {
    noHosts: () => 'There is no machine: nobody would send anything.',
    noName: () => 'Somebody has no name.',
    sameName: (who) => `Two are called ${who}.`,
    tooMany: (most) => `There are more than ${most}: a ladder cannot show them.`,
    loop: (who) => `A cable leads from ${who} to itself.`,
    noEnd: (who) => `The cable ${who} ends nowhere.`,
    switches: (who) => `${who}: two switches cannot be connected; put a router between them.`,
    alone: (who) => `${who} has no cable, and no address.`,
    noOutside: (who) => `${who} is to translate towards somebody it has no cable to.`,
    setting: (who) => `${who}: there is no such setting, or it does not take that.`,
    number: (who) => `${who}: delays from 0 to 60 s, chances from 0 to 100 %, an MTU from 68 to 65535.`,
  },
}

const ZH: SandboxWords = {
  title: '你的网络',
  about: '启动应用，让它们写入、关闭，随意弄坏什么：每个报文段都出自真正的 TCP。',
  network: '网络',
  preset: '从这里开始',
  own: '自己画的网络',
  presets: {
    pair: '两台主机',
    router: '经过一台路由器',
    switch: '交换机上的三台主机',
    row: '三台路由器一字排开',
    nat: '在 NAT 后面',
    slow: '慢速链路',
    lossy: '丢包的链路',
    rough: '糟糕的链路',
  },
  edit: '修改网络……',
  dice: '重掷骰子',
  diceHint: '换一组丢包，换一组初始序号',
  applications: '应用',
  machine: '所在主机',
  noConnection: '此刻没有连接。',
  tooMuch: (most) => `到这里为止：已有 ${most} 个包。`,
  play: '运行',
  cancel: '取消',
  mode: '拖动',
  move: '移动位置',
  connect: '连线',
  moveHint: '拖动以移动；方向键移动当前焦点所在的一个，Delete 删除。',
  connectHint: '从一个拖到另一个，或先后点选两个。',
  add: '添加',
  kinds: { host: '主机', router: '路由器', switch: '交换机' },
  nodes: '主机、路由器与交换机',
  links: '网线',
  addLink: '连接',
  name: '名称',
  all: '← 全部',
  remove: '删除',
  nat: '地址',
  natNone: '保持不变',
  natTo: (other) => `朝 ${other} 方向转换（NAT）`,
  settings: '参数（sysctl）',
  changed: (count) => `改了 ${count} 项`,
  delay: '时延，毫秒',
  rate: '速率，Mbit/s',
  rateHint: '0 表示不限',
  loss: '丢失，%',
  duplicate: '重复，%',
  reorder: '乱序，%',
  corrupt: '损坏，%',
  mtu: 'MTU，字节',
  node: (kind, name) => `${kind} ${name}`,
  link: (left, right) => `网线 ${left} – ${right}`,
  problems: {
    noHosts: () => '一台主机也没有，没有谁会发送什么。',
    noName: () => '有一个没有名称。',
    sameName: (who) => `有两个都叫 ${who}。`,
    tooMany: (most) => `超过了 ${most} 个，时序图放不下。`,
    loop: (who) => `有一条网线从 ${who} 连回自己。`,
    noEnd: (who) => `网线 ${who} 有一端悬空。`,
    switches: (who) => `${who}：两台交换机不能直接相连，请在中间放一台路由器。`,
    alone: (who) => `${who} 没有网线，也就没有地址。`,
    noOutside: (who) => `${who} 要转换地址的那一侧没有网线。`,
    setting: (who) => `${who}：没有这个参数，或它不能取这个值。`,
    number: (who) => `${who}：时延为 0 到 60 秒，概率为 0 到 100 %，MTU 为 68 到 65535。`,
  },
}

/** What the sandbox says. */
export const SANDBOX_WORDS = { en: EN, zh: ZH } as const
