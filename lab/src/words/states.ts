import type { State } from 'estab'

/** What there is to say of a state. */
interface StateWords {
  readonly means: string
  readonly may: string
  readonly ends: string
  readonly timer: string
  /** What a connection that stays there tells who runs the machine. */
  readonly stuck: string
}

const EN: Readonly<Record<State, StateWords>> = {
  CLOSED: {
    means:
      'There is no connection: nothing is remembered, no number, no timer. It is less a state than the absence of all others.',
    may: 'An application opens actively (connect) or passively (listen). A segment that arrives is answered with RST, unless it is one itself.',
    ends: 'connect() leads to SYN-SENT, listen() to LISTEN.',
    timer: 'None.',
    stuck:
      'No connection can be stuck here. If clients see “connection refused”, nobody listens on the port: look with ss -ltn, and at what address.',
  },
  LISTEN: {
    means:
      'A server waits for any client on this port. It is no connection yet, but the place from which connections come.',
    may: 'A SYN makes a new, half-open connection in SYN-RECEIVED, while the listener stays. An ACK that belongs to nothing is answered with RST, and a RST is ignored.',
    ends: 'The application closes the listening socket.',
    timer: 'None. Each half-open connection has its own.',
    stuck:
      'It should stay here. Look at its queues: if the accept queue is full (Recv-Q in ss -ltn), the application calls accept() too slowly; if the SYN queue is full, ACKs do not come back, or it is a flood. Knobs: somaxconn and the backlog of listen(), tcp_max_syn_backlog, tcp_syncookies, tcp_abort_on_overflow.',
  },
  'SYN-SENT': {
    means: 'We have asked to open: our SYN is out with our initial sequence number, and no fitting answer has come.',
    may: 'A SYN,ACK that acknowledges our SYN completes the opening. A bare SYN means that both ask at once (simultaneous open). A RST that acknowledges our SYN is a refusal.',
    ends: 'The answer; a refusal (ECONNREFUSED); close(); or too many SYNs without an answer (ETIMEDOUT).',
    timer: 'Retransmission, first after 1 s, then doubled each time.',
    stuck:
      'Nobody answers: the address is wrong or down, or a firewall drops in silence, the SYN or the SYN,ACK. With tcp_syn_retries = 6 it takes 127 s to fail. Many at once: whatever you depend on is unreachable.',
  },
  'SYN-RECEIVED': {
    means:
      'A SYN came and our SYN,ACK is out. The connection is half-open: that the client really has this address is not proved yet.',
    may: 'The ACK of our SYN proves it. A repeated SYN draws the SYN,ACK again; a RST throws the connection away.',
    ends: 'The third segment of the handshake; a RST; or too many SYN,ACKs without an answer.',
    timer: 'Retransmission of the SYN,ACK, first after 1 s, then doubled.',
    stuck:
      'Many of them (ss -tn state syn-recv): a SYN flood with false addresses, or our SYN,ACKs are lost on the way back (asymmetric routes, a firewall). Knobs: tcp_synack_retries = 5 keeps each for 63 s; tcp_max_syn_backlog bounds them; tcp_syncookies makes do without.',
  },
  ESTABLISHED: {
    means: 'Both sides know both initial numbers, and each knows that the other does. Data flow in both directions.',
    may: 'Data, acknowledgments, retransmissions, window probes, keepalives: everything for which TCP is there.',
    ends: 'Our close() leads to FIN-WAIT-1, the peer’s FIN to CLOSE-WAIT. A RST, an abort or data that nobody acknowledges end it at once.',
    timer:
      'Retransmission while data are unacknowledged; persist at a zero window; delayed ACK; keepalive if the application asks for it. An idle connection has no timer at all.',
    stuck:
      'It may rest here for ever: a peer that has vanished is noticed only when something is sent. Send-Q that stays: the peer does not acknowledge (tcp_retries2 = 15 gives up after some 15 min) or its window is zero. Recv-Q that stays: the application does not read. Knobs: SO_KEEPALIVE with tcp_keepalive_time, _intvl, _probes; TCP_USER_TIMEOUT.',
  },
  'FIN-WAIT-1': {
    means: 'We have closed first and our FIN is out, behind all data; it is not acknowledged yet.',
    may: 'The peer may still send, and we still receive. Unacknowledged data and the FIN are sent again.',
    ends: 'The ACK of our FIN leads to FIN-WAIT-2; the peer’s FIN without it to CLOSING; both together to TIME-WAIT.',
    timer: 'Retransmission; persist if the peer’s window is zero.',
    stuck:
      'The peer has vanished, or keeps its window at zero, with data left in our queue. If the application has let go, it is an orphan: tcp_orphan_retries bounds the retransmissions (0 stands for 8), tcp_max_orphans the number. Many of them may be an attack that ties up memory.',
  },
  'FIN-WAIT-2': {
    means: 'Our direction is closed and acknowledged. The peer has not closed yet: the connection is half-closed.',
    may: 'The peer may send as long as it likes, and we acknowledge. We send nothing but acknowledgments.',
    ends: 'The peer’s FIN leads to TIME-WAIT. A RST ends it.',
    timer:
      'None while the application holds the socket. When it has let go (close, not shutdown): the FIN-WAIT-2 timer, tcp_fin_timeout = 60 s.',
    stuck:
      'The peer’s application does not close: over there it is in CLOSE-WAIT, and that is where the bug is. Held sockets (after shutdown) may stay for ever: the application needs a timeout of its own.',
  },
  'CLOSE-WAIT': {
    means: 'The peer has closed its direction, and we have acknowledged that. Now our own application must close.',
    may: 'Our application reads the end of the stream, and may still send what it has left.',
    ends: 'Our close() sends a FIN and leads to LAST-ACK. Nothing else in good order does: TCP will not close in the application’s stead.',
    timer: 'None of its own; retransmission if data are unacknowledged, keepalive if it is set.',
    stuck:
      'Almost always a bug in the local application: it has read the end of the stream and forgets close(). There is no timeout and no sysctl against it; sockets and file descriptors leak until EMFILE. ss -tnp state close-wait names the process.',
  },
  CLOSING: {
    means:
      'Both sides closed at the same time: the FINs crossed. We have acknowledged the peer’s, our own is not acknowledged yet.',
    may: 'Our FIN may be sent again, and so may the peer’s.',
    ends: 'The ACK of our FIN leads to TIME-WAIT.',
    timer: 'Retransmission of our FIN.',
    stuck:
      'Rare and short. If it stays, the ACK of our FIN is lost again and again, or the peer has vanished: tcp_orphan_retries gives up.',
  },
  'LAST-ACK': {
    means: 'The peer closed first, we closed after it: only the ACK of our FIN is missing.',
    may: 'Our FIN, and what is left before it, is sent again until it is acknowledged.',
    ends: 'The ACK of our FIN: nothing is left to remember. A RST does the same: it says that the peer has forgotten already.',
    timer: 'Retransmission of our FIN.',
    stuck:
      'The last ACK does not come: the peer has vanished, or a firewall has forgotten the connection. tcp_orphan_retries bounds it (0 stands for 8). That it ends is just what TIME-WAIT on the other side is for: it can answer our FIN again.',
  },
  'TIME-WAIT': {
    means:
      'Everything is done; whoever closed first waits for 2 MSL. First, the last ACK may be lost, and only who still remembers can repeat it. Second, old duplicates shall die out before the same ports are used again.',
    may: 'A FIN that comes again is acknowledged again and restarts the wait. A new SYN with a higher number or timestamp may open a new connection. A RST ends the wait, which RFC 1337 warns against; tcp_rfc1337 makes the host ignore it.',
    ends: 'The timer: 2 MSL, here and in Linux 60 s.',
    timer: 'TIME-WAIT, 60 s (RFC 9293: 4 min).',
    stuck:
      'It is no fault and costs little memory, but on the side that opens connections each holds a port towards that server: with ip_local_port_range and 60 s, some 470 connections a second to one address and port. Let the other side close first, keep connections open; tcp_tw_reuse with timestamps helps clients. tcp_max_tw_buckets is a last resort: beyond it, states are thrown away.',
  },
}

