import type { Language } from '../src/trace/words.ts'

/** What the page of a scenario says beside the scenario's own text. */
export interface ScenarioWords {
  readonly question: string
  readonly lookAt: string
  readonly remarks: string
  readonly figures: string
  /** Head of the table of TCB variables, with the seconds that have passed. */
  variables(time: string): string
  readonly noVariables: string
  more(count: number): string
  /** In the place of lines of a long ladder. */
  leftOut(count: number): string
  readonly end: string
  readonly state: string
  readonly checks: string
  /** Names of machines that have one in this language; others keep theirs. */
  readonly hosts: Readonly<Record<string, string>>
}

export const SCENARIO_WORDS: Readonly<Record<Language, ScenarioWords>> = {
  en: {
    question: 'Question: ',
    lookAt: 'What to look at: ',
    remarks: 'Remarks (time in seconds)',
    figures: 'Figures',
    variables: (time) => `TCB variables at ${time} s`,
    noVariables: 'No connection is left on either side.',
    more: (count) => `and ${count} more`,
    leftOut: (count) => `${count} lines left out; --full shows them`,
    end: 'end',
    state: 'state',
    checks: 'Checks',
    hosts: { backend: 'second server' },
  },
  zh: {
    question: '问题：',
    lookAt: '看点：',
    remarks: '旁注（时间以秒计）',
    figures: '数据',
    variables: (time) => `${time} 秒时的 TCB 变量`,
    noVariables: '两端都已没有任何连接。',
    more: (count) => `另有 ${count} 条`,
    leftOut: (count) => `略去 ${count} 行；--full 可显示全部`,
    end: '端点',
    state: '状态',
    checks: '检查',
    hosts: { client: '客户端', server: '服务器', attacker: '攻击者', victim: '受害者', backend: '第二台服务器' },
  },
}
