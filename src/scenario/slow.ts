import { type Bilingual, both } from './bilingual.ts'
import { type Conditions, download, type Measures } from './download.ts'
import type { Scenario, ScenarioPart } from './scenario.ts'
import { Stage } from './stage.ts'

/** Why a download may be slow. */
export type Cause = 'nothing' | 'loss' | 'distance' | 'congestion' | 'server' | 'window'

/** 10 ms there and back, 100 Mbit/s: the client's own network. */
const NEAR = { delay: 5000, rate: 100_000_000 }
/** A round trip from which on the peer is far away, microseconds. */
const FAR = 100_000

interface Case {
  readonly title: Bilingual
  readonly conditions: Conditions
  /** What must be seen, and nothing like it when all is well. */
  readonly sign: (measures: Measures) => boolean
  readonly claim: Bilingual
}

export const CASES: Readonly<Record<Cause, Case>> = {
  nothing: {
    title: both('All is well', '一切正常'),
    conditions: { link: NEAR },
    sign: ({ total }) => total < 100_000,
    claim: both('The file has come within a tenth of a second.', '文件在十分之一秒之内到达。'),
  },
  loss: {
    title: both('Loss on the local network', '本地网络丢包'),
    conditions: { link: { ...NEAR, loss: 0.1 } },
    sign: ({ retransmissions, segments, leastRtt, usualRtt }) =>
      20 * retransmissions > segments && usualRtt < 2 * leastRtt,
    claim: both(
      'More than one segment in twenty was sent again, while the round trip stayed as short as ever.',
      '重传超过二十分之一，而往返时间依旧很短。',
    ),
  },
  distance: {
    title: both('A distant server', '服务器很远'),
    conditions: { link: { ...NEAR, delay: 100_000 } },
    sign: ({ retransmissions, leastRtt, usualRtt }) =>
      retransmissions === 0 && leastRtt >= 200_000 && usualRtt < 1.1 * leastRtt,
    claim: both(
      'Every round trip takes 200 ms, the least as well as the usual one, and nothing is lost.',
      '每个往返都要 200 毫秒，最短的和通常的一样，而且没有丢失。',
    ),
  },
  congestion: {
    title: both('A congested route', '路径拥塞'),
    conditions: { link: { ...NEAR, rate: 2_000_000, queue: { kind: 'drop-tail', packets: 40 } } },
    sign: ({ leastRtt, usualRtt }) => usualRtt > 5 * leastRtt,
    claim: both(
      'The usual round trip is more than five times the least: segments wait in a queue.',
      '通常的往返时间是最短的五倍以上：报文段在排队。',
    ),
  },
  server: {
    title: both('A server short of CPU', '服务器 CPU 不足'),
    conditions: { link: NEAR, think: 1_500_000 },
    sign: ({ think, total, usualRtt, leastRtt }) => 10 * think > 9 * total && usualRtt < 2 * leastRtt,
    claim: both(
      'Nine tenths of the time pass between the request’s arrival and the first byte of the answer; the network is idle.',
      '十分之九的时间花在请求到达与应答第一个字节之间，此时网络是空闲的。',
    ),
  },
  window: {
    title: both('A client short of receive window', '客户端接收窗口不足'),
    conditions: { link: NEAR, receiveBuffer: 4096 },
    sign: ({ windowFull, window, retransmissions }) => windowFull > 90 && window < 4096 && retransmissions === 0,
    claim: both(
      'The window is always full: less than 4096 bytes may be under way in a round trip, however fast the route.',
      '窗口总是满的：无论路径多快，一个往返内在途数据不到 4096 字节。',
    ),
  },
}

export const CAUSES = Object.keys(CASES) as readonly Cause[]

/** Of the table, as `ss` and `nstat` would name them; times in milliseconds. */
const COLUMNS = ['ms', 'think', 'minrtt', 'rtt', 'retrans', '  rwnd', 'full%']