const ZH: Readonly<Record<State, StateWords>> = {
  CLOSED: {
    means: '没有连接：不保存任何序号，也没有定时器。与其说是一种状态，不如说是其他状态都不存在。',
    may: '应用主动打开（connect）或被动打开（listen）。到达的报文段一律以 RST 应答，除非它本身就是 RST。',
    ends: 'connect() 进入 SYN-SENT，listen() 进入 LISTEN。',
    timer: '无。',
    stuck:
      '连接不会卡在这里。如果客户端看到 “connection refused”，说明该端口无人监听：用 ss -ltn 查看，并注意监听的地址。',
  },
  LISTEN: {
    means: '服务器在此端口等待任意客户端。它还不是连接，而是产生连接的地方。',
    may: '收到 SYN 就产生一个处于 SYN-RECEIVED 的半连接，监听者自身保持不变。不属于任何连接的 ACK 以 RST 应答，RST 则忽略。',
    ends: '应用关闭监听套接字。',
    timer: '无。每个半连接有各自的定时器。',
    stuck:
      '本来就应停留在此。要看的是两个队列：全连接队列满（ss -ltn 的 Recv-Q），说明应用 accept() 太慢；半连接队列满，说明 ACK 没有回来，或遭到 SYN 洪泛。相关参数：somaxconn 和 listen() 的 backlog、tcp_max_syn_backlog、tcp_syncookies、tcp_abort_on_overflow。',
  },
  'SYN-SENT': {
    means: '已请求打开连接：带着初始序号的 SYN 已发出，尚未收到合适的应答。',
    may: '收到确认了 SYN 的 SYN,ACK，打开完成。只收到 SYN，说明双方同时请求（同时打开）。收到确认了 SYN 的 RST，就是被拒绝。',
    ends: '收到应答；被拒绝（ECONNREFUSED）；close()；或多次重发 SYN 仍无应答（ETIMEDOUT）。',
    timer: '重传定时器，首次 1 秒，此后每次加倍。',
    stuck:
      '没有人应答：地址错误、对端关机，或防火墙默默丢弃了 SYN 或 SYN,ACK。tcp_syn_retries = 6 时要 127 秒才失败。大量同时出现，说明所依赖的服务不可达。',
  },
  'SYN-RECEIVED': {
    means: '收到了 SYN，SYN,ACK 已发出。这是半连接：客户端是否真的拥有这个地址，还没有得到证明。',
    may: '收到对我方 SYN 的确认即得到证明。收到重复的 SYN 就再发 SYN,ACK；收到 RST 就丢弃半连接。',
    ends: '三次握手的第三个报文段；RST；或多次重发 SYN,ACK 仍无应答。',
    timer: 'SYN,ACK 的重传定时器，首次 1 秒，此后加倍。',
    stuck:
      '大量出现（ss -tn state syn-recv）：伪造源地址的 SYN 洪泛，或 SYN,ACK 在回程丢失（路由不对称、防火墙）。相关参数：tcp_synack_retries = 5 时每个半连接保留 63 秒；tcp_max_syn_backlog 限制其数量；tcp_syncookies 可以不保存半连接。',
  },
  ESTABLISHED: {
    means: '双方都知道两个初始序号，也知道对方已经知道。数据可以双向传送。',
    may: '数据、确认、重传、零窗口探测、保活：TCP 的本职工作都在这里。',
    ends: '我方 close() 进入 FIN-WAIT-1，收到对方 FIN 进入 CLOSE-WAIT。RST、中止、数据始终无人确认，都会立即结束连接。',
    timer:
      '有未确认数据时是重传定时器；窗口为零时是坚持定时器；另有延迟确认，以及应用要求时的保活。空闲的连接没有任何定时器。',
    stuck:
      '可以永远停在这里：对端消失了，只有发送时才会发现。Send-Q 不降：对方不确认（tcp_retries2 = 15，约 15 分钟后放弃）或窗口为零。Recv-Q 不降：应用没有读取。相关参数：SO_KEEPALIVE 与 tcp_keepalive_time、_intvl、_probes；TCP_USER_TIMEOUT。',
  },
  'FIN-WAIT-1': {
    means: '我方先关闭，FIN 已在所有数据之后发出，尚未得到确认。',
    may: '对方仍可发送，我方继续接收。未确认的数据和 FIN 会重传。',
    ends: '收到对 FIN 的确认进入 FIN-WAIT-2；先收到对方的 FIN 进入 CLOSING；两者一起到达进入 TIME-WAIT。',
    timer: '重传定时器；对方窗口为零时是坚持定时器。',
    stuck:
      '对端已消失，或一直通告零窗口，而我方队列里还有数据。应用若已放手，它就是孤儿连接：tcp_orphan_retries 限制重传次数（0 表示 8 次），tcp_max_orphans 限制数量。大量出现可能是占用内存的攻击。',
  },
  'FIN-WAIT-2': {
    means: '我方方向已关闭并得到确认，对方还没有关闭：连接处于半关闭。',
    may: '对方想发多久就发多久，我方予以确认；我方除了 ACK 不再发送任何东西。',
    ends: '收到对方的 FIN 进入 TIME-WAIT。收到 RST 则直接结束。',
    timer:
      '应用仍持有套接字时没有定时器。应用已放手（close 而非 shutdown）时有 FIN-WAIT-2 定时器：tcp_fin_timeout = 60 秒。',
    stuck:
      '对端的应用没有关闭：那边停在 CLOSE-WAIT，问题就出在那里。仍被持有的套接字（shutdown 之后）可以永远停留，应用需要自己的超时。',
  },
  'CLOSE-WAIT': {
    means: '对方已关闭它的方向，我方已经确认。现在该由我方的应用来关闭。',
    may: '我方应用读到流的末尾，还可以把剩下的数据发完。',
    ends: '我方 close() 发出 FIN，进入 LAST-ACK。正常情况下别无他途：TCP 不会替应用关闭。',
    timer: '自身没有；有未确认数据时是重传定时器，设置了保活则有保活定时器。',
    stuck:
      '几乎总是本机应用的缺陷：读到了流的末尾却忘了 close()。没有超时，也没有哪个 sysctl 能解决；套接字和文件描述符不断泄漏，直到 EMFILE。ss -tnp state close-wait 可以看到是哪个进程。',
  },
  CLOSING: {
    means: '双方同时关闭，两个 FIN 在途中交错。已确认对方的 FIN，我方的 FIN 尚未得到确认。',
    may: '我方的 FIN 可能重传，对方的也可能。',
    ends: '收到对我方 FIN 的确认，进入 TIME-WAIT。',
    timer: 'FIN 的重传定时器。',
    stuck: '少见而短暂。若一直停留，说明对 FIN 的确认一再丢失，或对端已消失：由 tcp_orphan_retries 决定何时放弃。',
  },
  'LAST-ACK': {
    means: '对方先关闭，我方随后关闭：只差对我方 FIN 的确认。',
    may: '重传 FIN 及其之前剩余的数据，直到得到确认。',
    ends: '收到对 FIN 的确认：没有什么需要再记住。收到 RST 也一样，说明对方早已忘记。',
    timer: 'FIN 的重传定时器。',
    stuck:
      '最后的 ACK 一直没来：对端消失，或防火墙忘记了这条连接。由 tcp_orphan_retries 限制（0 表示 8 次）。它能够正常结束，正是另一端要停留在 TIME-WAIT 的原因：可以再次应答我方的 FIN。',
  },
  'TIME-WAIT': {
    means:
      '一切都已完成，先关闭的一方再等 2 MSL。其一，最后的 ACK 可能丢失，只有还记得的一方才能重发；其二，等旧的重复报文段消失之后，同样的端口才能再用。',
    may: '再次收到 FIN 就再次确认，并重新计时。序号或时间戳更大的新 SYN 可以打开新连接。RST 会提前结束等待，RFC 1337 指出了其危险；设置 tcp_rfc1337 后主机会忽略它。',
    ends: '定时器到期：2 MSL，这里与 Linux 一样为 60 秒。',
    timer: 'TIME-WAIT 定时器，60 秒（RFC 9293 为 4 分钟）。',
    stuck:
      '它不是故障，占用内存也很少。但在主动发起连接的一方，每个都占着一个通往该服务器的端口：按 ip_local_port_range 和 60 秒计算，到同一地址和端口每秒最多约 470 个连接。让对方先关闭，或复用长连接；配合时间戳的 tcp_tw_reuse 对客户端有用。tcp_max_tw_buckets 是最后的手段：超出后状态会被直接丢弃。',
  },
}

