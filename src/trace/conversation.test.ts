import { describe, expect, it } from 'vitest'
import { ms, Story, watch } from './ladder.testkit.ts'
import { Ladder } from './ladder.ts'

describe('what a ladder knows of its segments', () => {
  it('names the segment that arrived, not the first of its kind, when one of two alike is lost', () => {
    const { ladder, story } = watch()
    story.passes('client', ms(0), ms(10), '. 1:1(0) ack 1 win 9')
    story.sends('client', ms(20), '. 1:101(100) ack 1 win 9').sends('client', ms(320), '. 1:101(100) ack 1 win 9')
    story.receives('server', ms(330), '. 1:101(100) ack 1 win 9')
    const [, , , first, second] = ladder.render().split('\n')
    expect(first).toContain('lost')
    expect(second).toContain('retransmission')
    expect(second).not.toContain('lost')
  })

  it('knows a late original from its retransmission by the usual travel time', () => {
    const { ladder, story } = watch()
    story.passes('client', ms(0), ms(300), '. 1:1(0) ack 1 win 9')
    story.sends('client', ms(400), '. 1:101(100) ack 1 win 9').sends('client', ms(690), '. 1:101(100) ack 1 win 9')
    story
      .receives('server', ms(700), '. 1:101(100) ack 1 win 9')
      .receives('server', ms(990), '. 1:101(100) ack 1 win 9')
    expect(ladder.render()).not.toMatch(/lost|duplicate|order/)
  })

  it('finds the pieces of a super-segment, and segments that were joined', () => {
    const { ladder, story } = watch()
    story
      .sends('client', ms(0), '. 1:2897(2896) ack 1 win 9', '', 1448)
      .receives('server', ms(10), '. 1:1449(1448) ack 1 win 9')
      .receives('server', ms(10), '. 1449:2897(1448) ack 1 win 9')
      .sends('client', ms(20), '. 2897:4345(1448) ack 1 win 9')
      .sends('client', ms(20), '. 4345:5793(1448) ack 1 win 9')
      .receives('server', ms(30), '. 2897:5793(2896) ack 1 win 9', 1448)
    expect(ladder.render()).not.toMatch(/lost|duplicate|order|peer/)
  })

  it('begins anew with a connection that takes the port of an old one, whatever its initial number', () => {
    const ladder = new Ladder()
    const probes = { client: ladder.probe('client'), server: ladder.probe('server') }
    const connection = (start: number) => {
      new Story(probes)
        .becomes('client', start, 'SYN-SENT')
        .passes('client', start, start + 1, 'S 0:0(0) win 9')
        .becomes('server', start + 1, 'LISTEN')
        .becomes('server', start + 1, 'SYN-RECEIVED')
        .passes('server', start + 1, start + 2, 'S. 0:0(0) ack 1 win 9')
        .becomes('client', start + 2, 'ESTABLISHED')
        .passes('client', start + 2, start + 3, 'P. 1:101(100) ack 1 win 9')
        .becomes('client', start + 3, 'CLOSED')
        .becomes('server', start + 3, 'CLOSED')
    }
    connection(0)
    connection(10)
    expect(ladder.render()).not.toContain('retransmission')
    // Not so a SYN that is sent again by one and the same connection.
    new Story(probes).becomes('client', 20, 'SYN-SENT').sends('client', 20, 'S 0:0(0) win 9')
    new Story(probes).sends('client', 21, 'S 0:0(0) win 9')
    expect(ladder.render().match(/retransmission/g)).toHaveLength(1)
  })

  it('begins anew for the answers to a new SYN, too, where no connection sends them', () => {
    const { ladder, story } = watch()
    story.passes('client', 0, 1, 'S 0:0(0) win 9').passes('server', 1, 2, 'S. 0:0(0) ack 1 win 9')
    // The server's new number lies below its old one.
    story
      .passes('client', 10, 11, 'S 7000:7000(0) win 9')
      .passes('server', 11, 12, 'S. 4294960000:4294960000(0) ack 7001 win 9')
    expect(ladder.render()).not.toContain('retransmission')
    expect(ladder.render().match(/S\. 0:0\(0\) ack 1 win 9/g)).toHaveLength(2)
  })

  it('calls the SYN,ACK of one who opens at the same time no retransmission, but the next', () => {
    const { ladder, story } = watch()
    story.sends('client', 0, 'S 0:0(0) win 9').sends('client', 10, 'S. 0:0(0) ack 1 win 9')
    expect(ladder.render()).not.toContain('retransmission')
    story.sends('client', 20, 'S. 0:0(0) ack 1 win 9')
    expect(ladder.render().match(/retransmission/g)).toHaveLength(1)
  })

  it('tells what of a segment is not as it was sent', () => {
    const { ladder, story } = watch()
    const arrival = (sent: string, received: string, time: number) => {
      story.sends('client', time, sent).receives('server', time + 1, received)
      return ladder.render({ columns: 200 }).split('\n').at(-1) ?? ''
    }
    expect(arrival('. 1:1(0) ack 1 win 9', '. 1:1(0) ack 1 win 9', 0)).not.toContain('arrives')
    const window = arrival('. 1:11(10) ack 1 win 9 <TS val 1 ecr 2>', '. 1:11(10) ack 1 win 0 <TS val 1 ecr 2>', 10)
    expect(window).toMatch(/┝━━ \. 1:11\(10\) ack 1 win 9 ━━ arrives with win 0 ━+►│/)
    const syn = arrival('S 0:0(0) win 9 <mss 1460,sackOK,wscale 7>', 'S 0:0(0) win 9 <mss 1400>', 20)
    expect(syn).toMatch(/ arrives with mss 1400 [─═]+ arrives without sackOK, wscale 7 /)
    expect(arrival('SEW 0:0(0) win 10', 'S 0:0(0) win 10', 30)).toMatch(/ with flags S /)
    expect(arrival('. 11:21(10) ack 1 win 9 [ect0]', '. 11:21(10) ack 1 win 9 [ce]', 40)).toMatch(
      / arrives with \[ce] /,
    )
    expect(arrival('U. 21:31(10) ack 1 win 9 urg 3', 'U. 21:31(10) ack 1 win 9 urg 4', 50)).toMatch(/ with urg 4 /)
    expect(ladder.render()).not.toMatch(/lost|not sent/)
    expect(ladder.render({ language: 'zh', columns: 200 })).toMatch(/到达时为 mss 1400 [─═]+ 到达时缺 sackOK, wscale 7/)
  })

  it('tells acknowledgments that overtake one another by their SACK blocks', () => {
    const { ladder, story } = watch()
    story.passes('client', 0, 10, '. 1:1(0) ack 1 win 9')
    story.sends('client', 20, '. 1:1(0) ack 1 win 9 <sack 101:201>')
    story.sends('client', 20, '. 1:1(0) ack 1 win 9 <sack 101:301>')
    story.receives('server', 30, '. 1:1(0) ack 1 win 9 <sack 101:301>')
    story.receives('server', 31, '. 1:1(0) ack 1 win 9 <sack 101:201>')
    expect(ladder.render()).toContain('out of order')
    expect(ladder.render()).not.toMatch(/arrives|duplicate|lost/)
  })

  it('does not take the late copy of one segment for another that was changed', () => {
    const { ladder, story } = watch()
    story.passes('client', 0, 10, '. 1:11(10) ack 1 win 9 <TS val 1 ecr 2>')
    story.sends('client', 300, '. 1:11(10) ack 1 win 9 <TS val 300 ecr 2>')
    story.receives('server', 305, '. 1:11(10) ack 1 win 9 <TS val 1 ecr 2>')
    expect(ladder.render()).toMatch(/lost/)
    expect(ladder.render()).toMatch(/duplicate/)
    expect(ladder.render()).not.toMatch(/arrives/)
  })
})
