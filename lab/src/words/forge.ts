import type { Verdict } from '../whatif/forgery.ts'

interface ForgeWords {
  readonly title: string
  readonly about: string
  readonly between: string
  readonly to: string
  readonly ports: string
  readonly sourcePort: string
  readonly destinationPort: string
  readonly flags: string
  readonly seq: string
  readonly ack: string
  readonly window: string
  readonly payload: string
  readonly expected: string
  readonly inside: string
  readonly outside: string
  readonly random: string
  readonly sentSoFar: string
  readonly send: (at: string) => string
  readonly verdict: Readonly<Record<Verdict, string>>
}

const EN: ForgeWords = {
  title: 'Forge a segment',
  about:
    'An attacker who is not on the path can put any addresses and numbers into a segment. What he cannot do is see the answers.',
  between: 'In the name of',
  to: 'to',
  ports: 'Ports',
  sourcePort: 'Source port',
  destinationPort: 'Destination port',
  flags: 'Flags',
  seq: 'Sequence number',
  ack: 'Acknowledgment',
  window: 'Window',
  payload: 'Data',
  expected: 'expected',
  inside: 'in the window',
  outside: 'just outside',
  random: 'random',
  sentSoFar: 'what it has sent',
  send: (at) => `Send it at ${at}`,
  verdict: {
    noHost: 'Nobody will take it: there is no machine that runs there.',
    closedIgnores: 'There is no such connection, and nothing listens: a RST is ignored.',
    closedResets: 'There is no such connection, and nothing listens: it is answered by RST (RFC 9293, 3.10.7.1).',
    listenIgnores: 'The listener ignores it (RFC 9293, 3.10.7.2).',
    listenResets: 'There is no such connection; an ACK at a listener is answered by RST (RFC 9293, 3.10.7.2).',
    listenOpens:
      'The listener takes it for a new client: SYN,ACK goes to the forged address, and a place in the SYN queue is taken.',
    synSentIgnores: 'The client waits for a SYN,ACK and ignores it (RFC 9293, 3.10.7.3).',
    synSentResets: 'It acknowledges the SYN, so the client takes the RST: connection refused.',
    synSentRefuses: 'It acknowledges what the client has not sent: answered by RST (RFC 9293, 3.10.7.3).',
    synSentEstablishes:
      'The client takes it for its server: ESTABLISHED. Only the 32 bits of its initial number stood in the way.',
    synSentSimultaneous: 'The client takes it for a simultaneous open: SYN-RECEIVED.',
    timeWait:
      'TIME-WAIT is there for such segments: the last ACK is sent again at most; only a new SYN beyond the old numbers begins anew.',
    resetTaken:
      'The sequence number is exactly what the receiver expects: the connection ends at once (RFC 5961, 3.2).',
    resetChallenged:
      'In the window, but not exact: a challenge ACK instead of the end (RFC 5961, 3.2). Before 2010 this killed the connection.',
    resetSilent: 'Outside the window: dropped in silence.',
    synChallenged: 'A SYN in an open connection draws a challenge ACK, whatever its number (RFC 5961, 4.2).',
    outside: 'Outside the window: dropped, and answered by an ACK that says what is expected (RFC 9293, 3.10.7.4).',
    noAck: 'Without ACK it is dropped in silence: every segment of an open connection has one.',
    ackChallenged:
      'It acknowledges what was never sent or is long past: a challenge ACK, and the data is dropped (RFC 5961, 5.2).',
    dataTaken: 'All numbers fit: the application reads the forged data as if its peer had sent it.',
    dataKept: 'In the window, behind a hole: it is kept, and will be read in the place of the real bytes.',
    dataRefused: 'The peer has said that it sends no more: data beyond its FIN ends the connection by RST.',
    finTaken: 'All numbers fit: the receiver believes that its peer sends no more.',
    ackTaken: 'It acknowledges what may not have arrived: that will never be sent again.',
    nothing: 'It tells the receiver nothing new.',
  },
}

const ZH: ForgeWords = {
  title: '伪造一个报文段',
  about: '不在路径上的攻击者可以在报文段里填任何地址和序号，但他看不到应答。',
  between: '冒充',
  to: '发给',
  ports: '端口',
  sourcePort: '源端口',
  destinationPort: '目的端口',
  flags: '标志',
  seq: '序号',
  ack: '确认号',
  window: '窗口',
  payload: '数据',
  expected: '正被期待',
  inside: '窗口之内',
  outside: '刚出窗口',
  random: '随机',
  sentSoFar: '它已发到的',
  send: (at) => `在 ${at} 发出`,
  verdict: {
    noHost: '没有人会收：那里没有正在运行的主机。',
    closedIgnores: '没有这条连接，也没有监听：RST 不予理会。',
    closedResets: '没有这条连接，也没有监听：回以 RST（RFC 9293，3.10.7.1）。',
    listenIgnores: '监听端不予理会（RFC 9293，3.10.7.2）。',
    listenResets: '没有这条连接；监听端收到 ACK，回以 RST（RFC 9293，3.10.7.2）。',
    listenOpens: '监听端把它当作新客户：SYN,ACK 发往被冒充的地址，半连接队列被占去一格。',
    synSentIgnores: '客户端在等 SYN,ACK，不理会它（RFC 9293，3.10.7.3）。',
    synSentResets: '它确认了 SYN，客户端相信这个 RST：连接被拒绝。',
    synSentRefuses: '它确认了客户端没有发过的数据：回以 RST（RFC 9293，3.10.7.3）。',
    synSentEstablishes: '客户端把它当成服务器：进入 ESTABLISHED。挡在前面的只有 32 位的初始序号。',
    synSentSimultaneous: '客户端把它当作同时打开：进入 SYN-RECEIVED。',
    timeWait: 'TIME-WAIT 正是为这种报文段而设：至多再发一次最后的 ACK；只有序号更新的 SYN 才能重新开始。',
    resetTaken: '序号恰好是接收方所期待的：连接立即结束（RFC 5961，3.2）。',
    resetChallenged: '在窗口之内但不精确：只引出一个挑战 ACK，连接不断（RFC 5961，3.2）。2010 年以前，它足以断开连接。',
    resetSilent: '在窗口之外：默默丢弃。',
    synChallenged: '已建立的连接收到 SYN，无论序号如何，都只回一个挑战 ACK（RFC 5961，4.2）。',
    outside: '在窗口之外：丢弃，并回一个 ACK 说明期待的序号（RFC 9293，3.10.7.4）。',
    noAck: '没有 ACK 标志，默默丢弃：已建立的连接上每个报文段都带 ACK。',
    ackChallenged: '它确认的数据从未发出，或早已过去：回一个挑战 ACK，数据丢弃（RFC 5961，5.2）。',
    dataTaken: '所有号码都对得上：应用会读到这些伪造的数据，以为是对方发的。',
    dataKept: '在窗口之内、空洞之后：先存着，日后会代替真正的数据被读走。',
    dataRefused: '对方已声明不再发送：FIN 之后的数据会使连接以 RST 结束。',
    finTaken: '所有号码都对得上：接收方相信对方不再发送。',
    ackTaken: '它确认了可能还没有到达的数据：那些数据不会再重传。',
    nothing: '它没有告诉接收方任何新东西。',
  },
}

/** What the form for a forged segment says. */
export const FORGE_WORDS = { en: EN, zh: ZH } as const
