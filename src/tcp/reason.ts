/** Why a segment is sent: the rule that makes this stack send it, by a name that stays. Set where the segment is made. */
export type Reason =
  // SYN
  | 'open'
  | 'open-fast'
  | 'open-again'
  | 'answer-syn'
  | 'simultaneous-open'
  | 'answer-again'
  | 'answer-repeated-syn'
  | 'cookie'
  // data and FIN, for the first time
  | 'data'
  | 'data-fin'
  | 'fin'
  | 'data-fast'
  | 'data-first'
  | 'data-held'
  // data and FIN, again
  | 'retransmission-timeout'
  | 'after-timeout'
  | 'fast-retransmit'
  | 'partial-ack'
  | 'rack'
  | 'reorder-timeout'
  | 'path-mtu'
  | 'fast-open-refused'
  // probes
  | 'loss-probe'
  | 'window-probe'
  | 'keepalive'
  // acknowledgments
  | 'ack-handshake'
  | 'ack-quick'
  | 'ack-every-second'
  | 'ack-delayed'
  | 'ack-read'
  | 'ack-asked'
  | 'ack-out-of-order'
  | 'ack-hole-filled'
  | 'ack-duplicate'
  | 'ack-fin'
  | 'ack-beyond-window'
  | 'ack-unacceptable'
  | 'ack-old-timestamp'
  | 'ack-no-memory'
  | 'ack-window-reduced'
  | 'window-update'
  | 'challenge-rst'
  | 'challenge-syn'
  | 'challenge-ack'
  | 'time-wait-ack'
  // RST
  | 'abort'
  | 'abort-unread'
  | 'abort-unaccepted'
  | 'abort-overflow'
  | 'abort-silence'
  | 'abort-scarcity'
  | 'reset-text'
  | 'reset-half-open'
  | 'reset-bad-ack'
  | 'reset-other-syn'
  | 'refusal'

/** The rule behind a reason, for people. */
export interface ReasonRule {
  /** Where it stands, such as 'RFC 9293, 3.8.6.3'; 'Linux: ...' where the RFCs leave the choice. */
  readonly rfc: string
  /** One sentence. */
  readonly rule: string
  /** The same for a reader of Chinese. */
  readonly ruleZh: string
}

