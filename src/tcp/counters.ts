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
  ListenDrops = 0
  PAWSActive = 0
  PAWSEstab = 0
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
  TCPOFOQueue = 0
  /** Out-of-order data refused because it lay in too many pieces. */
  TCPOFODrop = 0
  /** Data refused because it lay beyond the window. */
  TCPBeyondWindow = 0
  TCPChallengeACK = 0
  TCPSYNChallenge = 0
  /** Challenge and duplicate ACKs left out by the rate limit of RFC 5961, 7. */
  TCPACKSkipped = 0
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