/** Question 23. */
export const slow: Scenario = {
  name: 'slow',
  number: 23,
  title: both('Why is it slow?', '为什么慢？'),
  question: both(
    'The same download is slow for five different reasons: how can one tell which?',
    '同一个下载因五种不同的原因而变慢：如何判断是哪一种？',
  ),
  explanation: both(
    'First look at when the answer begins: if the request has come and been acknowledged, and the first byte is long in coming, the server thinks. ' +
      'Then at the window: if as much is under way as the client allows, it is the client’s receive window that limits. ' +
      'Then at the round trip: one that has grown far above its least tells of a queue on the route, which loses what it has no room for; one that is always long tells of distance. ' +
      'Retransmissions while the round trip stays short tell of loss that is not congestion, as on a bad radio or cable. ' +
      'All of it is in a trace and in tcp_info, as `ss -ti` shows it at the sender.',
    '先看应答何时开始：如果请求已经到达并被确认，而第一个字节迟迟不来，就是服务器在处理。' +
      '再看窗口：如果在途数据总是达到客户端允许的上限，限制就在客户端的接收窗口。' +
      '再看往返时间：远远高于最小值，说明路径上有队列，队列装不下的就会丢失；始终很长，说明距离远。' +
      '往返时间短却有重传，说明丢包并非由拥塞引起，例如无线信号差或线缆有问题。' +
      '这些都能从抓包和发送端的 tcp_info（`ss -ti` 所示）中看到。',
  ),
  lookAt: both(
    'The silence before the first byte, the length of the arrows in time, the segments that are sent again, and the win of the client’s acknowledgments; the last part sets all figures side by side.',
    '第一个字节之前的沉默、箭头所经历的时间、被重传的报文段，以及客户端确认中的 win；最后一部分把所有数字并列出来。',
  ),
  parts: [
    ...CAUSES.map((cause): ScenarioPart => ({ title: CASES[cause].title, play: (stage) => playCause(stage, cause) })),
    { title: both('All of them side by side', '全部并列比较'), play: (stage) => playTable(stage) },
  ],
}

/** What is the matter, as far as can be told from outside; the cause that explains the other signs comes first. */
function diagnose(measures: Measures): Cause {
  const { total, think, leastRtt, usualRtt, segments, retransmissions, windowFull } = measures
  if (2 * think > total) return 'server'
  if (windowFull > 50) return 'window'
  if (usualRtt > 3 * leastRtt) return 'congestion'
  if (100 * retransmissions > segments) return 'loss'
  if (leastRtt >= FAR) return 'distance'
  return 'nothing'
}

/** `conditions`: those of the cause if not given. */
export function playCause(stage: Stage, cause: Cause, conditions = CASES[cause].conditions): void {
  const measures = download(stage, conditions)
  const { sign, claim } = CASES[cause]
  stage.check(measures.total > 0, both('The whole file has come.', '整个文件都已到达。'))
  stage.check(sign(measures), claim)
  stage.check(diagnose(measures) === cause, both('The figures alone tell the cause.', '仅凭这些数字就能看出原因。'))
  for (const [name, value] of figuresOf(measures)) stage.figure(name, value)
}

/** Plays each cause on a stage of its own; `conditions`: those of a cause. */
export function playTable(stage: Stage, conditions = (cause: Cause): Conditions => CASES[cause].conditions): void {
  const measured = CAUSES.map((cause) => ({
    cause,
    measures: download(new Stage(stage.world.seed), conditions(cause)),
  }))
  stage.figure(both('Cause', '原因'), tableRow(COLUMNS))
  for (const { cause, measures } of measured) {
    stage.figure(CASES[cause].title, tableRow(figuresOf(measures).map(([, value]) => value)))
  }
  const well = measured.find(({ cause }) => cause === 'nothing')?.measures.total ?? 0
  stage.check(
    measured.every(({ cause, measures }) => cause === 'nothing' || measures.total > 5 * well),
    both(
      'Each of the five makes the download more than five times as long.',
      '五种原因中的每一种都使下载时间变为五倍以上。',
    ),
  )
  stage.check(
    new Set(measured.map(({ measures }) => diagnose(measures))).size === CAUSES.length,
    both('No two of them look alike.', '没有两种看起来是一样的。'),
  )
}

/** Cells as wide as their columns: numbers to the right, but the first, before which nothing stands. */
function tableRow(cells: readonly string[]): string {
  const padded = cells.map((cell, i) => {
    const width = Math.max(4, COLUMNS[i]?.length ?? 0)
    return i === 0 ? cell.padEnd(width) : cell.padStart(width)
  })
  return padded.join('  ')
}

/** In the order of the table's columns. */
function figuresOf(measures: Measures): [Bilingual, string][] {
  const { total, think, leastRtt, usualRtt, segments, retransmissions, window, windowFull } = measures
  return [
    [both('Milliseconds from the SYN to the last byte', '从 SYN 到最后一个字节的毫秒数'), milliseconds(total)],
    [both('Milliseconds that the server thought', '服务器处理的毫秒数'), milliseconds(think)],
    [both('Least round trip, ms', '最短往返时间（毫秒）'), milliseconds(leastRtt)],
    [both('Usual round trip, ms', '通常的往返时间（毫秒）'), milliseconds(usualRtt)],
    [both('Sent again, of all segments with data', '重传数/数据报文段总数'), `${retransmissions}/${segments}`],
    [both('Largest window of the client, bytes', '客户端的最大窗口（字节）'), String(window)],
    [both('Looks at which the window was full, percent', '窗口已满的观察比例（%）'), String(windowFull)],
  ]
}

function milliseconds(time: number): string {
  return String(Math.round(time / 1000))
}
