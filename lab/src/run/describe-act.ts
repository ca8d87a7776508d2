import type { Bilingual } from 'estab/scenario'
import { laneName } from '../words/ladder.ts'
import type { Act } from './timeline.ts'

const SERVICES = { echo: '原样送回', discard: '丢弃', source: '不停发送' } as const

const both = (en: string, zh: string): Bilingual => ({ en, zh })

/** What was done, in a few words for a label. */
export function describeAct(act: Act): Bilingual {
  switch (act.kind) {
    case 'lose':
      return both(`packet ${act.packet + 1} lost`, `丢弃第 ${act.packet + 1} 个包`)
    case 'duplicate':
      return both(`packet ${act.packet + 1} doubled`, `复制第 ${act.packet + 1} 个包`)
    case 'corrupt':
      return both(`packet ${act.packet + 1} corrupted`, `损坏第 ${act.packet + 1} 个包`)
    case 'delay':
      return both(
        `packet ${act.packet + 1} ${act.by / 1000} ms later`,
        `第 ${act.packet + 1} 个包推迟 ${act.by / 1000} 毫秒`,
      )
    case 'forge':
      return both('a forged segment', '伪造的报文段')
    case 'unplug':
      return both('cable pulled', '拔掉网线')
    case 'plug':
      return both('cable plugged in', '插上网线')
    case 'freeze':
      return both('freezes', '冻结')
    case 'thaw':
      return both('goes on', '解冻')
    case 'crash':
      return both('power off', '断电')
    case 'reboot':
      return both('boots', '重启')
    case 'write':
      return both(`writes ${act.bytes} B`, `写入 ${act.bytes} 字节`)
    case 'shutdown':
      return both('shuts down its sending side', '关闭发送方向')
    case 'close':
      return both('closes', '关闭连接')
    case 'abort':
      return both('aborts', '中止连接')
    case 'stop-reading':
      return both('stops reading', '停止读取')
    case 'read-on':
      return both('reads on', '继续读取')
    case 'sysctl':
      return both(`${act.name} = ${act.value}`, `${act.name} = ${act.value}`)
    case 'listen':
      return both(`listens on ${act.port} (${act.service})`, `监听端口 ${act.port}（${SERVICES[act.service]}）`)
    case 'connect':
      return both(`connects to ${act.to}:${act.port}`, `连接 ${laneName(act.to, 'zh')}:${act.port}`)
  }
}
