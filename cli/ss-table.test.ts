import { describe, expect, it } from 'vitest'
import type { SocketSnapshot } from '../src/stack/snapshot.ts'
import type { SockStat } from '../src/stack/sockstat.ts'
import type { TcpInfo } from '../src/tcp/tcp-info.ts'
import { snapshot } from './ss.testkit.ts'
import { infoText, memoryText, timerText } from './ss-details.ts'
import { netstatTable } from './ss-netstat.ts'
import { ssSummary } from './ss-summary.ts'
import { type OwnedSocket, ssTable } from './ss-table.ts'

const PLAIN = { header: true, states: true, numeric: false, timers: false, processes: false, extended: false }
const SECOND = 1_000_000

const LISTENER = snapshot({ state: 'LISTEN', sendQ: 511, local: '*', localPort: 80, peer: '*', peerPort: 0 })
const SOCKETS: SocketSnapshot[] = [
  LISTENER,
  snapshot({ state: 'LISTEN', recvQ: 1, sendQ: 5, local: '10.0.0.1', localPort: 8080, peer: '0.0.0.0', peerPort: 0 }),
  snapshot({ recvQ: 65_536, timer: { name: 'keepalive', left: 7_199_900_000, retransmissions: 0 } }),
  snapshot({
    state: 'FIN-WAIT-1',
    sendQ: 1,
    holder: 'nobody',
    timer: { name: 'on', left: 204_000, retransmissions: 3 },
  }),
  snapshot({ state: 'SYN-RECV', holder: 'listener', local: 'fd00::1', localPort: 80, peer: 'fd00:9::1:2' }),
  snapshot({
    state: 'TIME-WAIT',
    holder: 'nobody',
    timer: { name: 'timewait', left: 59 * SECOND, retransmissions: 0 },
  }),
]

function owned(sockets: readonly SocketSnapshot[]): OwnedSocket[] {
  return sockets.map((socket) => ({ socket, pid: 17, process: 'estab' }))
}

describe('the table of ss', () => {
  it('is aligned', () => {
    expect(ssTable(owned(SOCKETS), PLAIN)).toBe(
      [
        'State      Recv-Q Send-Q Local Address:Port  Peer Address:Port Process',
        'LISTEN     0      511                *:80               *:*',
        'LISTEN     1      5           10.0.0.1:8080       0.0.0.0:*',
        'ESTAB      65536  0           10.0.0.1:5000      10.0.0.2:80',
        'FIN-WAIT-1 0      1           10.0.0.1:5000      10.0.0.2:80',
        'SYN-RECV   0      0          [fd00::1]:80   [fd00:9::1:2]:80',
        'TIME-WAIT  0      0           10.0.0.1:5000      10.0.0.2:80',
        '',
      ].join('\n'),
    )
  })

  it('has timers, processes and holders at the end of a line', () => {
    const all = { ...PLAIN, timers: true, processes: true, extended: true }
    expect(ssTable(owned(SOCKETS.slice(2)), all)).toBe(
      [
        'State      Recv-Q Send-Q Local Address:Port  Peer Address:Port Process',
        'ESTAB      65536  0           10.0.0.1:5000      10.0.0.2:80   users:(("estab",pid=17)) timer:(keepalive,119min,0) owner',
        'FIN-WAIT-1 0      1           10.0.0.1:5000      10.0.0.2:80   users:(("estab",pid=17)) timer:(on,204ms,3) orphan',
        'SYN-RECV   0      0          [fd00::1]:80   [fd00:9::1:2]:80   users:(("estab",pid=17)) unaccepted',
        'TIME-WAIT  0      0           10.0.0.1:5000      10.0.0.2:80   users:(("estab",pid=17)) timer:(timewait,59sec,0)',
        '',
      ].join('\n'),
    )
  })

  it('leaves out the states where they go without saying', () => {
    expect(ssTable(owned([snapshot()]), { ...PLAIN, states: false })).toBe(
      'Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n0      0           10.0.0.1:5000     10.0.0.2:80\n',
    )
  })

  it('shows nothing but its titles, or nothing at all, where there is nothing', () => {
    expect(ssTable([], PLAIN)).toBe('State Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n')
    expect(ssTable([], { ...PLAIN, header: false })).toBe('')
    expect(ssTable(owned([LISTENER]), { ...PLAIN, header: false })).toBe('LISTEN 0 511 *:80 *:*\n')
  })

  it('has memory and the inner life in a line of their own', () => {
    const memory = { rmem_alloc: 1, rcvbuf: 2, wmem_queued: 3, sndbuf: 4, fwd_alloc: 5, drops: 6 }
    const table = ssTable(owned([snapshot({ memory, info: INFO })]), { ...PLAIN, header: false, numeric: true })
    expect(table).toBe(
      `ESTAB 0 0 10.0.0.1:5000 10.0.0.2:80\n\t ${memoryText(memory)} ${infoText(snapshot(), INFO, { numeric: true, timers: false })}\n`,
    )
    expect(memoryText(memory)).toBe('skmem:(r1,rb2,t0,tb4,f5,w3,o0,bl0,d6)')
  })
})

