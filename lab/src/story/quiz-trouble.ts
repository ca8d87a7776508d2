import type { Quizzes } from './quiz-kind.ts'

/** Of what goes wrong, and of attacks. */
export const TROUBLE_QUIZZES: Quizzes = {
  refusals: {
    part: 1,
    ask: {
      en: 'connect() hangs for about two minutes and fails with ETIMEDOUT. Which of these was it?',
      zh: 'connect() 挂起约两分钟，然后以 ETIMEDOUT 失败。是下面哪一种情况？',
    },
    choices: [
      { en: 'Nobody listens on that port', zh: '该端口无人监听' },
      { en: 'A firewall rejects by ICMP', zh: '防火墙用 ICMP 拒绝' },
      { en: 'A firewall drops the SYNs', zh: '防火墙丢弃 SYN' },
    ],
    right: 2,
    why: {
      en: 'A closed port answers RST within a round trip, and a firewall that rejects answers as fast. Only silence makes a client try seven times, for 127 s.',
      zh: '关闭的端口在一个往返之内回以 RST，拒绝的防火墙也同样快。只有沉默才会让客户端尝试七次，历时 127 秒。',
    },
  },
  'half-open': {
    part: 0,
    ask: {
      en: 'A SYN comes, the server answers, and then nothing. What becomes of the half-open connection?',
      zh: '来了一个 SYN，服务器作了应答，随后再无音讯。这个半开连接会怎样？',
    },
    choices: [
      { en: 'It is gone after a minute, and nobody is told', zh: '约一分钟后消失，不通知任何人' },
      { en: 'The application gets it from accept and must close it', zh: '应用程序由 accept 得到它，必须自己关闭' },
      { en: 'It stays until the server is restarted', zh: '一直保留，直到服务器重启' },
    ],
    right: 0,
    why: {
      en: 'The server sends its SYN,ACK six times in all, waits twice as long each time, and lets go after 63 s. The application hears only of connections that are open.',
      zh: '服务器一共发送六次 SYN,ACK，每次等待加倍，63 秒后放弃。应用程序只会得知已经建立的连接。',
    },
  },
  'dead-peer': {
    part: 0,
    ask: {
      en: 'A client waits for data. The server’s power fails. When does the client’s TCP notice, if the application has set nothing?',
      zh: '客户端正在等待数据，服务器突然断电。如果应用程序没有做任何设置，客户端的 TCP 何时察觉？',
    },
    choices: [
      { en: 'At once: the connection is cut', zh: '立即：连接断了' },
      { en: 'After a few minutes without a sign of life', zh: '几分钟没有音讯之后' },
      { en: 'Never', zh: '永远不会' },
    ],
    right: 2,
    why: {
      en: 'A connection is nothing but what its two ends remember, and who only waits sends nothing that could remain unanswered. Keepalive would ask, but it is off unless the application wants it.',
      zh: '连接不过是两端各自的记忆，而只等待的一端不发送任何东西，也就没有什么会得不到应答。保活会去询问，但除非应用程序要求，它是关闭的。',
    },
  },
  slow: {
    part: 3,
    ask: {
      en: 'During a slow download the round trip, 11 ms at its least, is usually 129 ms, and some segments are sent again. What is wrong?',
      zh: '一次下载很慢：往返时间最小 11 毫秒，平常却有 129 毫秒，还有一些重传。问题在哪里？',
    },
    choices: [
      { en: 'The server is far away', zh: '服务器很远' },
      { en: 'The route is congested', zh: '路径拥塞' },
      { en: 'A cable is bad', zh: '线缆有问题' },
      { en: 'The client’s window is too small', zh: '客户端的窗口太小' },
    ],
    right: 1,
    why: {
      en: 'The difference between least and usual is time spent in a queue. Distance would make the least long too; a bad cable loses packets without delaying the others; a small window loses none.',
      zh: '最小值与平常值之差，是在队列中排队的时间。如果是距离，最小值也会很长；坏的线缆丢包，却不会使其他包变慢；窗口太小则不会丢包。',
    },
  },
  'initial-number': {
    part: 0,
    ask: {
      en: 'An attacker wants to open a connection in another host’s name. He can forge its address but sees none of the answers. What else must he know?',
      zh: '攻击者想以另一台主机的名义建立连接。他能伪造地址，却看不到任何应答。他还必须知道什么？',
    },
    choices: [
      { en: 'Nothing else: the address is enough', zh: '不需要别的：有地址就够了' },
      { en: 'The number that the server has chosen', zh: '服务器选定的初始序号' },
      { en: 'The number that the other host would have chosen', zh: '那台主机本来会选的初始序号' },
    ],
    right: 1,
    why: {
      en: 'The client’s number he chooses himself. But his third segment must acknowledge the server’s, which was sent to somebody else. If it can be foreseen, he need not see it.',
      zh: '客户端的序号由他自己选。但他的第三个报文段必须确认服务器的序号，而那是发给别人的。如果能够预测，就不必看到。',
    },
  },
  'syn-flood': {
    part: 4,
    ask: {
      en: 'A flood of SYNs, each from another forged address, fills the queue of half-open connections. Which of these helps?',
      zh: '大量 SYN 涌来，每个都用不同的伪造地址，占满了半连接队列。下面哪个办法有效？',
    },
    choices: [
      { en: 'To let each address have four places at most', zh: '每个地址最多占四个位置' },
      { en: 'To block the addresses from which they come', zh: '封锁它们的来源地址' },
      { en: 'To keep nothing until the third segment comes', zh: '在第三个报文段到来之前什么都不保存' },
    ],
    right: 2,
    why: {
      en: 'No address comes twice, and none of them is the attacker’s. With SYN cookies the server’s number holds all that it has to remember, and only who has really received it can send it back.',
      zh: '没有哪个地址出现两次，也没有一个是攻击者自己的。使用 SYN cookie 时，需要记住的一切都在服务器的序号里，只有真正收到它的人才能把它送回来。',
    },
  },
}
