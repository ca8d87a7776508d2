import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { displayWidth } from './display-width.ts'
import { ms, START, Story, watch } from './ladder.testkit.ts'
import { Ladder } from './ladder.ts'

function firstLine(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).split('\r\n')[0] ?? ''
}

/** A request that is lost once, an answer in three segments that change order, and the close. */
function visit(): Ladder {
  const { ladder, story } = watch({ describe: (segment) => firstLine(segment.bytes) })
  story
    .becomes('client', ms(0), 'SYN-SENT')
    .passes('client', ms(0), ms(10), 'S 0:0(0) win 64240 <mss 1460,sackOK,TS val 100 ecr 0,wscale 7>')
    .becomes('server', ms(10), 'SYN-RECEIVED')
    .passes('server', ms(10), ms(20), 'S. 0:0(0) ack 1 win 65160 <mss 1460,sackOK,TS val 900 ecr 100,wscale 7>')
    .becomes('client', ms(20), 'ESTABLISHED')
    .passes('client', ms(20), ms(30), '. 1:1(0) ack 1 win 502 <TS val 120 ecr 910>')
    .becomes('server', ms(30), 'ESTABLISHED')
    .sends('client', ms(31), 'P. 1:74(73) ack 1 win 502 <TS val 131 ecr 910>', 'GET / HTTP/1.1\r\n')
    .sends('client', ms(241), 'P. 1:74(73) ack 1 win 502 <TS val 341 ecr 910>', 'GET / HTTP/1.1\r\n')
    .receives('server', ms(251), 'P. 1:74(73) ack 1 win 502 <TS val 341 ecr 910>')
    .sends('server', ms(251), '. 1:1449(1448) ack 74 win 509', 'HTTP/1.1 200 OK\r\n')
    .sends('server', ms(251), '. 1449:2897(1448) ack 74 win 509')
    .sends('server', ms(251), 'P. 2897:3000(103) ack 74 win 509')
    .receives('client', ms(261), '. 1449:2897(1448) ack 74 win 509')
    .sends('client', ms(261), '. 74:74(0) ack 1 win 502 <sack 1449:2897>')
    .receives('client', ms(263), '. 1:1449(1448) ack 74 win 509')
    .receives('client', ms(264), 'P. 2897:3000(103) ack 74 win 509')
    .receives('client', ms(264), 'P. 2897:3000(103) ack 74 win 509')
    .receives('server', ms(271), '. 74:74(0) ack 1 win 502 <sack 1449:2897>')
    .passes('client', ms(304), ms(314), '. 74:74(0) ack 3000 win 502')
    .receives('server', ms(315), 'R 80:80(0) win 0')
    .becomes('client', ms(2304), 'FIN-WAIT-1')
    .passes('client', ms(2304), ms(2314), 'F. 74:74(0) ack 3000 win 502')
    .becomes('server', ms(2314), 'CLOSE-WAIT')
    .passes('server', ms(2314), ms(2324), '. 3000:3000(0) ack 75 win 509')
    .becomes('client', ms(2324), 'FIN-WAIT-2')
    .becomes('server', ms(2400), 'LAST-ACK')
    .passes('server', ms(2400), ms(2410), 'F. 3000:3000(0) ack 75 win 509')
    .becomes('client', ms(2410), 'TIME-WAIT')
    .passes('client', ms(2410), ms(2420), '. 75:75(0) ack 3001 win 502')
    .becomes('server', ms(2420), 'CLOSED')
    .becomes('client', ms(62410), 'CLOSED')
  return ladder
}

