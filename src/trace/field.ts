/**
 * Every field that `dissect` can give, by its id, with what stands there and where that is laid down. The ids are
 * stable: other programs keep names and explanations under them.
 */
export const FIELDS = {
  'ip.version': 'version, 4 or 6: RFC 791, 3.1; RFC 8200, 3',
  'ip.ihl': 'header length in words of four bytes: RFC 791, 3.1',
  'ip.dscp': 'differentiated services code point: RFC 2474, 3',
  'ip.ecn': 'ECN codepoint: RFC 3168, 5',
  'ip.total_length': 'length of header and payload, bytes: RFC 791, 3.1',
  'ip.identification': 'which datagram a fragment is of: RFC 791, 3.1; RFC 6864',
  'ip.flags': 'its three flags, with one part each: RFC 791, 3.1',
  'ip.flags.reserved': 'must be zero: RFC 791, 3.1',
  'ip.flags.df': 'do not fragment: RFC 791, 3.1',
  'ip.flags.mf': 'more fragments follow: RFC 791, 3.1',
  'ip.fragment_offset': 'where the fragment belongs, bytes (the field counts in 8): RFC 791, 3.1',
  'ip.ttl': 'hops left: RFC 791, 3.1',
  'ip.protocol': 'what the payload is: RFC 791, 3.1',
  'ip.checksum': 'checksum of the header: RFC 1071',
  'ip.source': 'source address',
  'ip.destination': 'destination address',
  'ip.option.end': 'end of the options: RFC 791, 3.1',
  'ip.option.nop': 'no operation: RFC 791, 3.1',
  'ip.option.record_route': 'option 7: RFC 791, 3.1',
  'ip.option.timestamp': 'option 68: RFC 791, 3.1',
  'ip.option.loose_source_route': 'option 131: RFC 791, 3.1',
  'ip.option.strict_source_route': 'option 137: RFC 791, 3.1',
  'ip.option.router_alert': 'option 148: RFC 2113',
  'ip.option.unknown': 'another option of the IPv4 header',
  'ip.option.kind': 'part of an option: its type',
  'ip.option.length': 'part of an option: its length, type and length included',
  'ip.option.data': 'part of an option: what it holds, hexadecimal',
  'ip.option.padding': 'behind the end of the options',
  'ip.option.malformed': 'no option: a length that cannot be, and all behind it',
  'ip.flow_label': 'flow label, hexadecimal: RFC 6437',
  'ip.payload_length': 'length of what is behind the header, bytes: RFC 8200, 3',
  'ip.next_header': 'what follows: RFC 8200, 3',
  'ip.hop_limit': 'hops left: RFC 8200, 3',
  'ip.extension.hop_by_hop': 'options for every router: RFC 8200, 4.3',
  'ip.extension.routing': 'routing header: RFC 8200, 4.4',
  'ip.extension.fragment': 'fragment header: RFC 8200, 4.5',
  'ip.extension.destination': 'options for the destination: RFC 8200, 4.6',
  'ip.extension.length': 'part of an extension header: its length in units of 8 bytes beyond the first',
  'ip.extension.data': 'part of an extension header: what it holds, hexadecimal',
  'ip.extension.reserved': 'part of a fragment header: must be zero',
  'ip.cut': 'the packet ends within its IP header',
  'tcp.source_port': 'source port: RFC 9293, 3.1',
  'tcp.destination_port': 'destination port: RFC 9293, 3.1',
  'tcp.seq': 'sequence number: RFC 9293, 3.1',
  'tcp.ack': 'acknowledgment number: RFC 9293, 3.1',
  'tcp.data_offset': 'header length in words of four bytes: RFC 9293, 3.1',
  'tcp.reserved': 'must be zero: RFC 9293, 3.1',
  'tcp.flags': 'those that are set, with one part for each: RFC 9293, 3.1',
  'tcp.flags.ae': 'accurate ECN: RFC 9768',
  'tcp.flags.cwr': 'congestion window reduced: RFC 3168, 6.1',
  'tcp.flags.ece': 'ECN echo: RFC 3168, 6.1',
  'tcp.flags.urg': 'the urgent pointer counts: RFC 9293, 3.1',
  'tcp.flags.ack': 'the acknowledgment number counts: RFC 9293, 3.1',
  'tcp.flags.psh': 'push: RFC 9293, 3.1',
  'tcp.flags.rst': 'reset: RFC 9293, 3.1',
  'tcp.flags.syn': 'synchronize sequence numbers: RFC 9293, 3.1',
  'tcp.flags.fin': 'no more data from the sender: RFC 9293, 3.1',
  'tcp.window': 'window as it stands there, not scaled: RFC 9293, 3.1',
  'tcp.checksum': 'checksum of pseudo header, header and data: RFC 9293, 3.1',
  'tcp.urgent_pointer': 'where urgent data end, behind the sequence number: RFC 9293, 3.1',
  'tcp.option.end': 'option 0, end of the options: RFC 9293, 3.2',
  'tcp.option.nop': 'option 1, no operation: RFC 9293, 3.2',
  'tcp.option.mss': 'option 2, maximum segment size: RFC 9293, 3.2',
  'tcp.option.window_scale': 'option 3, the shift and what it multiplies by: RFC 7323, 2',
  'tcp.option.sack_permitted': 'option 4: RFC 2018, 2',
  'tcp.option.sack': 'option 5, blocks that have arrived: RFC 2018, 3',
  'tcp.option.timestamps': 'option 8: RFC 7323, 3',
  'tcp.option.md5': 'option 19, MD5 signature: RFC 2385',
  'tcp.option.user_timeout': 'option 28, seconds: RFC 5482, 3',
  'tcp.option.authentication': 'option 29, TCP-AO: RFC 5925',
  'tcp.option.multipath': 'option 30, MPTCP: RFC 8684',
  'tcp.option.fast_open': 'option 34, a cookie or the wish for one: RFC 7413, 4.1.1',
  'tcp.option.unknown': 'another option, or one of a wrong length',
  'tcp.option.kind': 'part of an option: its kind',
  'tcp.option.length': 'part of an option: its length, kind and length included',
  'tcp.option.data': 'part of an option: what it holds',
  'tcp.option.sack.left': 'part of a SACK option: first sequence number of a block',
  'tcp.option.sack.right': 'part of a SACK option: the sequence number behind a block',
  'tcp.option.timestamps.tsval': 'part of a timestamps option: the clock of the sender',
  'tcp.option.timestamps.tsecr': 'part of a timestamps option: the echo',
  'tcp.option.padding': 'behind the end of the options',
  'tcp.option.malformed': 'no option: a length that cannot be, and all behind it',
  'tcp.cut': 'the packet ends within its TCP header',
  'udp.source_port': 'source port: RFC 768',
  'udp.destination_port': 'destination port: RFC 768',
  'udp.length': 'length of header and data, bytes: RFC 768',
  'udp.checksum': 'checksum of pseudo header, header and data; 0 for none: RFC 768',
  'udp.cut': 'the packet ends within its UDP header',
  'icmp.type': 'type and its name: RFC 792; RFC 4443',
  'icmp.code': 'code: RFC 792; RFC 4443',
  'icmp.checksum': 'checksum: RFC 792; RFC 4443, 2.3',
  'icmp.identifier': 'whose echo: RFC 792; RFC 4443, 4.1',
  'icmp.sequence': 'which echo: RFC 792; RFC 4443, 4.1',
  'icmp.unused': 'must be zero: RFC 792; RFC 4443',
  'icmp.mtu': 'MTU of the next hop, bytes: RFC 1191, 4; RFC 4443, 3.2',
  'icmp.pointer': 'which byte is wrong: RFC 792; RFC 4443, 3.4',
  'icmp.gateway': 'the better router: RFC 792',
  'icmp.target': 'the address asked or told about: RFC 4861, 4.3',
  'icmp.rest': 'the four bytes behind the checksum, in other messages',
  'icmp.quote': 'the packet an error is about, in short, with its fields as parts: RFC 792; RFC 4443, 2.4',
  'icmp.cut': 'the packet ends within its ICMP header',
  'payload.data': 'what the protocols carry, or what is of no protocol known here',
  'payload.fragment': 'a later part of a datagram, without the header of its protocol',
  'payload.trailer': 'behind the IP packet, or behind what UDP says it is: padding',
} as const

/** Stable ids of fields: the keys of `FIELDS`. */
export type FieldName = keyof typeof FIELDS

export type FieldLayer = 'ip' | 'tcp' | 'udp' | 'icmp' | 'payload'

/** One field of a packet. */
export interface Field {
  /** Its bytes, `start` .. `end`, in the array given to `dissect`. */
  readonly start: number
  readonly end: number
  /** The bits it takes of these bytes where it does not take all, [from, to): 0 is the highest bit of `start`. */
  readonly bits?: readonly [from: number, to: number]
  readonly layer: FieldLayer
  readonly name: FieldName
  /** As people read it: decimal numbers, addresses, names of flags; checksums and the like in hexadecimal. */
  readonly value: string
  /** For checksums: whether it is right. Absent where that cannot be said, as of fragments. */
  readonly ok?: boolean
  /** What it is made of, such as the flags one by one; most fields have none. */
  readonly parts: readonly Field[]
}
