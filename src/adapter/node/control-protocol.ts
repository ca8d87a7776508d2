import type { SocketSnapshot, SocketState } from '../../stack/snapshot.ts'
import type { SockStat } from '../../stack/sockstat.ts'
import type { SysctlText } from '../../stack/sysctl-text.ts'

/*
 * What goes over a control socket: JSON, an object a line. A request is `{"ask": KIND, ...}` and is answered, in turn, by
 * `{"answer": ...}` or `{"error": TEXT}`; before the answer to 'ss', which completes the list, any number of
 * `{"part": [...]}` may come. Try it: echo '{"ask":"nstat"}' | nc -U PATH
 */

/** Who answers. */
export interface ControlAbout {
  readonly pid: number
  /** What the process calls itself. */
  readonly name: string
}

/** What may be asked, and what the answer is. */
export interface ControlQuestions {
  about: { readonly request: object; readonly answer: ControlAbout }
  /** Only sockets in `states`; all if absent. */
  ss: {
    readonly request: { readonly states?: readonly SocketState[]; readonly info?: boolean; readonly memory?: boolean }
    readonly answer: readonly SocketSnapshot[]
  }
  sockstat: { readonly request: object; readonly answer: SockStat }
  /** Every counter by its MIB name. */
  nstat: { readonly request: object; readonly answer: Readonly<Record<string, number>> }
  /** The setting `name`, or all. `set`: changes one first, such as 'tcp_sack=0'. */
  sysctl: {
    readonly request: { readonly name?: string; readonly set?: string }
    readonly answer: readonly SysctlText[]
  }
}

export type ControlKind = keyof ControlQuestions

/** Longest request, and longest line of an answer, in characters. */
export const MAX_REQUEST = 65_536
export const MAX_REPLY = 16 * 1024 * 1024