/** Every reason with its rule. */
export const REASONS: Readonly<Record<Reason, ReasonRule>> = {
  open: {
    rfc: 'RFC 9293, 3.10.1',
    rule: 'The application opens the connection: a SYN proposes our initial sequence number and options.',
    ruleZh: '应用主动打开连接：用 SYN 给出我方的初始序号和选项。',
  },
  'open-fast': {
    rfc: 'RFC 7413, 4.2.2',
    rule: 'A cookie from an earlier connection lets the SYN carry the first data.',
    ruleZh: '持有上次连接得到的 Cookie，SYN 可以直接携带第一批数据（TCP Fast Open）。',
  },
  'open-again': {
    rfc: 'RFC 6298, 5.4',
    rule: 'No answer to our SYN came in time: it goes again, and the next wait is twice as long.',
    ruleZh: 'SYN 未在超时前得到应答：重传，下一次等待时间加倍。',
  },
  'answer-syn': {
    rfc: 'RFC 9293, 3.10.7.2',
    rule: 'A SYN reached a listener: SYN,ACK acknowledges it and proposes our own initial sequence number.',
    ruleZh: '监听端收到 SYN：用 SYN,ACK 确认对方的序号，同时给出我方的初始序号。',
  },
  'simultaneous-open': {
    rfc: 'RFC 9293, 3.5',
    rule: "The peer's SYN crossed ours: both sides answer with SYN,ACK.",
    ruleZh: '双方的 SYN 在途中交错（同时打开）：各自以 SYN,ACK 应答。',
  },
  'answer-again': {
    rfc: 'RFC 6298, 5.4',
    rule: 'The third segment of the handshake did not come in time: the SYN,ACK goes again.',
    ruleZh: '三次握手的最后一个 ACK 未按时到达：重传 SYN,ACK。',
  },
  'answer-repeated-syn': {
    rfc: 'Linux: tcp_check_req',
    rule: 'The peer repeats its SYN, so our SYN,ACK was lost: it goes again without waiting for the timer.',
    ruleZh: '对方重发了 SYN，说明我方的 SYN,ACK 已丢失：不等定时器，立即重发。',
  },
  cookie: {
    rfc: 'RFC 4987, 3.6',
    rule: 'No state is kept of this half-open connection, mostly since the queue is full: what must be remembered is in the sequence number.',
    ruleZh: '不为此半连接保存状态（通常因为半连接队列已满）：需要记住的信息编码进 SYN,ACK 的序号（SYN Cookie）。',
  },
  data: {
    rfc: 'RFC 9293, 3.8',
    rule: "Data waits, and the windows, Nagle's algorithm and the rules against silly windows let it go.",
    ruleZh: '有数据待发，且发送窗口、拥塞窗口、Nagle 算法和防糊涂窗口规则都允许发送。',
  },
  'data-fin': {
    rfc: 'RFC 9293, 3.10.4',
    rule: 'The application has closed, and these are the last bytes: the FIN goes with them.',
    ruleZh: '应用已关闭发送方向，这是最后一批字节：FIN 随之发出。',
  },
  fin: {
    rfc: 'RFC 9293, 3.10.4',
    rule: 'The application has closed and everything before was sent: FIN ends our direction.',
    ruleZh: '应用已关闭发送方向，数据均已发出：用 FIN 结束我方方向。',
  },
  'data-fast': {
    rfc: 'RFC 7413, 4.2.2',
    rule: 'The client is known by its cookie: the server sends data before the handshake is complete.',
    ruleZh: '客户端已凭 Cookie 验证身份：服务器不等三次握手完成就发送数据。',
  },
  'data-first': {
    rfc: 'RFC 5682, 3.1',
    rule: 'After a timeout that may have been needless new data goes before retransmissions: its acknowledgment will tell (F-RTO).',
    ruleZh: '这次超时可能是误判：先发新数据、后重传，由其确认来判断（F-RTO）。',
  },
  'data-held': {
    rfc: 'RFC 9293, 3.8.6.2.1',
    rule: 'A short segment was held back until the override timeout: now what fits into the window goes.',
    ruleZh: '小报文段被扣留，直到超时强制放行：窗口容得下多少就发多少。',
  },
  'retransmission-timeout': {
    rfc: 'RFC 6298, 5.4',
    rule: 'No acknowledgment came within the retransmission timeout: the first unacknowledged segment goes again.',
    ruleZh: '超时重传：RTO 内未收到确认，重传最早的未确认报文段。',
  },
  'after-timeout': {
    rfc: 'RFC 5681, 3.1',
    rule: 'What was in flight when the timer expired counts as lost too, and goes again as slow start opens the congestion window.',
    ruleZh: '超时发生时在途的其余报文段也视为丢失，随慢启动打开拥塞窗口逐步重传。',
  },
  'fast-retransmit': {
    rfc: 'RFC 5681, 3.2',
    rule: 'Three duplicate acknowledgments: the segment they ask for is lost and goes again without waiting for the timer.',
    ruleZh: '快速重传：收到三个重复 ACK，认定其所缺的报文段已丢失，不等定时器立即重传。',
  },
  'partial-ack': {
    rfc: 'RFC 6582, 3.2',
    rule: 'In fast recovery an acknowledgment reached only a part of what was in flight: the next hole is lost, too.',
    ruleZh: '快速恢复中收到部分确认：说明下一个空缺也已丢失，接着重传。',
  },
  rack: {
    rfc: 'RFC 8985, 6.2',
    rule: 'SACK shows that something sent well after this segment has arrived: this one is lost (fast retransmit by RACK).',
    ruleZh: '快速重传（RACK）：SACK 表明更晚发出的数据已到达，因而此段已丢失。',
  },
  'reorder-timeout': {
    rfc: 'RFC 8985, 6.3',
    rule: 'The segment was overtaken and did not come within the reordering window: it is lost.',
    ruleZh: '此段被后发的数据超过，在乱序窗口的时间内仍未到达：判定丢失。',
  },
  'path-mtu': {
    rfc: 'RFC 1191, 6.4',
    rule: 'The path carries only smaller packets than thought: what was too large goes again in smaller segments.',
    ruleZh: '路径 MTU 变小：过大的报文段拆小后重发，不视为拥塞。',
  },
  'fast-open-refused': {
    rfc: 'RFC 7413, 4.2.2',
    rule: 'The SYN,ACK did not acknowledge the data of our SYN: it goes again.',
    ruleZh: 'SYN,ACK 没有确认 SYN 中携带的数据：这些数据重新发送。',
  },
  'loss-probe': {
    rfc: 'RFC 8985, 7.3',
    rule: 'The end of the flight was not acknowledged within about two round trips: a probe draws an answer that shows what is lost.',
    ruleZh: '尾部丢失探测：约两个 RTT 内队尾未被确认，发一个探测段，引出能说明丢失情况的应答。',
  },
  'window-probe': {
    rfc: 'RFC 9293, 3.8.6.1',
    rule: "The peer's window is closed and data waits: a probe asks whether it has opened.",
    ruleZh: '零窗口探测：对方窗口为零而有数据待发，询问窗口是否已打开。',
  },
  keepalive: {
    rfc: 'RFC 9293, 3.8.4',
    rule: 'Nothing was heard for long: an old sequence number makes the peer answer if it is still there.',
    ruleZh: '保活：长时间没有收到对方的任何报文段，用一个旧序号促使对方应答。',
  },
  'ack-handshake': {
    rfc: 'RFC 9293, 3.10.7.3',
    rule: "The peer's SYN,ACK is acknowledged: the handshake is complete.",
    ruleZh: '确认对方的 SYN,ACK：三次握手完成。',
  },
  'ack-quick': {
    rfc: 'Linux: tcp_in_quickack_mode',
    rule: 'At the start, after silence and after trouble each segment is acknowledged at once, so that the sender gets going.',
    ruleZh: '快速确认模式：在连接开始、静默之后或出现异常之后，每段都立即确认，使发送方尽快提速。',
  },
  'ack-every-second': {
    rfc: 'RFC 9293, 3.8.6.3',
    rule: 'More than one full segment is unacknowledged: at least every second one draws an acknowledgment.',
    ruleZh: '未确认的数据已超过一个满长报文段：至少每两个满长段确认一次。',
  },
  'ack-delayed': {
    rfc: 'RFC 9293, 3.8.6.3',
    rule: 'The acknowledgment waited for data to ride on; its delay is over.',
    ruleZh: '延迟确认：ACK 等待搭载在数据上，等待时间已到。',
  },
  'ack-read': {
    rfc: 'Linux: tcp_cleanup_rbuf',
    rule: 'The application has read a short segment to the end, and its sender may be waiting for the acknowledgment.',
    ruleZh: '应用已读完一个小报文段，其发送方可能正在等待确认。',
  },
  'ack-asked': {
    rfc: 'Linux: TCP_QUICKACK',
    rule: 'The application has asked that the acknowledgment be delayed no longer.',
    ruleZh: '应用设置了 TCP_QUICKACK，要求不再延迟确认。',
  },
  'ack-out-of-order': {
    rfc: 'RFC 5681, 4.2',
    rule: 'Data came behind a hole: a duplicate acknowledgment says at once what is missing.',
    ruleZh: '收到空缺之后的乱序数据：立即发出重复 ACK，告知所缺的序号。',
  },
  'ack-hole-filled': {
    rfc: 'RFC 5681, 4.2',
    rule: 'Data filled a hole or a part of it: the sender, which is recovering, is told at once.',
    ruleZh: '收到的数据填补了空缺：立即确认，告知正在恢复的发送方。',
  },
  'ack-duplicate': {
    rfc: 'RFC 2883, 4.1',
    rule: 'All of the segment had been received before: our acknowledgment was probably lost, so it goes again at once.',
    ruleZh: '收到的内容此前均已收过：我方的确认可能丢失，立即再次确认。',
  },
  'ack-fin': {
    rfc: 'RFC 9293, 3.10.7.4',
    rule: "The peer's FIN has come: it is acknowledged, and its direction has ended.",
    ruleZh: '收到对方的 FIN：予以确认，对方方向到此结束。',
  },
  'ack-beyond-window': {
    rfc: 'RFC 9293, 3.10.7.4',
    rule: 'Text reached beyond the window that was offered, and was cut off there: the sender is told what was taken.',
    ruleZh: '数据超出了通告的接收窗口，超出部分被丢弃：告知发送方实际收下的位置。',
  },
  'ack-unacceptable': {
    rfc: 'RFC 9293, 3.10.7.4',
    rule: 'The segment lies outside the window (a probe, an old or a stray one): the answer says what is expected.',
    ruleZh: '报文段落在接收窗口之外（探测段、旧段或迷途段）：应答告知所期待的序号。',
  },
  'ack-old-timestamp': {
    rfc: 'RFC 7323, 5.3',
    rule: "The segment's timestamp is older than the last one: it is dropped as an old duplicate (PAWS), and acknowledged.",
    ruleZh: '时间戳比上一个还旧：按旧的重复段丢弃（PAWS），并回送 ACK。',
  },
  'ack-no-memory': {
    rfc: 'Linux: tcp_data_queue',
    rule: 'There is no memory for data that came: it is dropped, and the window is closed until the application reads.',
    ruleZh: '内存不足，到达的数据被丢弃：把窗口通告为零，直到应用读取。',
  },
  'ack-window-reduced': {
    rfc: 'RFC 3168, 6.1.3',
    rule: 'CWR: the sender has reduced its congestion window, perhaps to one segment, and should not wait.',
    ruleZh: '收到 CWR：发送方已缩小拥塞窗口，可能只剩一个报文段，不应让它等待。',
  },
  'window-update': {
    rfc: 'RFC 9293, 3.8.6.2.2',
    rule: 'The application has read so much that the window opens by a worthwhile step.',
    ruleZh: '窗口更新：应用读走了足够多的数据，窗口的增大值得告知对方。',
  },
  'challenge-rst': {
    rfc: 'RFC 5961, 3.2',
    rule: 'A RST lies in the window but not exactly where it should: a real peer will send it again in its place.',
    ruleZh: 'RST 落在窗口内但序号不精确：发挑战 ACK，真正的对端会以正确的序号再发一次。',
  },
  'challenge-syn': {
    rfc: 'RFC 5961, 4.2',
    rule: 'A SYN on a synchronized connection: a peer that has really begun anew will answer this acknowledgment with a RST.',
    ruleZh: '已同步的连接上收到 SYN：发挑战 ACK，若对端确已重启，会以 RST 应答。',
  },
  'challenge-ack': {
    rfc: 'RFC 5961, 5.2',
    rule: 'A segment acknowledges what was never sent, or something too long ago: it is dropped, and its sender told where we are.',
    ruleZh: '确认号指向从未发送或过于久远的数据：丢弃该段，并告知我方的当前位置。',
  },
  'time-wait-ack': {
    rfc: 'RFC 9293, 3.10.7.4',
    rule: 'In TIME-WAIT something came again, such as the FIN: our last acknowledgment was lost, and goes again.',
    ruleZh: 'TIME-WAIT 状态又收到报文段（如重传的 FIN）：最后的 ACK 可能丢失，再发一次。',
  },
  abort: {
    rfc: 'RFC 9293, 3.10.5',
    rule: 'The application aborts the connection.',
    ruleZh: '应用中止连接（ABORT）：用 RST 告知对方。',
  },
  'abort-unread': {
    rfc: 'RFC 2525, 2.17',
    rule: 'The application has closed without reading all that came: the peer must learn that data was lost.',
    ruleZh: '应用关闭时还有未读的数据：用 RST 让对方知道数据已丢失。',
  },
  'abort-unaccepted': {
    rfc: 'RFC 9293, 3.10.4',
    rule: 'The listener was closed before anybody had accepted this connection.',
    ruleZh: '监听套接字被关闭，而此连接尚未被 accept 取走。',
  },
  'abort-overflow': {
    rfc: 'Linux: tcp_abort_on_overflow',
    rule: 'The accept queue is full, and the host is set to refuse rather than to keep silent.',
    ruleZh: '全连接队列已满，且主机设置为拒绝（tcp_abort_on_overflow）而非沉默。',
  },
  'abort-silence': {
    rfc: 'RFC 9293, 3.8.4',
    rule: 'Several keepalives in a row had no answer: the connection is given up.',
    ruleZh: '连续多个保活探测都没有应答：放弃该连接。',
  },
  'abort-scarcity': {
    rfc: 'Linux: tcp_out_of_resources',
    rule: 'Nobody holds the connection any more, and there are too many of its kind or too little memory.',
    ruleZh: '连接已无人持有（孤儿连接），而这类连接过多或内存不足。',
  },
  'reset-text': {
    rfc: 'RFC 2525, 2.17',
    rule: 'Data came for an application that has gone: nobody will read it, and its sender must know.',
    ruleZh: '数据到达时应用已离开、无人再读：用 RST 告知发送方。',
  },
  'reset-half-open': {
    rfc: 'RFC 9293, 3.5.1',
    rule: 'The answer to our SYN acknowledges something else: the peer still holds an older connection, which this ends.',
    ruleZh: '对我方 SYN 的应答确认了别的序号：对端还保留着旧连接（半打开），用 RST 将其清除。',
  },
  'reset-bad-ack': {
    rfc: 'RFC 9293, 3.10.7.4',
    rule: 'In SYN-RECEIVED an acknowledgment came that our SYN,ACK cannot have drawn.',
    ruleZh: 'SYN-RECEIVED 状态收到的确认号与我方的 SYN,ACK 不符。',
  },
  'reset-other-syn': {
    rfc: 'RFC 9293, 3.10.7.4',
    rule: 'In SYN-RECEIVED another SYN came in the window: the handshake is given up.',
    ruleZh: 'SYN-RECEIVED 状态在窗口内又收到另一个 SYN：放弃这次握手。',
  },
  refusal: {
    rfc: 'RFC 9293, 3.10.7.1',
    rule: 'The segment is for no connection, and nobody listens there.',
    ruleZh: '报文段不属于任何连接，该端口也无人监听。',
  },
}
