import type { Bilingual } from 'estab/scenario'
import { MARKS, type Packet } from '../run/packets.ts'
import type { Run } from '../run/run.ts'
import type { Act } from '../run/timeline.ts'

/** After a play: lose one of its packets, and see what then happens. */
export interface Invitation {
  readonly scenario: string
  readonly part: number
  /** In a few words: what is to be lost. */
  readonly title: Bilingual
  readonly text: Bilingual
  /** The first packet, from the end if `last`, that is meant. */
  readonly target: (packet: Packet) => boolean
  readonly last: boolean
  /** What is told of the new timeline, each at the first packet behind the lost one that it speaks of. */
  readonly told: readonly { readonly of: (packet: Packet) => boolean; readonly text: Bilingual }[]
}

const SYN_ACK = 0x12
const FIN_ACK = 0x11
const ACK = 0x10

const because =
  (...reasons: readonly string[]) =>
  ({ reason }: Packet) =>
    reasons.includes(reason)

export const INVITATIONS: readonly Invitation[] = [
  {
    scenario: 'handshake',
    part: 0,
    title: { en: 'Lose the SYN,ACK of a handshake', zh: '让握手的 SYN,ACK 丢失' },
    text: {
      en: 'Now lose this one: the server’s SYN,ACK. How will the two of them find out?',
      zh: '现在让这一个丢失：服务器的 SYN,ACK。双方将如何察觉？',
    },
    target: ({ flags }) => flags === SYN_ACK,
    last: false,
    told: [
      {
        of: because('open-again'),
        text: {
          en: 'The client has heard nothing for one second. It sends the same SYN again, with the same number.',
          zh: '一秒钟没有音讯，客户端以相同的序号重传同一个 SYN。',
        },
      },
      {
        of: because('answer-again', 'answer-repeated-syn'),
        text: {
          en: 'The server’s timer has run out too, and the SYN has come again: two reasons to repeat its answer, so it comes twice.',
          zh: '服务器的定时器也到期了，同时又收到了 SYN：两个理由各引出一次应答，所以应答来了两个。',
        },
      },
      {
        of: because('ack-handshake'),
        text: {
          en: 'One connection, a second late. Nobody was told of the loss: silence was enough.',
          zh: '一个连接，晚了一秒。没有谁通知丢失：沉默就足够了。',
        },
      },
    ],
  },
  {
    scenario: 'close',
    part: 0,
    title: { en: 'Lose the last ACK of a close', zh: '让关闭时的最后一个 ACK 丢失' },
    text: {
      en: 'Now lose the last ACK, which nobody acknowledges. Who will miss it?',
      zh: '现在让最后一个 ACK 丢失，它没有人确认。谁会发觉？',
    },
    target: ({ flags, length, reason }) => flags === ACK && length === 0 && reason === 'ack-fin',
    last: true,
    told: [
      {
        of: ({ flags, marks }) => flags === FIN_ACK && (marks & MARKS.retransmission) !== 0,
        text: {
          en: 'The server, in LAST-ACK, has waited in vain: it sends its FIN again.',
          zh: '处于 LAST-ACK 的服务器没有等到确认，重传 FIN。',
        },
      },
      {
        of: ({ flags, length }) => flags === ACK && length === 0,
        text: {
          en: 'TIME-WAIT is still there to answer, and begins its 60 s anew. That is what it is for.',
          zh: 'TIME-WAIT 还在，于是再次应答，并重新开始 60 秒计时。这正是它存在的理由。',
        },
      },
    ],
  },
  {
    scenario: 'acknowledgment',
    part: 0,
    title: { en: 'Lose data', zh: '让数据丢失' },
    text: {
      en: 'Now lose the segment with the hundred bytes. Nothing follows it: who will notice?',
      zh: '现在让带有这一百字节的报文段丢失。它后面没有别的数据：谁会察觉？',
    },
    target: ({ length }) => length > 0,
    last: false,
    told: [
      {
        of: ({ marks }) => (marks & MARKS.retransmission) !== 0,
        text: {
          en: 'Only the client can: the server never knew that anything was on its way. Its timer runs out, and the same bytes go again.',
          zh: '只有客户端能察觉，服务器根本不知道有东西在途中。客户端的定时器到期，同样的字节再次发送。',
        },
      },
      {
        of: ({ ack, flags, length }) => flags === ACK && length === 0 && ack === 500,
        text: {
          en: 'Acknowledged: 500. The application has noticed nothing but the time that it took.',
          zh: '得到确认：500。除了所花的时间，应用程序毫无察觉。',
        },
      },
    ],
  },
]

/** What a play invites to; null = to nothing. */
export function invitationOf(scenario: string, part: number): Invitation | null {
  return INVITATIONS.find((each) => each.scenario === scenario && each.part === part) ?? null
}

/** The one after it; null behind the last. */
export function nextInvitation(invitation: Invitation): Invitation | null {
  return INVITATIONS[INVITATIONS.indexOf(invitation) + 1] ?? null
}

/** Index of the packet that is meant; -1 = it is not in this run. */
export function targetOf({ target, last }: Invitation, { packets }: Run): number {
  let found = -1
  for (let i = 0; i < packets.count; i += 1) {
    if (!target(packets.at(i))) continue
    found = i
    if (!last) break
  }
  return found
}

/** When the packet is half on its way: its arrow can be seen, and it can still be lost. Microseconds. */
export function underWay({ packets }: Run, index: number): number {
  const { sentAt, arrivedAt } = packets.at(index)
  return Number.isNaN(arrivedAt) ? sentAt : Math.round((sentAt + arrivedAt) / 2)
}

/** What is to be told of a run in which packet `lost` was lost, in the order of time. */
export function toldOf({ told }: Invitation, { packets }: Run, lost: number): { at: number; text: Bilingual }[] {
  const lines: { at: number; text: Bilingual }[] = []
  let i = lost + 1
  for (const { of, text } of told) {
    while (i < packets.count && !of(packets.at(i))) i += 1
    if (i === packets.count) break
    lines.push({ at: packets.at(i).sentAt, text })
  }
  return lines
}

/** The packet that was lost at the invitation, by the acts of a timeline; -1 = none. */
export function lostBy(acts: readonly Act[], target: number): number {
  return acts.some((act) => act.kind === 'lose' && act.packet === target) ? target : -1
}