/** Something at every moment, some of it impossible. */
const anyStory = fc.array(
  fc.record({
    act: fc.constantFrom('sends', 'receives', 'passes', 'becomes'),
    side: fc.constantFrom('client', 'server'),
    pause: fc.constantFrom(0, 0, 5, 1_000_000),
    notation: fc.constantFrom(
      'S 0:0(0) win 64240 <mss 1460,sackOK,TS val 4294967295 ecr 4294967295,wscale 7>',
      'S. 0:0(0) ack 1 win 65160',
      '. 1:1(0) ack 1 win 502',
      '. 4294967000:1152(1448) ack 4294967295 win 65535 <sack 1:2 3:4 5:6>',
      'P. 1:74(73) ack 1 win 502',
      'F. 74:74(0) ack 1 win 502',
      'R 1:1(0) win 0',
      '- 0:0(0) win 0',
    ),
    state: fc.constantFrom('SYN-SENT', 'SYN-RECEIVED', 'ESTABLISHED', 'CLOSED'),
    note: fc.constantFrom('', 'GET / HTTP/1.1', '一句很长的话，长得一行放不下，所以要放到箭头下面去，再长一点'),
  } as const),
  { maxLength: 25 },
)

function tell(story: Story, acts: typeof anyStory extends fc.Arbitrary<infer T> ? T : never): void {
  let now = START
  for (const { act, side, pause, notation, state, note } of acts) {
    now += pause
    if (act === 'becomes') story.becomes(side, now, state)
    else if (act === 'passes') story.passes(side, now, now + pause, notation, note)
    else if (act === 'sends') story.sends(side, now, notation, note)
    else story.receives(side, now, notation)
    if (act === 'passes') now += pause
  }
}

