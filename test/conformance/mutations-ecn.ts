import type { Mutation } from './mutation.ts'

/** Breaks the rules of RFC 3168, and SHLD-8. */
export const mutationsEcn: readonly Mutation[] = [
  {
    rule: 'SHLD-8',
    file: 'src/tcp/handshake.ts',
    find: 'tcb.ecn.begin(tcb.config.tcp_ecn === 1)',
    replace: 'tcb.ecn.begin(false)',
  },
  {
    rule: 'SHLD-8',
    file: 'src/tcp/handshake.ts',
    find: 'tcb.ecn.begin(grantsEcn(segment, config.tcp_ecn))',
    replace: 'tcb.ecn.begin(false)',
  },
  {
    rule: 'RFC 3168, 5',
    file: 'src/tcp/emit.ts',
    find: '  out.ecn = ECT0\n',
    replace: '',
  },
  {
    rule: 'RFC 3168, 5',
    file: 'src/stack/tcp-output.ts',
    find: '(connection.options.trafficClass & ~ECN_BITS) | segment.ecn',
    replace: 'connection.options.trafficClass',
  },
  {
    rule: 'RFC 3168, 6.1.1',
    file: 'src/tcp/ecn.ts',
    find: 'if ((flags & ASKS) !== ECE) this.begin(false)',
    replace: 'if ((flags & ECE) === 0) this.begin(false)',
  },
  {
    rule: 'RFC 3168, 6.1.1',
    file: 'src/tcp/ecn.ts',
    find: 'if (mode === 0 || (syn.flags & ASKS) !== ASKS) return false',
    replace: 'if (mode === 0 || (syn.flags & ASKS) === 0) return false',
  },
  {
    rule: 'RFC 3168, 6.1.1',
    file: 'src/tcp/ecn.ts',
    find: '    if (!plain) return ASKS\n    this.marking = false\n',
    replace: '    if (!plain) return ASKS\n',
  },
  {
    rule: 'RFC 3168, 6.1.1.1',
    file: 'src/tcp/emit.ts',
    find: 'tcb.ecn.synFlags(flight.count > 0 && tcb.config.tcp_ecn_fallback)',
    replace: 'tcb.ecn.synFlags(false)',
  },
  {
    rule: 'RFC 3168, 6.1.2',
    file: 'src/tcp/recover.ts',
    find: '  if (marked && !settled) recovery.heed(tcb.snd.nxt, now)\n',
    replace: '',
  },
  {
    rule: 'RFC 3168, 6.1.2',
    file: 'src/tcp/recovery.ts',
    find: "if (this.phase !== 'Open' || this.cwr !== 'none') return",
    replace: "if (this.phase !== 'Open') return",
  },
  {
    rule: 'RFC 3168, 6.1.2',
    file: 'src/tcp/recovery.ts',
    find: "if (this.phase === 'CWR') this.priorThreshold = 0\n    else this.beginReduction(nxt, now)",
    replace: 'this.beginReduction(nxt, now)',
  },
  {
    rule: 'RFC 3168, 6.1.2',
    file: 'src/tcp/emit.ts',
    find: '  out.flags |= CWR\n',
    replace: '',
  },
  {
    rule: 'RFC 3168, 6.1.2',
    file: 'src/tcp/recover.ts',
    find: '  if (marked) recovery.confirm()\n',
    replace: '',
  },
  {
    rule: 'RFC 3168, 6.1.2',
    file: 'src/tcp/output.ts',
    find: 'const alone = last || tcb.owesCwr',
    replace: 'const alone = last',
  },
  {
    rule: 'RFC 3168, 6.1.3',
    file: 'src/tcp/emit.ts',
    find: '  if (tcb.ecn.echoing && (flags & (SYN | ACK)) === ACK) out.flags |= ECE\n',
    replace: '',
  },
  {
    rule: 'RFC 3168, 6.1.3',
    file: 'src/tcp/acknowledge.ts',
    find: '  tcb.ecn.echoing = false\n',
    replace: '',
  },
  {
    rule: 'RFC 3168, 6.1.3',
    file: 'src/stack/tcp-input.ts',
    find: '  segment.ecn = ip.trafficClass & ECN_BITS\n',
    replace: '  segment.ecn = 0\n',
  },
  {
    rule: 'RFC 3168, 6.1.4',
    file: 'src/tcp/emit.ts',
    find: '  begin(tcb, now, out, ACK, acceptableSeq(tcb))\n',
    replace: '  begin(tcb, now, out, ACK, acceptableSeq(tcb))\n  if (tcb.ecn.marking) out.ecn = ECT0\n',
  },
  {
    rule: 'RFC 3168, 6.1.5',
    file: 'src/tcp/emit.ts',
    find: '  fillData(tcb, now, out, seq, length, (flight.flags(index) & HAS_FIN) !== 0)\n',
    replace: '  fillData(tcb, now, out, seq, length, (flight.flags(index) & HAS_FIN) !== 0)\n  markNew(tcb, out)\n',
  },
  {
    rule: 'RFC 3168, 6.1.6',
    file: 'src/tcp/probes.ts',
    find: '    if (length > 0) out.flags |= PSH\n',
    replace: '    markNew(tcb, out)\n',
  },
]