/** What each state means. */
export const STATE_WORDS = { en: EN, zh: ZH } as const

/** Events of the arcs, which the code has in the words of RFC 9293, for a reader of Chinese. */
const EVENTS_ZH: Readonly<Record<string, string>> = {
  'passive OPEN': '被动打开',
  'active OPEN': '主动打开',
  'rcv SYN': '收到 SYN',
  'SEND or active OPEN': '发送数据或主动打开',
  CLOSE: '关闭（CLOSE）',
  'rcv SYN,ACK': '收到 SYN,ACK',
  'CLOSE, RST or timeout': '关闭、RST 或超时',
  'rcv ACK of SYN': '收到对 SYN 的确认',
  'CLOSE, then rcv ACK of SYN': '关闭，随后收到对 SYN 的确认',
  'rcv RST': '收到 RST',
  'RST, ABORT or timeout': 'RST、中止或超时',
  'rcv FIN': '收到 FIN',
  'rcv ACK of FIN': '收到对 FIN 的确认',
  'rcv FIN and ACK of FIN': '收到 FIN 和对 FIN 的确认',
  'rcv ACK of FIN, RST, ABORT or timeout': '收到对 FIN 的确认、RST、中止或超时',
  'Timeout=2MSL or RST': '2 MSL 到期或 RST',
}

