import type { Quizzes } from './quiz-kind.ts'

export const OPENING_QUIZZES: Quizzes = {
  handshake: {
    part: 0,
    ask: { en: 'When is the client’s side of the connection open?', zh: '客户端这一端在什么时候算是建立了连接？' },
    choices: [
      { en: 'When its SYN has gone out', zh: '发出 SYN 的时候' },
      { en: 'When the server’s SYN,ACK has reached it', zh: '收到服务器的 SYN,ACK 的时候' },
      { en: 'When the server has received its third segment', zh: '服务器收到第三个报文段的时候' },
    ],
    right: 1,
    why: {
      en: 'The SYN,ACK shows that the server is there and has heard the client’s number: more the client need not know. The server has to wait for the third segment before it knows as much.',
      zh: 'SYN,ACK 表明服务器存在，并且收到了客户端的序号：客户端需要知道的就是这些。服务器要等到第三个报文段，才知道得同样多。',
    },
  },
  'why-three': {
    part: 0,
    ask: {
      en: 'Suppose two segments were enough: the server takes the connection for open once it has answered. That answer is lost. What does the server know of it?',
      zh: '假设两次握手就够了：服务器一应答就认为连接已经建立。如果这个应答丢失了，服务器知道些什么？',
    },
    choices: [
      {
        en: 'Nothing: lost or delivered, what follows is silence',
        zh: '什么都不知道：丢失也好，送达也好，随后都是沉默',
      },
      { en: 'That it was lost: otherwise a request would have come', zh: '知道它丢了：否则请求早就来了' },
      { en: 'That it was lost: its timer runs out, and it answers again', zh: '知道它丢了：定时器到期，于是再次应答' },
    ],
    right: 0,
    why: {
      en: 'A client may be silent for as long as it likes, and a server that expects no third segment has nothing to time. With three segments it knows that it does not know yet, and asks again.',
      zh: '客户端想沉默多久都可以，而不期待第三个报文段的服务器也没有什么可计时的。有了第三个报文段，服务器知道自己还不能确定，会再次应答。',
    },
  },
  'lost-handshake': {
    part: 2,
    ask: {
      en: 'The third ACK is lost. The client does not notice and sends its request. What does the server make of it?',
      zh: '第三个 ACK 丢失了，客户端毫无察觉，照常发出请求。服务器会怎样对待它？',
    },
    choices: [
      { en: 'It answers RST: its side is not open yet', zh: '回以 RST：自己这一端还没有建立连接' },
      { en: 'It drops the request and sends its SYN,ACK again', zh: '丢弃请求，重传 SYN,ACK' },
      { en: 'It opens the connection and reads the request', zh: '建立连接，并读取请求' },
    ],
    right: 2,
    why: {
      en: 'Every segment behind the SYN carries the acknowledgment. The data say all that the lost ACK would have said.',
      zh: 'SYN 之后的每个报文段都带有确认号。丢失的 ACK 所要说的，数据报文段全都说了。',
    },
  },
  'late-syn': {
    part: 0,
    ask: {
      en: 'An old SYN that was held up reaches a listening server, ahead of the new one. What does the server do?',
      zh: '一个滞留的旧 SYN 先于新的 SYN 到达监听的服务器。服务器怎么办？',
    },
    choices: [
      { en: 'It drops it: the timestamp is too old', zh: '丢弃：时间戳太旧' },
      { en: 'It answers by RST: it did not expect this number', zh: '回以 RST：这个序号不是它所期待的' },
      { en: 'It answers as it would any SYN; the client must say no', zh: '像对任何 SYN 一样应答；只有客户端能拒绝' },
    ],
    right: 2,
    why: {
      en: 'A listener remembers nothing with which to compare it. But its answer names the number that it heard, and the client, which knows better, replies with RST.',
      zh: '监听的服务器没有任何记忆可供比较。但它的应答带着它收到的序号，而客户端知道那不是自己现在的序号，于是回以 RST。',
    },
  },
  'early-data': {
    part: 1,
    ask: {
      en: 'A SYN brings ten bytes along. The server has never heard from this address. What does it acknowledge?',
      zh: '一个 SYN 带来了 10 字节数据。服务器从未与这个地址通信过。它会确认什么？',
    },
    choices: [
      { en: 'The SYN and the ten bytes', zh: 'SYN 和这 10 字节' },
      { en: 'The SYN alone', zh: '只确认 SYN' },
      { en: 'Nothing: a SYN must not carry data', zh: '什么都不确认：SYN 不得携带数据' },
    ],
    right: 1,
    why: {
      en: 'The address may be forged, and work done for it would be work for nobody. Data that were not acknowledged cost nothing: an honest client sends them again with its third segment.',
      zh: '地址可能是伪造的，为它所做的就可能是白费力气。没有确认的数据不费服务器分毫：真正的客户端会在第三个报文段里重新发送。',
    },
  },
  simultaneous: {
    part: 0,
    ask: {
      en: 'Each of two hosts sends the other a SYN, and the two cross on the way. What comes of it?',
      zh: '两台主机各向对方发出一个 SYN，两个 SYN 在途中交错。结果是什么？',
    },
    choices: [
      { en: 'One connection', zh: '一个连接' },
      { en: 'Two connections, one each way', zh: '两个连接，各一个方向' },
      { en: 'None: each refuses, since it has not listened', zh: '没有连接：双方都没有监听，因此互相拒绝' },
    ],
    right: 0,
    why: {
      en: 'A connection is named by its two addresses and ports, and those are the same for both SYNs. Each takes the other’s SYN as half of an answer to its own.',
      zh: '连接由两端的地址和端口确定，而两个 SYN 的这四项是相同的。双方都把对方的 SYN 当作对自己 SYN 的半个应答。',
    },
  },
}
