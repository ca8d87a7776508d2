/**
 * What the network counts, IPv4 and IPv6 together, by the names of Linux's MIB (`/proc/net/snmp`,
 * `/proc/net/netstat`, `/proc/net/snmp6`) where there is one. Each packet that comes in ends in
 * exactly one of the drops, in IpInDelivers, or as a fragment in IpReasmReqds.
 */
export class IpCounters {
  /** Frames too short for their link, with an unknown EtherType, for another node, malformed ARP (own names). */
  LinkInErrors = 0
  LinkInUnknownTypes = 0
  LinkInOtherHosts = 0
  ArpInReceives = 0
  ArpInErrors = 0
  ArpOutRequests = 0
  ArpOutReplies = 0
  /** Neighbour discovery of IPv6 that failed the checks of RFC 4861, 7.1. */
  NdpInErrors = 0
  NdpOutSolicits = 0
  NdpOutAdvertisements = 0
  /** ARP and neighbour discovery messages for which the device had no room. */
  LinkOutDrops = 0
  NeighQueueDrops = 0
  NeighResolveFails = 0
  NeighEvictions = 0

  IpInReceives = 0
  IpInHdrErrors = 0
  /** For another host (there is no forwarding), or a group we are not in. */
  IpInAddrErrors = 0
  /** From a source that no packet can have: a group, a broadcast, ourselves, a loopback from outside (own name). */
  IpInMartians = 0
  IpInUnknownProtos = 0
  IpInDiscards = 0
  IpInDelivers = 0
  /** Packets by the ECN codepoint they came with (RFC 3168, 5). */
  IpExtInNoECTPkts = 0
  IpExtInECT1Pkts = 0
  IpExtInECT0Pkts = 0
  IpExtInCEPkts = 0
  IpOutRequests = 0
  IpOutNoRoutes = 0
  IpOutDiscards = 0
  IpReasmReqds = 0
  IpReasmOKs = 0
  IpReasmFails = 0
  IpReasmTimeout = 0
  IpFragOKs = 0
  IpFragFails = 0
  IpFragCreates = 0
  /** Path MTUs learned (own name). */
  PathMtuReductions = 0

  IcmpInMsgs = 0
  /** Malformed, or an error that quotes nothing of ours. */
  IcmpInErrors = 0
  IcmpInCsumErrors = 0
  /** Types that ask nothing of a host, echo requests to many, redirects (own name). */
  IcmpInIgnored = 0
  IcmpInDestUnreachs = 0
  IcmpInPktTooBigs = 0
  IcmpInTimeExcds = 0
  IcmpInParmProbs = 0
  IcmpInEchos = 0
  IcmpInEchoReps = 0
  IcmpOutMsgs = 0
  /** Wanted, but there was no route or no room. */
  IcmpOutErrors = 0
  IcmpOutRateLimitGlobal = 0
  IcmpOutRateLimitHost = 0
  IcmpOutDestUnreachs = 0
  IcmpOutTimeExcds = 0
  IcmpOutParmProbs = 0
  IcmpOutEchos = 0
  IcmpOutEchoReps = 0

  UdpInDatagrams = 0
  UdpNoPorts = 0
  UdpInErrors = 0
  UdpInCsumErrors = 0
  UdpRcvbufErrors = 0
  UdpOutDatagrams = 0
  UdpSndbufErrors = 0
}
