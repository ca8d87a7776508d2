import type { Bilingual } from 'estab/scenario'

/** Scenarios that belong together, in the order in which one learns. */
export interface Chapter {
  readonly title: Bilingual
  /** Names. */
  readonly scenarios: readonly string[]
}

/** Each scenario stands in one of them. */
export const CHAPTERS: readonly Chapter[] = [
  {
    title: { en: 'Opening', zh: '建立连接' },
    scenarios: ['handshake', 'why-three', 'lost-handshake', 'late-syn', 'early-data', 'simultaneous'],
  },
  { title: { en: 'Carrying data', zh: '传输数据' }, scenarios: ['acknowledgment', 'wrap', 'waiting'] },
  {
    title: { en: 'Closing', zh: '关闭连接' },
    scenarios: ['close', 'time-wait', 'data-at-close', 'stuck-close', 'time-wait-ports'],
  },
  {
    title: { en: 'When things go wrong', zh: '出错时' },
    scenarios: ['refusals', 'half-open', 'dead-peer', 'slow'],
  },
  { title: { en: 'Under attack', zh: '遭受攻击' }, scenarios: ['initial-number', 'syn-flood'] },
  { title: { en: 'What applications do', zh: '应用如何使用' }, scenarios: ['http', 'websocket', 'tcp-udp'] },
]

/** The chapter of a scenario; null for a name that there is not. */
export function chapterOf(name: string): Chapter | null {
  return CHAPTERS.find(({ scenarios }) => scenarios.includes(name)) ?? null
}

/** Names of all scenarios, chapter by chapter. */
export const READING_ORDER: readonly string[] = CHAPTERS.flatMap(({ scenarios }) => scenarios)
