import { otherRfcs } from './other-rfcs.ts'
import type { Requirement } from './requirement.ts'
import { rule } from './requirement.ts'
import { mays } from './rfc9293-mays.ts'
import { musts } from './rfc9293-musts.ts'
import { shoulds } from './rfc9293-shoulds.ts'

/** RFC 9293's 119 labelled requirements, as they are numbered. */
export const rfc9293: readonly Requirement[] = [
  ...musts,
  ...shoulds,
  ...mays,
  rule('REC-1', '3.1', 'Windows are reckoned with in 32 bits.'),
]

/** One document that requires something. */
export interface Source {
  readonly name: string
  readonly requirements: readonly Requirement[]
}

/** All that estab answers for. */
export const sources: readonly Source[] = [
  { name: 'RFC 9293', requirements: rfc9293 },
  { name: 'Other RFCs', requirements: otherRfcs },
]
