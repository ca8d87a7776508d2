import type { UnusualName } from '../inspect/unusual.ts'

/** A word or two, and a sentence; values in braces. */
type UnusualWords = readonly [title: string, sentence: string]

const EN: Readonly<Record<UnusualName, UnusualWords>> = {
  lost: ['Lost', 'It never arrived. Its sender will only notice that no acknowledgment comes.'],
  retransmission: [
    'Retransmission',
    'It carries again what was sent before: this is sending number {count}. If more than one arrives, the receiver keeps one.',
  ],
  duplicate: [
    'Duplicate',
    'The network delivered the packet twice; this is the second one. Its sequence number shows the receiver that nothing in it is new.',
  ],
  'out-of-order': [
    'Out of order',
    'It overtook something that was sent before it. The receiver keeps it behind the hole and says what is missing.',
  ],
  'out-of-window': [
    'Outside the window',
    'Its numbers are not those the receiver expects now: it is dropped, and as a rule answered by an acknowledgment.',
  ],
  forged: ['Forged', 'No machine of this play has sent it: somebody else put it on the wire in another’s name.'],
  corrupted: [
    'Corrupted',
    'Byte {byte} was {was} and arrived as {is}. The checksum no longer fits, so the receiver drops the packet in silence.',
  ],
  rewritten: [
    'Rewritten on the way',
    'Byte {byte} was {was} and arrived as {is}, with a checksum to match: somebody between the two machines has changed it on purpose.',
  ],
  touched: ['Touched', 'Your hands were on this packet.'],
  'wrong-ip-checksum': [
    'Wrong IP checksum',
    'The IP header was damaged, or a network card had yet to fill it in when this was captured. A receiver drops it.',
  ],
  'wrong-checksum': [
    'Wrong checksum',
    'Header or data were damaged, or a network card had yet to fill it in when this was captured. A receiver drops it in silence.',
  ],
  'no-checksum': ['No checksum', 'UDP over IPv4 may do without: damage would not be noticed.'],
  'congestion-experienced': [
    'Congestion experienced',
    'A router on the way was congested and marked the packet (CE) instead of dropping it. The receiver echoes it as ECE.',
  ],
  fragment: ['Fragment', 'IP has cut the datagram up; if one piece is lost, all of it is.'],
  cut: ['Cut off', 'Not all of its header is here, so not all of it can be read.'],
  'no-flags': [
    'No flag at all',
    'No TCP sends this (a “null scan”). An open port keeps silent, a closed one answers with RST.',
  ],
  'impossible-flags': [
    'Flags that exclude each other',
    'SYN opens, FIN closes, RST aborts: a segment that does two of these is a probe or a mistake.',
  ],
  'no-ack-flag': [
    'No ACK flag',
    'On a connection every segment behind the SYN must acknowledge something; this one is dropped.',
  ],
  'reserved-bits': ['Reserved bits set', 'They must be zero when sent and are ignored when received.'],
  reset: [
    'Reset',
    'The connection ends at once and without a goodbye. It only counts if its sequence number is exactly the next one expected.',
  ],
  'reset-acking': [
    'Reset',
    'An answer to a segment that belongs to no connection, or the abrupt end of one: by its acknowledgment the other side knows that it is meant.',
  ],
  urgent: ['Urgent', 'It points {pointer} bytes ahead to the end of urgent data. New applications must not use this.'],
  'urgent-without-flag': [
    'Urgent pointer without URG',
    'The pointer holds {pointer} but does not count, since the flag is not set.',
  ],
  'ecn-asked': ['Asks for ECN', 'ECE and CWR in a SYN mean: I understand explicit congestion notification, do you?'],
  'ecn-granted': [
    'Grants ECN',
    'ECE alone in a SYN,ACK means: I understand it too. Packets may be marked instead of dropped from now on.',
  ],
  'ecn-echo': [
    'ECN echo',
    'A marked packet arrived: its sender is asked to slow down. It is repeated until CWR comes.',
  ],
  'window-reduced': ['Congestion window reduced', 'The sender has slowed down: the receiver can stop its ECN echo.'],
  'accurate-ecn': ['Accurate ECN', 'AE belongs to the newer, finer form of congestion notification.'],
  'keepalive-shape': [
    'Shaped like a keepalive',
    'Its sequence number is one too old and it carries nothing new: the peer must answer if it is still there.',
  ],
  'window-probe-shape': [
    'Shaped like a window probe',
    'The peer’s window is zero, and an old sequence number makes it say how large it is now.',
  ],
  'duplicate-ack': [
    'Duplicate acknowledgment',
    'It acknowledges no more than the one before, number {count} in a row: something came, but not what is missing. Without SACK, {needed} of them start a fast retransmit.',
  ],
  'acks-unsent': [
    'Acknowledges what was never sent',
    'The number lies beyond all that the peer has sent: an old connection, a forger or a fault. It is dropped and answered.',
  ],
  'zero-window': [
    'Zero window',
    'Its sender has no room: the peer must stop, and ask from time to time whether there is room again.',
  ],
  wraps: ['Sequence numbers wrap', 'Behind 4 294 967 295 comes 0: within this segment the numbers begin anew.'],
  'mss-tiny': [
    'Tiny segments',
    'An MSS of {mss} is less than the {least} every host can take: headers will weigh more than data.',
  ],
  'mss-absent': [
    'No maximum segment size',
    'Nothing larger than {least} bytes may be sent to it over IPv4, 1220 over IPv6.',
  ],
  'scale-absent': [
    'No window scale',
    'No window beyond 65 535 bytes is possible on this connection, however long the way.',
  ],
  'scale-refused': [
    'No window scale',
    'The SYN did not offer it, so the answer must not either: windows end at 65 535 bytes.',
  ],
  'scale-huge': [
    'Window scale too large',
    'A shift of {shift} counts as {most}, or windows would exceed the sequence space.',
  ],
  'sack-absent': ['No SACK', 'Without selective acknowledgments a sender learns of only one loss in each round trip.'],
  sack: [
    'Selective acknowledgment',
    'What lies behind a hole has arrived and need not be sent again; ranges told here: {count}.',
  ],
  dsack: [
    'Duplicate SACK',
    'The first range had been received before: the sender learns that it sent it in vain, or that the network made a copy.',
  ],
  'fast-open-request': ['Asks for a Fast Open cookie', 'With it the next connection can carry data in its SYN.'],
  'fast-open-cookie': ['Fast Open cookie', '{length} bytes by which the server knows this client again.'],
  'data-in-syn': ['Data in a SYN', '{length} bytes travel before the handshake is done.'],
  'malformed-option': ['Malformed option', 'An option has a length that cannot be; what stands behind it is ignored.'],
}

