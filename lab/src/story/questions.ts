import type { Bilingual } from 'estab/scenario'

/** What people ask about TCP, in their own words, and where it is shown. */
export interface Question {
  readonly text: Bilingual
  readonly scenario: string
  /** From 0. */
  readonly part: number
}

const question = (scenario: string, part: number, en: string, zh: string): Question => ({
  text: { en, zh },
  scenario,
  part,
})

/** Those that are asked most stand first. */
export const QUESTIONS: readonly Question[] = [
  question('time-wait', 0, 'Why is there a TIME-WAIT?', '为什么要有 TIME-WAIT？'),
  question('why-three', 0, 'Why three segments to open, not two?', '为什么是三次握手，不是两次？'),
  question('close', 0, 'Why four segments to close?', '为什么要四次挥手？'),
  question('stuck-close', 2, 'What does CLOSE-WAIT mean?', '大量 CLOSE-WAIT 是怎么回事？'),
  question('data-at-close', 1, '“Connection reset”: who did it?', '“Connection reset”是谁干的？'),
  question('slow', 3, 'Why is my download slow?', '下载为什么慢？'),
  question('acknowledgment', 2, 'What if a segment gets lost?', '报文段丢了怎么办？'),
  question('syn-flood', 0, 'What is a SYN flood?', '什么是 SYN 洪泛攻击？'),
  question('refusals', 1, 'Refused, or timed out: what is the difference?', '连接被拒绝和连接超时有什么区别？'),
  question('dead-peer', 0, 'How do I learn that the other side is dead?', '怎么知道对方已经断电？'),
  question('waiting', 3, 'Why does a tiny request take 40 ms more?', '小请求为什么会多等 40 毫秒？'),
  question(
    'time-wait-ports',
    0,
    '“Cannot assign requested address”: where are my ports?',
    '“Cannot assign requested address”：端口去哪了？',
  ),
  question('initial-number', 0, 'Why are sequence numbers random?', '初始序号为什么是随机的？'),
  question('acknowledgment', 4, 'What is a fast retransmit?', '什么是快速重传？'),
  question('http', 2, 'What does HTTP keep-alive save?', 'HTTP 长连接省了什么？'),
  question('tcp-udp', 0, 'TCP or UDP for a voice call?', '语音通话用 TCP 还是 UDP？'),
]
