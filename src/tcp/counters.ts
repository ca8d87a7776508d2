/** What TCP counts, by the names of Linux's MIB (`/proc/net/snmp`, `/proc/net/netstat`); shared by all connections of a host. */
export class TcpCounters {
  TcpActiveOpens = 0
  TcpPassiveOpens = 0
  TcpAttemptFails = 0
  TcpEstabResets = 0
  TcpInSegs = 0
  TcpOutSegs = 0
  TcpRetransSegs = 0
  TcpInErrs = 0
  TcpInCsumErrors = 0
  TcpOutRsts = 0
  ListenOverflows = 0
  /** SYNs with data by Fast Open (RFC 7413): ours whose data was acknowledged, or not; theirs accepted, or with a bad cookie. */
  TCPFastOpenActive = 0
  TCPFastOpenActiveFail = 0
  TCPFastOpenPassive = 0
  TCPFastOpenPassiveFail = 0
  /** Theirs that found too many others on the way; those that asked for a cookie. */
  TCPFastOpenListenOverflow = 0
  TCPFastOpenCookieReqd = 0
  SyncookiesSent = 0
  SyncookiesRecv = 0
  SyncookiesFailed = 0
  /** SYNs that found the queue of half-open connections full, or their source's share of it: answered by a cookie, or dropped. */
  TCPReqQFullDoCookies = 0
  TCPReqQFullDrop = 0
  /** Connections that their owner has left in CLOSE-WAIT (own name). */
  CloseWaitForgotten = 0
  /** Connections whose owner has gone, reset because there were too many of them, or too little memory. */
  TCPAbortOnMemory = 0
  ListenDrops = 0
  PAWSActive = 0
  PAWSEstab = 0
  PAWSTimewait = 0
  /** Connections that went into TIME-WAIT and that nobody held; those whose place one that we open has taken (tcp_tw_reuse). */
  TW = 0
  TWRecycled = 0
  DelayedACKs = 0
  TCPTimeouts = 0
  TCPLossProbes = 0
  TCPLossProbeRecovery = 0
  TCPFastRetrans = 0
  TCPSlowStartRetrans = 0
  TCPSackRecovery = 0
  TCPRenoRecovery = 0
  TCPSACKReneging = 0
  TCPSACKDiscard = 0
  TCPDSACKOldSent = 0
  TCPDSACKOfoSent = 0
  TCPDSACKRecv = 0
  /** Segments of ours that have arrived; those whose acknowledgment told of congestion (ECE). */
  TCPDelivered = 0
  TCPDeliveredCE = 0
  TCPOFOQueue = 0
  /** Out-of-order data refused because it lay in too many pieces, or for want of memory. */
  TCPOFODrop = 0
  /** How often memory came under pressure (tcp_mem), and for how long in all, milliseconds. */
  TCPMemoryPressures = 0
  TCPMemoryPressuresChrono = 0
  /** Segments for which there was no memory; those for which out-of-order data was dropped; those for which nothing helped. */
  PruneCalled = 0
  OfoPruned = 0
  RcvPruned = 0
  /** Data in order dropped, unacknowledged, for want of memory. */
  TCPRcvQDrop = 0
  /** Data refused because it lay beyond the window. */
  TCPBeyondWindow = 0
  TCPChallengeACK = 0
  TCPSYNChallenge = 0
  /**
   * Acknowledgments of invalid segments left out by the connection's rate limit (RFC 5961, 7): in SYN-RECEIVED, of
   * old timestamps, of sequence numbers outside the window, in TIME-WAIT, challenges; and by the host's limit (own name).
   */
  TCPACKSkippedSynRecv = 0
  TCPACKSkippedPAWS = 0
  TCPACKSkippedSeq = 0
  TCPACKSkippedTimeWait = 0
  TCPACKSkippedChallenge = 0
  TCPACKSkippedHost = 0
  /** ICMP errors about a connection that quote a sequence number it has not in flight (RFC 5927, 4.1). */
  OutOfWindowIcmps = 0
  /** Segments dropped because their ACK was older than the largest window ever offered (RFC 5961, 5.2), or absent. */
  TCPOldAck = 0
  TCPNoAck = 0
  /** Segments dropped because they acknowledge what was never sent. */
  TCPAckUnsent = 0
  TCPAbortOnData = 0
  TCPAbortOnClose = 0
  TCPAbortOnTimeout = 0
  TCPKeepAlive = 0
  TCPWinProbe = 0
  TCPZeroWindowDrop = 0
  TCPTimeWaitOverflow = 0
  TCPSpuriousRTOs = 0
  /** Reductions of the congestion window undone: at the end of a recovery, within one, after a DSACK, after a timeout. */
  TCPFullUndo = 0
  TCPPartialUndo = 0
  TCPDSACKUndo = 0
  TCPLossUndo = 0
}

/** Counters of acknowledgments that a rate limit has left out. */
export type SkippedAck =
  | 'TCPACKSkippedSynRecv'
  | 'TCPACKSkippedPAWS'
  | 'TCPACKSkippedSeq'
  | 'TCPACKSkippedTimeWait'
  | 'TCPACKSkippedChallenge'
