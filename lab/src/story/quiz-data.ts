import type { Quizzes } from './quiz-kind.ts'

export const DATA_QUIZZES: Quizzes = {
  acknowledgment: {
    part: 4,
    ask: {
      en: 'Bytes 400 to 499 have come, 500 to 599 are lost, 600 to 699 arrive. What does the receiver acknowledge now?',
      zh: '400 到 499 号字节已经收到，500 到 599 丢失，600 到 699 到达。此时接收方的确认号是多少？',
    },
    choices: [
      { en: '700', zh: '700' },
      { en: '600', zh: '600' },
      { en: '500, as before', zh: '500，和之前一样' },
      { en: 'It keeps silent until 500 has come', zh: '在 500 到达之前保持沉默' },
    ],
    right: 2,
    why: {
      en: 'The number is that of the next byte it expects, and this is still 500. The repetition is not idle: after three of them the sender knows what to send again.',
      zh: '确认号是期望收到的下一个字节的序号，它仍然是 500。重复并非多余：收到三个重复确认，发送方就知道该重传什么。',
    },
  },
  wrap: {
    part: 1,
    ask: {
      en: 'The receiver expects 4294967287. That segment is lost, and one with number 41 arrives. How does the receiver take it?',
      zh: '接收方期待序号 4294967287，而这个报文段丢失了，到达的是序号 41 的报文段。接收方如何看待它？',
    },
    choices: [
      { en: 'As an old one: 41 is far below what it expects', zh: '旧的：41 远小于它所期待的' },
      { en: 'As a later one, behind a gap of 50 bytes', zh: '后面的：前面缺 50 字节' },
      { en: 'As the first of a new connection', zh: '新连接的第一个' },
    ],
    right: 1,
    why: {
      en: 'Only the distance modulo 2³² counts. From 4294967287 it is 50 steps on to 41, and more than four billion the other way round.',
      zh: '只看模 2³² 的距离：从 4294967287 往前走 50 步就到 41，反过来要走四十多亿步。',
    },
  },
  waiting: {
    part: 3,
    ask: {
      en: 'A client writes its request in two small pieces; the server answers when it has both. The round trip takes 20 ms. When is the answer there?',
      zh: '客户端把请求分两次写入，每次一小段；服务器收齐后才应答。往返时间 20 毫秒。应答何时到达？',
    },
    choices: [
      { en: 'After 20 ms', zh: '20 毫秒后' },
      { en: 'After 40 ms', zh: '40 毫秒后' },
      { en: 'After 80 ms', zh: '80 毫秒后' },
    ],
    right: 2,
    why: {
      en: 'Nagle’s algorithm keeps the second piece until the first is acknowledged, and the server delays that ACK by 40 ms because it hopes to send it with an answer: 20 + 40 + 20.',
      zh: 'Nagle 算法要等第一段得到确认才发送第二段，而服务器希望 ACK 随应答一起发送，把它延迟了 40 毫秒：20 + 40 + 20。',
    },
  },
  http: {
    part: 2,
    ask: {
      en: 'Three HTTP requests, one after the other: with a connection each they take six round trips. How many over one connection?',
      zh: '先后三个 HTTP 请求，每个请求用一个连接共需六个往返。共用一个连接需要几个？',
    },
    choices: [
      { en: 'Two', zh: '两个' },
      { en: 'Three', zh: '三个' },
      { en: 'Four', zh: '四个' },
      { en: 'Six, too', zh: '也是六个' },
    ],
    right: 2,
    why: {
      en: 'One to open the connection, once, and one for each question and its answer. The close takes time as well, but no answer waits for it.',
      zh: '建立连接一个，只需一次；每次问答各一个。关闭也要时间，但没有应答在等它。',
    },
  },
  websocket: {
    part: 0,
    ask: {
      en: 'From “101 Switching Protocols” on, both sides may talk at once. What has TCP done to make this possible?',
      zh: '“101 Switching Protocols”之后，双方可以同时发送。TCP 为此做了什么？',
    },
    choices: [
      { en: 'It has opened a second connection for the other direction', zh: '为另一个方向新建了一个连接' },
      { en: 'Nothing: it always carried both directions at once', zh: '什么都没做：它本来就能双向同时传输' },
      { en: 'It has turned off acknowledgments, which stood in the way', zh: '关闭了碍事的确认' },
    ],
    right: 1,
    why: {
      en: 'A TCP connection is two streams, each with its own numbers and its own window. It was HTTP that made the two sides take turns.',
      zh: 'TCP 连接是两个方向的数据流，各有自己的序号和窗口。让双方轮流发言的是 HTTP。',
    },
  },
  'tcp-udp': {
    part: 1,
    ask: {
      en: 'Fifty messages go over TCP, one each 20 ms. Three segments are sent again because of losses. How many messages are late?',
      zh: '五十条消息经 TCP 发送，每 20 毫秒一条。因为丢包，有三个报文段重传。有多少条消息迟到？',
    },
    choices: [
      { en: 'None: TCP repairs the losses', zh: '没有：TCP 修复了丢失' },
      { en: 'Three', zh: '三条' },
      { en: 'More than three', zh: '三条以上' },
    ],
    right: 2,
    why: {
      en: 'TCP delivers in order. What arrives behind a lost segment is there in time, and yet cannot be read until the lost one has come again.',
      zh: 'TCP 按序交付。丢失的报文段之后的数据准时到达，却要等重传的到了才能读取。',
    },
  },
}