describe('Ladder', () => {
  it('draws a whole connection', () => {
    expect(`\n${visit().render()}\n`).toMatchInlineSnapshot(`
      "
         time, s        state client 10.0.0.1:40000             server 10.0.0.2:80 state           time, s
                       CLOSED │                                                  │ LISTEN
       0.000 000     SYN-SENT ├── S 0:0(0) win 64240 ───────────────────────────►│ SYN-RECEIVED  0.010 000
                              │   <mss 1460,sackOK,TS val 100 ecr 0,wscale 7>    │
       0.020 000  ESTABLISHED │◄──────────────────── S. 0:0(0) ack 1 win 65160 ──┤               0.010 000
                              │  <mss 1460,sackOK,TS val 900 ecr 100,wscale 7>   │
       0.020 000              ├── . 1:1(0) ack 1 win 502 ───────────────────────►│ ESTABLISHED   0.030 000
       0.031 000              ┝━━ P. 1:74(73) ack 1 win 502 ━━━━━━╳ lost         │
                              │   GET / HTTP/1.1                                 │
       0.241 000              ╞══ P. 1:74(73) ack 1 win 502 ══ retransmission ══►│               0.251 000
                              │   GET / HTTP/1.1                                 │
                              │            ╍╍╍━━ . 1:1449(1448) ack 74 win 509 ━━┥               0.251 000
                              │                                HTTP/1.1 200 OK   │
                              │         ╍╍╍━━ . 1449:2897(1448) ack 74 win 509 ━━┥               0.251 000
                              │         ╍╍╍━━ P. 2897:3000(103) ack 74 win 509 ━━┥               0.251 000
       0.261 000              │◄━━━ . 1449:2897(1448) ╍╍╍                        │
       0.261 000              ├── . 74:74(0) ack 1 win 502 ───────╌╌╌            │
                              │   <sack 1449:2897>                               │
       0.263 000              │◄━━━ out of order ━━ . 1:1449(1448) ╍╍╍           │
       0.264 000              │◄━━━ P. 2897:3000(103) ╍╍╍                        │
       0.264 000              │◅━━━ duplicate ━━ P. 2897:3000(103) ╍╍╍           │
                              │                                  ╌╌╌ . ack 1 ───►│               0.271 000
       0.304 000              ├── . 74:74(0) ack 3000 win 502 ──────────────────►│               0.314 000
                              │ ╌╌╌ R 80:80(0) win 0 ── not sent by the peer ───►│               0.315 000
                              ┊             · · ·  idle 2.0 s  · · ·             ┊
       2.304 000   FIN-WAIT-1 ├── F. 74:74(0) ack 3000 win 502 ─────────────────►│ CLOSE-WAIT    2.314 000
       2.324 000   FIN-WAIT-2 │◄──────────────── . 3000:3000(0) ack 75 win 509 ──┤               2.314 000
       2.410 000    TIME-WAIT │◄─────────────── F. 3000:3000(0) ack 75 win 509 ──┤ LAST-ACK      2.400 000
       2.410 000              ├── . 75:75(0) ack 3001 win 502 ──────────────────►│ CLOSED        2.420 000
                              ┊            · · ·  idle 60.0 s  · · ·             ┊
      62.410 000       CLOSED │                                                  │
      "
    `)
  })

  it('draws it in Chinese, in 80 columns, where one time column is left', () => {
    expect(`\n${visit().render({ columns: 80, language: 'zh' })}\n`).toMatchInlineSnapshot(`
      "
         时间/秒         状态 客户端 10.0.0.1:40000    服务器 10.0.0.2:80 状态
                       CLOSED │                                         │ LISTEN
       0.000 000     SYN-SENT ├── S 0:0(0) win 64240 ──────────────────►│ SYN-RECEIVED
                              │   <mss 1460,sackOK,TS val 100 ecr 0,    │
                              │   wscale 7>                             │
       0.010 000  ESTABLISHED │◄─────────── S. 0:0(0) ack 1 win 65160 ──┤
                              │  <mss 1460,sackOK,TS val 900 ecr 100,   │
                              │                             wscale 7>   │
       0.020 000              ├── . 1:1(0) ack 1 win 502 ──────────────►│ ESTABLISHED
       0.031 000              ┝━━ P. 1:74(73) ack 1 win 502 ━━╳ 丢失    │
                              │   GET / HTTP/1.1                        │
       0.241 000              ╞══ P. 1:74(73) ack 1 win 502 ══ 重传 ═══►│
                              │   GET / HTTP/1.1                        │
       0.251 000              │   ╍╍╍━━ . 1:1449(1448) ack 74 win 509 ━━┥
                              │                       HTTP/1.1 200 OK   │
       0.251 000              │╍╍╍━━ . 1449:2897(1448) ack 74 win 509 ━━┥
       0.251 000              │╍╍╍━━ P. 2897:3000(103) ack 74 win 509 ━━┥
       0.261 000              │◄━━━ . 1449:2897(1448) ╍╍╍               │
       0.261 000              ├── . 74:74(0) ack 1 win 502 ──╌╌╌        │
                              │   <sack 1449:2897>                      │
       0.263 000              │◄━━━ 乱序 ━━ . 1:1449(1448) ╍╍╍          │
       0.264 000              │◄━━━ P. 2897:3000(103) ╍╍╍               │
       0.264 000              │◅━━━ 重复 ━━ P. 2897:3000(103) ╍╍╍       │
       0.271 000              │                         ╌╌╌ . ack 1 ───►│
       0.304 000              ├── . 74:74(0) ack 3000 win 502 ─────────►│
       0.315 000              │╌╌╌ R 80:80(0) win 0 ── 并非对端所发 ───►│
                              ┊        · · ·  静默 2.0 s  · · ·         ┊
       2.304 000   FIN-WAIT-1 ├── F. 74:74(0) ack 3000 win 502 ────────►│ CLOSE-WAIT
       2.314 000   FIN-WAIT-2 │◄─────── . 3000:3000(0) ack 75 win 509 ──┤
       2.400 000    TIME-WAIT │◄────── F. 3000:3000(0) ack 75 win 509 ──┤ LAST-ACK
       2.410 000              ├── . 75:75(0) ack 3001 win 502 ─────────►│ CLOSED
                              ┊        · · ·  静默 60.0 s  · · ·        ┊
      62.410 000       CLOSED │                                         │
      "
    `)
  })

  it('draws it with ASCII signs alone', () => {
    const text = visit().render({ columns: 120, ascii: true })
    expect(text).toMatch(/^[\n -~]*$/)
    expect(`\n${text.split('\n').slice(0, 12).join('\n')}\n`).toMatchInlineSnapshot(`
      "
         time, s        state client 10.0.0.1:40000                                 server 10.0.0.2:80 state           time, s
                       CLOSED |                                                                      | LISTEN
       0.000 000     SYN-SENT |-- S 0:0(0) win 64240 <mss 1460,sackOK,TS val 100 ecr 0,wscale 7> --->| SYN-RECEIVED  0.010 000
       0.020 000  ESTABLISHED |<---------------------------------------- S. 0:0(0) ack 1 win 65160 --|               0.010 000
                              |                      <mss 1460,sackOK,TS val 900 ecr 100,wscale 7>   |
       0.020 000              |-- . 1:1(0) ack 1 win 502 ------------------------------------------->| ESTABLISHED   0.030 000
       0.031 000              |-- P. 1:74(73) ack 1 win 502 -- GET / HTTP/1.1 --X lost               |
       0.241 000              |== P. 1:74(73) ack 1 win 502 == retransmission == GET / HTTP/1.1 ====>|               0.251 000
                              |             ...-- HTTP/1.1 200 OK -- . 1:1449(1448) ack 74 win 509 --|               0.251 000
                              |                  ...------------- . 1449:2897(1448) ack 74 win 509 --|               0.251 000
                              |                  ...------------- P. 2897:3000(103) ack 74 win 509 --|               0.251 000
       0.261 000              |<--- . 1449:2897(1448) ...                                            |
      "
    `)
  })

  it('colours by flags and phase without changing a character', () => {
    const ladder = visit()
    const colored = ladder.render({ color: true })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
    expect(colored.replace(/\x1b\[\d+m/g, '')).toBe(ladder.render())
    expect(colored).toContain('\x1b[35m── S 0:0(0) win 64240 ')
    expect(colored).toContain('\x1b[31m╳ lost')
    expect(colored).toContain('\x1b[32m ESTABLISHED')
  })

  it('shows what one host saw when only that one is watched, and calls nothing lost', () => {
    const ladder = new Ladder()
    new Story({ client: ladder.probe('client') }, '2001:db8::1', '2001:db8::2')
      .becomes('client', ms(0), 'SYN-SENT')
      .sends('client', ms(0), 'S 0:0(0) win 64240 <mss 1440>')
      .sends('client', ms(1000), 'S 0:0(0) win 64240 <mss 1440>')
      .receives('client', ms(1020), 'S. 0:0(0) ack 1 win 65160 <mss 1440>')
      .becomes('client', ms(1020), 'ESTABLISHED')
      .sends('client', ms(1020), '. 1:1(0) ack 1 win 502')
      .receives('client', ms(1040), 'R 1:1(0) win 0')
      .becomes('client', ms(1040), 'CLOSED')
    expect(`\n${ladder.render()}\n`).toMatchInlineSnapshot(`
      "
        time, s        state client [2001:db8::1]:40000                            server [2001:db8::2]:80
                      CLOSED │                                                                           │
      0.000 000     SYN-SENT ├── S 0:0(0) win 64240 <mss 1440> ─────────────────────────────────────────►│
                             ┊                         · · ·  idle 1.0 s  · · ·                          ┊
      1.000 000              ╞══ S 0:0(0) win 64240 <mss 1440> ══ retransmission ═══════════════════════►│
      1.020 000  ESTABLISHED │◄────────────────────────────────── S. 0:0(0) ack 1 win 65160 <mss 1440> ──┤
      1.020 000              ├── . 1:1(0) ack 1 win 502 ────────────────────────────────────────────────►│
      1.040 000       CLOSED │◄──────────────────────────────────────────────────────── R 1:1(0) win 0 ──┤
      "
    `)
  })

  it('tells what is in flight from what is lost while the run goes on', () => {
    const { ladder, story } = watch()
    story
      .sends('client', ms(0), '. 1:101(100) ack 1 win 9')
      .passes('client', ms(0), ms(10), '. 101:201(100) ack 1 win 9')
      .sends('client', ms(11), '. 201:301(100) ack 1 win 9')
    const rows = ladder.render({ running: true }).split('\n').slice(2)
    expect(rows.map((row) => /lost|in flight/.exec(row)?.[0])).toEqual(['lost', undefined, 'in flight'])
    expect(ladder.render()).not.toContain('in flight')
  })

  it('draws each connection by itself, and counts anew when a port is used again', () => {
    const ladder = new Ladder()
    const probes = { client: ladder.probe('client'), server: ladder.probe('server') }
    new Story(probes).passes('client', 0, 5, 'S 0:0(0) win 9').passes('server', 5, 9, 'R. 0:0(0) ack 1 win 0')
    new Story(probes, '10.0.0.1', '10.0.0.2', 40001).passes('client', 9, 10, 'S 0:0(0) win 9')
    new Story(probes).passes('client', 20, 25, 'S 1000:1000(0) win 9')
    const [first, second] = ladder.render().split('\n\n')
    expect(first.match(/S 0:0\(0\)/g)).toHaveLength(2)
    expect(first).not.toContain('retransmission')
    expect(second).toContain('10.0.0.1:40001')
  })

  it('calls hosts by the names that their probes were given', () => {
    const ladder = new Ladder()
    new Story({ client: ladder.probe('client', 'mallory'), server: ladder.probe('server') }).sends(
      'client',
      0,
      'S 0:0(0) win 9',
    )
    expect(ladder.render()).toMatch(/^.* mallory 10\.0\.0\.1:40000 +server 10\.0\.0\.2:80 /)
    expect(ladder.render({ language: 'zh', names: { mallory: '马洛里' } })).toMatch(
      / 马洛里 10\.0\.0\.1:40000 +服务器 10/,
    )
  })

  it('shows timestamps, names and another origin on demand', () => {
    const { ladder, story } = watch({ timestamps: true })
    story.passes('client', ms(0), ms(0), '. 1:1(0) ack 1 win 9 <TS val 1 ecr 2>')
    const text = ladder.render({ names: { client: 'left', server: 'right' }, origin: 0 })
    for (const part of ['TS val 1 ecr 2', 'left 10.0.0.1', 'right 10.0.0.2', '5.000 000']) expect(text).toContain(part)
  })

  it('keeps a limited number of events and says how many it has let go', () => {
    const { ladder, story } = watch({ limit: 10 })
    for (let i = 0; i < 1000; i++) story.passes('client', ms(i), ms(i), `. ${i}:${i + 1}(1) ack 1 win 9`)
    expect([ladder.size, ladder.dropped]).toEqual([10, 1990])
    expect(ladder.render()).toContain('· · ·  1 990 earlier events not kept  · · ·')
    expect(ladder.render()).not.toMatch(/lost|peer/)
    ladder.clear()
    expect([ladder.size, ladder.dropped, ladder.render()]).toEqual([0, 0, ''])
  })

  it('forgets connections with their last event', () => {
    const ladder = new Ladder({ limit: 4 })
    const probes = { client: ladder.probe('client'), server: ladder.probe('server') }
    for (let port = 1; port <= 100; port++) {
      new Story(probes, '10.0.0.1', '10.0.0.2', port).passes('client', port, port, 'S 0:0(0) win 9')
    }
    expect(ladder.render().split('\n\n')).toHaveLength(2)
  })

  it('stays within its columns whatever happens', () => {
    fc.assert(
      fc.property(anyStory, fc.constantFrom(80, 100, 130), fc.boolean(), fc.boolean(), (acts, columns, zh, running) => {
        const { ladder, story } = watch({ describe: (segment) => firstLine(segment.bytes) })
        tell(story, acts)
        const text = ladder.render({ columns, language: zh ? 'zh' : 'en', running })
        for (const line of text.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(columns)
        const sent = acts.filter(({ act }) => act === 'sends' || act === 'passes').length
        expect(text.match(/\bwin \d/g)?.length ?? 0).toBeGreaterThanOrEqual(sent)
      }),
    )
  })

  it('shows sequence numbers as they are in the headers where that is asked for', () => {
    const lines = (absolute: boolean) => {
      const { ladder, story } = watch({ absolute })
      story.passes('client', ms(0), ms(10), 'S 0:0(0) win 64240 <mss 1460>')
      story.passes('server', ms(10), ms(20), 'S. 0:0(0) ack 1 win 65160 <mss 1460>')
      return ladder.render({ columns: 140 })
    }
    const [, isn = ''] = /S (\d{5,}):\1\(0\)/.exec(lines(true)) ?? []
    expect(lines(true)).toContain(`ack ${Number(isn) + 1} win 65160`)
    expect(lines(false)).toContain('S. 0:0(0) ack 1 win 65160')
  })
})