const ZH: Readonly<Record<UnusualName, UnusualWords>> = {
  lost: ['丢失', '它没有到达。发送方只能从迟迟不来的确认中察觉。'],
  retransmission: ['重传', '它携带的内容先前发送过，这是第 {count} 次发送。若不止一份到达，接收方只留一份。'],
  duplicate: ['重复', '网络把这个包送达了两次，这是第二份。接收方从序号看出其中没有新内容。'],
  'out-of-order': ['乱序', '它超过了先发出的数据。接收方先存下它，并告知还缺什么。'],
  'out-of-window': ['窗口之外', '它的序号不是接收方此刻所期待的：丢弃，通常回送一个 ACK。'],
  forged: ['伪造', '场景中没有哪台主机发送过它：有人冒名把它放上了线路。'],
  corrupted: ['损坏', '第 {byte} 字节原为 {was}，到达时成了 {is}。校验和不再相符，接收方会默默丢弃。'],
  rewritten: [
    '途中被改写',
    '第 {byte} 字节原为 {was}，到达时成了 {is}，校验和也随之改过：两台主机之间有人有意改动了它。',
  ],
  touched: ['动过手脚', '你对这个包做过改动。'],
  'wrong-ip-checksum': ['IP 校验和错误', 'IP 首部已损坏，或抓包时网卡尚未填入校验和。接收方会丢弃。'],
  'wrong-checksum': ['校验和错误', '首部或数据已损坏，或抓包时网卡尚未填入校验和。接收方会默默丢弃。'],
  'no-checksum': ['没有校验和', 'IPv4 上的 UDP 可以不带校验和：数据损坏将无从察觉。'],
  'congestion-experienced': ['经历拥塞', '途中的路由器发生拥塞，给它打了标记（CE）而没有丢弃。接收方会以 ECE 回报。'],
  fragment: ['分片', 'IP 把数据报切开了：任何一片丢失，整个数据报都作废。'],
  cut: ['不完整', '首部不全，无法全部解读。'],
  'no-flags': ['没有任何标志', '正常的 TCP 不会发送这样的段（“空扫描”）。开放的端口沉默，关闭的端口以 RST 应答。'],
  'impossible-flags': ['互斥的标志', 'SYN 打开，FIN 关闭，RST 中止：同时做两件事的报文段不是探测就是差错。'],
  'no-ack-flag': ['没有 ACK 标志', '在连接上，SYN 之后的每个报文段都必须带确认；这样的段会被丢弃。'],
  'reserved-bits': ['保留位非零', '发送时必须为零，接收时忽略。'],
  reset: ['复位', '连接立即终止，没有告别。只有序号恰好是期待的下一个，才会生效。'],
  'reset-acking': ['复位', '对不属于任何连接的报文段的应答，或连接的突然终止：对方凭其确认号得知说的正是自己。'],
  urgent: ['紧急', '它指向 {pointer} 字节之后，即紧急数据的末尾。新应用不应再使用这一机制。'],
  'urgent-without-flag': ['有紧急指针而无 URG', '指针为 {pointer}，但标志没有置位，因此无效。'],
  'ecn-asked': ['请求 ECN', 'SYN 中同时置 ECE 和 CWR，意思是：我支持显式拥塞通知，你呢？'],
  'ecn-granted': ['同意 ECN', 'SYN,ACK 中只置 ECE，意思是：我也支持。从此可以用打标记代替丢包。'],
  'ecn-echo': ['ECN 回报', '收到了打过标记的包：请发送方减速。一直重复，直到收到 CWR。'],
  'window-reduced': ['拥塞窗口已缩小', '发送方已经减速：接收方可以停止 ECN 回报。'],
  'accurate-ecn': ['精确 ECN', 'AE 属于更新、更精细的拥塞通知方式。'],
  'keepalive-shape': ['保活探测的样子', '序号比应有的旧一个，也没有新内容：对方若还在，就必须应答。'],
  'window-probe-shape': ['零窗口探测的样子', '对方的窗口为零，用一个旧序号促使它说出现在的窗口大小。'],
  'duplicate-ack': [
    '重复 ACK',
    '确认到同一位置，已连续第 {count} 个：有数据到达，但不是所缺的那些。没有 SACK 时，{needed} 个就会触发快速重传。',
  ],
  'acks-unsent': ['确认了从未发送的数据', '确认号超出了对方发送过的一切：来自旧连接、伪造者或差错。丢弃并应答。'],
  'zero-window': ['零窗口', '发送此段的一方已无空间：对方必须停下，并不时询问是否又有了空间。'],
  wraps: ['序号回绕', '4 294 967 295 之后是 0：序号在这个报文段内从头开始。'],
  'mss-tiny': ['过小的报文段', 'MSS 为 {mss}，小于每台主机都能接收的 {least}：首部会比数据还多。'],
  'mss-absent': ['没有 MSS 选项', '在 IPv4 上发给它的报文段不得超过 {least} 字节，IPv6 上为 1220 字节。'],
  'scale-absent': ['没有窗口扩大选项', '无论路途多长，这条连接的窗口都不能超过 65 535 字节。'],
  'scale-refused': ['没有窗口扩大选项', 'SYN 没有提供，应答中也就不得带上：窗口最大 65 535 字节。'],
  'scale-huge': ['窗口扩大因子过大', '移位 {shift} 按 {most} 计算，否则窗口会超出序号空间。'],
  'sack-absent': ['没有 SACK', '没有选择确认，发送方每个往返只能得知一处丢失。'],
  sack: ['选择确认', '空缺之后的数据已经收到（此处列出 {count} 段），不必重传。'],
  dsack: ['重复 SACK', '第一个范围先前就收到过：发送方由此得知白发了一次，或是网络复制了包。'],
  'fast-open-request': ['请求 Fast Open Cookie', '有了它，下一次连接的 SYN 就能携带数据。'],
  'fast-open-cookie': ['Fast Open Cookie', '{length} 字节，服务器凭它认出这个客户端。'],
  'data-in-syn': ['SYN 中携带数据', '握手完成之前就发出了 {length} 字节。'],
  'malformed-option': ['选项格式错误', '某个选项的长度不合理，其后的内容都被忽略。'],
}

/** What is unusual about a packet: see inspect/unusual.ts. */
export const UNUSUAL_WORDS = { en: EN, zh: ZH } as const
