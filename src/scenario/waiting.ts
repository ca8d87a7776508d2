import { both } from './bilingual.ts'
import { playHeadOfLine, playSideBySide } from './head-of-line.ts'
import { playAtOnce, playNagle } from './nagle.ts'
import type { Scenario } from './scenario.ts'
import { playSillyWindow, playUnmannered } from './silly-window.ts'
import { playZeroWindow } from './zero-window.ts'

/** Question 19. */
export const waiting: Scenario = {
  name: 'waiting',
  number: 19,
  title: both('What makes TCP wait', 'TCP 为何等待'),
  question: both(
    'Why does a sender hold back what it has, and why can data that has arrived not be read?',
    '发送方为何按住数据不发？已经到达的数据为何读不到？',
  ),
  explanation: both(
    'A receiver that does not read shuts its window; since the word that it is open again may be lost, the sender asks by probes, each after twice the wait, for as long as they are answered. ' +
      'A receiver that reads in crumbs does not tell of each: it opens the window by a whole segment or half its buffer, ' +
      'and a sender does not fill crumbs of a window as they come, or the connection would fill with tiny segments (the silly window syndrome). ' +
      'Nagle’s algorithm holds back a small segment while another is unacknowledged, and a receiver delays its ACK in the hope of an answer that takes it along: ' +
      'a request in two writes waits for both, unless it is written at once or TCP_NODELAY is set. ' +
      'TCP gives bytes in order, so that what came behind a lost segment waits for it, even if it has nothing to do with it: head-of-line blocking, which connections side by side do not have.',
    '不读取的接收方会关闭窗口；窗口重新打开的通知可能丢失，因此发送方用探测来询问，间隔逐次加倍，只要有应答就一直问下去。' +
      '一点一点读取的接收方不会每次都通告：窗口至少张开一个完整报文段或半个缓冲区；发送方也不会随到随填这样的小窗口，否则连接上将充满微小的报文段（糊涂窗口综合征）。' +
      'Nagle 算法在有数据未确认时按住小报文段，而接收方又延迟确认以期随应答一起发送：分两次写入的请求会同时等待这两者，除非一次写完或设置 TCP_NODELAY。' +
      'TCP 按序交付字节，丢失的报文段之后到达的数据即使与它无关也要等它：这就是队头阻塞，并行的多个连接没有这个问题。',
  ),
  lookAt: both(
    'The windows and probes; the sizes of the segments; the time between the two parts of the request; the message read late though it arrived in time.',
    '窗口与探测、报文段的大小、请求两部分之间的时间，以及准时到达却很晚才被读到的消息。',
  ),
  parts: [
    { title: both('Zero window, and a lost update', '零窗口与丢失的窗口更新'), play: (stage) => playZeroWindow(stage) },
    { title: both('No silly window', '避免糊涂窗口'), play: (stage) => playSillyWindow(stage) },
    {
      title: both('A receiver that opens its window by crumbs', '一点一点打开窗口的接收方'),
      play: (stage) => playUnmannered(stage),
    },
    { title: both('Nagle against delayed ACK', 'Nagle 算法遇上延迟确认'), play: (stage) => playNagle(stage) },
    {
      title: both('The same with TCP_NODELAY', '设置 TCP_NODELAY'),
      play: (stage) => playAtOnce(stage, 'two writes, TCP_NODELAY'),
    },
    { title: both('The same in one write', '一次写完'), play: (stage) => playAtOnce(stage, 'one write') },
    {
      title: both('Head-of-line blocking', '队头阻塞'),
      play: (stage) => playHeadOfLine(stage, { connections: 1, loses: true }),
    },
    {
      title: both('A connection for each message', '每条消息一个连接'),
      play: (stage) => playSideBySide(stage, { connections: 3, loses: true }),
    },
  ],
}