describe('a timer', () => {
  it.each([
    [0, ''],
    [999, ''],
    [1000, '001ms'],
    [204_000, '204ms'],
    [SECOND, '1sec'],
    [1_200_000, '1.200ms'],
    [9_999_000, '9.999ms'],
    [10_200_000, '10sec'],
    [59 * SECOND, '59sec'],
    [60 * SECOND, '1min'],
    [72 * SECOND + 500_000, '1min12sec'],
    [9 * 60 * SECOND, '9min'],
    [600 * SECOND + 5 * SECOND, '10min'],
    [7200 * SECOND, '120min'],
  ])('of %d µs is written %j', (left, text) => {
    expect(timerText({ name: 'persist', left, retransmissions: 2 })).toBe(`timer:(persist,${text},2)`)
  })

  it('that does not run is not written', () => {
    expect(timerText(null)).toBe('')
  })
})

const INFO: TcpInfo = {
  tcpi_state: 1,
  tcpi_ca_state: 0,
  tcpi_retransmits: 0,
  tcpi_probes: 0,
  tcpi_backoff: 0,
  tcpi_options: 7,
  tcpi_snd_wscale: 7,
  tcpi_rcv_wscale: 8,
  tcpi_delivery_rate_app_limited: 0,
  tcpi_rto: 204_000,
  tcpi_ato: 40_000,
  tcpi_snd_mss: 1448,
  tcpi_rcv_mss: 536,
  tcpi_unacked: 0,
  tcpi_sacked: 0,
  tcpi_lost: 0,
  tcpi_retrans: 0,
  tcpi_last_data_sent: 8,
  tcpi_last_ack_sent: 0,
  tcpi_last_data_recv: 9,
  tcpi_last_ack_recv: 7,
  tcpi_pmtu: 1500,
  tcpi_rcv_ssthresh: 64_076,
  tcpi_rtt: 3100,
  tcpi_rttvar: 1200,
  tcpi_snd_ssthresh: 0x7fffffff,
  tcpi_snd_cwnd: 10,
  tcpi_advmss: 1448,
  tcpi_reordering: 3,
  tcpi_rcv_rtt: 0,
  tcpi_rcv_space: 14_480,
  tcpi_total_retrans: 0,
  tcpi_bytes_acked: 6,
  tcpi_bytes_received: 0,
  tcpi_segs_out: 3,
  tcpi_segs_in: 2,
  tcpi_notsent_bytes: 0,
  tcpi_min_rtt: 123,
  tcpi_data_segs_in: 0,
  tcpi_data_segs_out: 1,
  tcpi_delivered: 2,
  tcpi_delivered_ce: 0,
  tcpi_bytes_sent: 5,
  tcpi_bytes_retrans: 0,
  tcpi_dsack_dups: 0,
  tcpi_rcv_ooopack: 0,
  tcpi_snd_wnd: 65_536,
  tcpi_rcv_wnd: 65_536,
}

const WITH_OPTIONS = { numeric: false, timers: true }

describe('the inner life of TCP', () => {
  it('is written as ss has it, what is 0 left out', () => {
    expect(infoText(snapshot(), INFO, WITH_OPTIONS)).toBe(
      'ts sack reno wscale:7,8 rto:204 rtt:3.1/1.2 ato:40 mss:1448 pmtu:1500 rcvmss:536 advmss:1448 cwnd:10 bytes_sent:5 ' +
        'bytes_acked:6 segs_out:3 segs_in:2 data_segs_out:1 send 37.4Mbps lastsnd:8 lastrcv:9 lastack:7 delivered:2 ' +
        'rcv_space:14480 rcv_ssthresh:64076 minrtt:0.123 snd_wnd:65536',
    )
  })

  it('has what went wrong', () => {
    const trouble: TcpInfo = {
      ...INFO,
      tcpi_options: 8 | 16,
      tcpi_rto: 1_633_333,
      tcpi_backoff: 3,
      tcpi_rtt: 1_000_000,
      tcpi_snd_cwnd: 1,
      tcpi_snd_ssthresh: 7,
      tcpi_unacked: 5,
      tcpi_retrans: 1,
      tcpi_total_retrans: 4,
      tcpi_bytes_retrans: 1448,
      tcpi_lost: 2,
      tcpi_sacked: 1,
      tcpi_dsack_dups: 1,
      tcpi_reordering: 6,
      tcpi_rcv_rtt: 2500,
      tcpi_notsent_bytes: 77,
      tcpi_rcv_ooopack: 9,
      tcpi_delivered_ce: 2,
    }
    const text = infoText(snapshot({ congestion: '' }), trouble, WITH_OPTIONS)
    expect(text).toMatch(/^ecn ecnseen rto:1633\.333 backoff:3 rtt:1000\/1\.2 /)
    expect(text).toMatch(/ cwnd:1 ssthresh:7 bytes_sent:5 bytes_retrans:1448 /)
    expect(text).toMatch(/ send 11\.6Kbps /)
    expect(text).toMatch(
      / delivered:2 delivered_ce:2 unacked:5 retrans:1\/4 lost:2 sacked:1 dsack_dups:1 reordering:6 rcv_rtt:2\.5 rcv_space:/,
    )
    expect(text).toMatch(/ notsent:77 minrtt:0\.123 rcv_ooopack:9 snd_wnd:65536$/)
  })

  it('has rates in full when numbers are asked for', () => {
    expect(infoText(snapshot(), INFO, { numeric: true, timers: false })).toMatch(/^reno wscale/)
    expect(infoText(snapshot(), INFO, { numeric: true, timers: false })).toContain(' send 37367742bps ')
    expect(infoText(snapshot(), { ...INFO, tcpi_rtt: 0 }, { numeric: true, timers: false })).not.toMatch(/ rtt:| send /)
  })
})