/** An event of an arc in the reader's language. */
export function eventText(on: string, language: 'en' | 'zh'): string {
  return language === 'zh' ? (EVENTS_ZH[on] ?? on) : on
}

/** What the state diagram says around itself. */
export const DIAGRAM_WORDS = {
  en: {
    title: 'State diagram',
    semicolon: '; ',
    arcs: 'Arcs',
    close: 'Back to the story',
    wider: 'Larger',
    narrower: 'Smaller',
    lastArc: '{who}: {from} → {to}, on {event}',
    noArc: '{who}: {state}',
    unknown: 'not known',
    sends: 'sends {segment}',
    taken: 'taken {count} ×',
    hint: 'Numbers count how often an arc was taken so far. Point at an arc for what leads along it; select a state for its meaning.',
    again: 'the same CLOSED as above',
  },
  zh: {
    title: '状态图',
    semicolon: '；',
    arcs: '转移',
    close: '回到讲解',
    wider: '放大',
    narrower: '缩小',
    lastArc: '{who}：{from} → {to}，{event}',
    noArc: '{who}：{state}',
    unknown: '未知',
    sends: '发送 {segment}',
    taken: '已走 {count} 次',
    hint: '数字是到此刻为止走过该转移的次数。指向箭头看其条件；点选状态看其含义。',
    again: '即上方的 CLOSED',
  },
} as const
