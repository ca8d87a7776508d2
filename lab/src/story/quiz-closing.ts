import type { Quizzes } from './quiz-kind.ts'

export const CLOSING_QUIZZES: Quizzes = {
  close: {
    part: 0,
    ask: {
      en: 'The client’s FIN has reached the server, which acknowledges it. Why does the server’s own FIN not go along at once?',
      zh: '客户端的 FIN 到达服务器，服务器确认了它。服务器自己的 FIN 为什么不一起发送？',
    },
    choices: [
      { en: 'A segment cannot carry an ACK and a FIN', zh: '一个报文段不能同时带 ACK 和 FIN' },
      { en: 'It has to wait for 2 MSL first', zh: '必须先等待 2MSL' },
      { en: 'Its application may have more to send', zh: '它的应用程序可能还有数据要发送' },
    ],
    right: 2,
    why: {
      en: 'The ACK is the business of TCP; the FIN is that of the application, which alone knows when it is done. If it closes at once, both go in one segment, and three suffice.',
      zh: 'ACK 由 TCP 决定；FIN 由应用程序决定，只有它知道自己何时发完。如果它立刻关闭，两者就合并为一个报文段，三个就够了。',
    },
  },
  'time-wait': {
    part: 0,
    ask: {
      en: 'The client has closed first, and its last ACK is lost. How does the client learn of the loss?',
      zh: '客户端先关闭，它的最后一个 ACK 丢失了。客户端如何得知？',
    },
    choices: [
      { en: 'Its retransmission timer runs out', zh: '它的重传定时器到期' },
      { en: 'The server’s FIN comes once more', zh: '服务器的 FIN 再次到来' },
      { en: 'Not at all: nothing comes any more', zh: '无从得知：不会再有任何报文段' },
    ],
    right: 1,
    why: {
      en: 'Nobody acknowledges an ACK, so no timer runs for it. It is the server that misses something, and sends its FIN again; TIME-WAIT is there to answer it.',
      zh: 'ACK 本身没有人确认，因此没有定时器为它计时。没有等到确认的是服务器，它会重传 FIN；TIME-WAIT 就是为应答它而存在的。',
    },
  },
  'data-at-close': {
    part: 0,
    ask: {
      en: 'A program writes 5,000 bytes, closes the socket at once and exits. Nothing has been acknowledged yet. What does the peer receive?',
      zh: '程序写入 5000 字节，立即关闭套接字并退出，此时还没有任何数据得到确认。对方会收到什么？',
    },
    choices: [
      { en: 'All 5,000 bytes, and then the end', zh: '全部 5000 字节，然后是结束' },
      { en: 'What had been sent before the close', zh: '关闭之前已经发出的部分' },
      { en: 'A RST: the program is gone', zh: 'RST：程序已经不在了' },
    ],
    right: 0,
    why: {
      en: 'Close says “I have no more to say”, not “forget what I said”. TCP goes on without the program, sends again what gets lost, and puts the FIN behind the last byte.',
      zh: '关闭的意思是“我说完了”，而不是“我没说过”。程序退出之后 TCP 继续工作，丢失的重传，FIN 排在最后一个字节之后。',
    },
  },
  'stuck-close': {
    part: 2,
    ask: {
      en: 'On a server, ss shows hundreds of connections in CLOSE-WAIT, and more every day. Where is the fault?',
      zh: '服务器上 ss 显示数百个 CLOSE-WAIT，而且每天都在增加。问题出在哪里？',
    },
    choices: [
      { en: 'In the clients, which do not finish their close', zh: '客户端没有完成关闭' },
      { en: 'In the network, which loses the last segments', zh: '网络丢失了最后的报文段' },
      { en: 'In a timeout of the kernel that is too long', zh: '内核的某个超时设置太长' },
      { en: 'In the server’s own program', zh: '服务器自己的程序' },
    ],
    right: 3,
    why: {
      en: 'CLOSE-WAIT means: the peer has closed, and TCP has told the application so. Only the application can go on from here, by closing; there is no timer.',
      zh: 'CLOSE-WAIT 的意思是：对方已经关闭，TCP 也已告诉应用程序。接下来只能由应用程序关闭；这个状态没有定时器。',
    },
  },
  'time-wait-ports': {
    part: 0,
    ask: {
      en: 'A client with 1,000 ports opens one short connection after another to the same server, and closes each first. How many can it open within a minute?',
      zh: '一个有 1000 个端口的客户端，向同一台服务器接连建立短连接，每次都由它先关闭。一分钟内最多能建立多少个？',
    },
    choices: [
      { en: 'As many as it likes: one is over before the next', zh: '不限：前一个结束了才有下一个' },
      { en: '1,000', zh: '1000 个' },
      { en: 'Until the server runs out of memory', zh: '直到服务器内存耗尽' },
    ],
    right: 1,
    why: {
      en: 'Each closed connection keeps its port in TIME-WAIT for 60 s. The next connect finds none: EADDRNOTAVAIL. The server has none of this, since it did not close first.',
      zh: '每个关闭的连接都让它的端口在 TIME-WAIT 中停留 60 秒，下一次 connect 就找不到端口：EADDRNOTAVAIL。服务器不是先关闭的一方，没有这个负担。',
    },
  },
}