describe('the table of netstat', () => {
  it('has its columns and names', () => {
    expect(netstatTable(owned(SOCKETS), 'servers and established', PLAIN)).toBe(
      [
        'Active Internet connections (servers and established)',
        'Proto Recv-Q Send-Q Local Address           Foreign Address         State',
        'tcp6       0      0 :::80                   :::*                    LISTEN',
        'tcp        1      0 10.0.0.1:8080           0.0.0.0:*               LISTEN',
        'tcp    65536      0 10.0.0.1:5000           10.0.0.2:80             ESTABLISHED',
        'tcp        0      1 10.0.0.1:5000           10.0.0.2:80             FIN_WAIT1',
        'tcp6       0      0 fd00::1:80              fd00:9::1:2:80          SYN_RECV',
        'tcp        0      0 10.0.0.1:5000           10.0.0.2:80             TIME_WAIT',
        '',
      ].join('\n'),
    )
  })

  it('has processes and timers', () => {
    const persist = snapshot({ timer: { name: 'persist', left: 1_234_000, retransmissions: 2 } })
    const all = { ...PLAIN, timers: true, processes: true }
    expect(netstatTable(owned([...SOCKETS.slice(1, 4), persist, ...SOCKETS.slice(5)]), 'w/o servers', all)).toBe(
      [
        'Active Internet connections (w/o servers)',
        'Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name    Timer',
        'tcp        1      0 10.0.0.1:8080           0.0.0.0:*               LISTEN      17/estab            off (0.00/0/0)',
        'tcp    65536      0 10.0.0.1:5000           10.0.0.2:80             ESTABLISHED 17/estab            keepalive (7199.90/0/0)',
        'tcp        0      1 10.0.0.1:5000           10.0.0.2:80             FIN_WAIT1   17/estab            on (0.20/3/0)',
        'tcp        0      0 10.0.0.1:5000           10.0.0.2:80             ESTABLISHED 17/estab            probe (1.23/0/2)',
        'tcp        0      0 10.0.0.1:5000           10.0.0.2:80             TIME_WAIT   -                   timewait (59.00/0/0)',
        '',
      ].join('\n'),
    )
  })
})

describe('the summary', () => {
  it('adds up', () => {
    const states = {
      ...{ ESTAB: 2, 'SYN-SENT': 0, 'SYN-RECV': 1, 'FIN-WAIT-1': 0, 'FIN-WAIT-2': 1, 'TIME-WAIT': 3 },
      ...{ UNCONN: 0, 'CLOSE-WAIT': 1, 'LAST-ACK': 0, LISTEN: 1, CLOSING: 0 },
    }
    const stat: SockStat = { inuse: 5, orphan: 1, tw: 3, alloc: 6, mem: 9, states }
    expect(ssSummary([stat, stat])).toBe(
      [
        'Total: 18',
        'TCP:   18 (estab 6, closed 2, orphaned 2, timewait 6)',
        '',
        'State      Total',
        'ESTAB      4',
        'SYN-SENT   0',
        'SYN-RECV   2',
        'FIN-WAIT-1 0',
        'FIN-WAIT-2 2',
        'TIME-WAIT  6',
        'UNCONN     0',
        'CLOSE-WAIT 2',
        'LAST-ACK   0',
        'LISTEN     2',
        'CLOSING    0',
        '',
        'TCP: inuse 10 orphan 2 tw 6 alloc 12 mem 18',
        '',
      ].join('\n'),
    )
  })
})
