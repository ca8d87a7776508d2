import { PROTOCOL_TCP } from 'estab/wire'
import type { Language } from '../app/lab.svelte.ts'
import { nameOf } from '../ladder/describe.ts'
import { describeAct } from '../run/describe-act.ts'
import type { Run } from '../run/run.ts'
import type { Act } from '../run/timeline.ts'
import { laneName } from '../words/ladder.ts'
import { WHATIF_WORDS } from '../words/whatif.ts'
import { shortTime } from './short-time.ts'

/** What was done, with the names of whom it was done to: 'SYN,ACK (packet 2) lost at 15 ms'. */
export function sayAct(act: Act, run: Pick<Run, 'packets' | 'links' | 'lanes'>, language: Language): string {
  const words = WHATIF_WORDS[language]
  if ('packet' in act) {
    const packet = act.packet < run.packets.count ? run.packets.at(act.packet) : null
    const name = words.packetName(packet === null ? '' : nameOf(packet), act.packet + 1)
    switch (act.kind) {
      case 'lose':
        return words.lost(name, shortTime(act.at))
      case 'delay':
        return words.delayed(name, shortTime(act.by))
      case 'duplicate':
        return words.duplicated(name)
      case 'corrupt':
        return words.corrupted(name)
    }
  }
  const at = shortTime(act.at)
  if (act.kind === 'plug' || act.kind === 'unplug') {
    const names = run.links[act.link]?.lanes.map((lane) => laneName(run.lanes[lane]?.name ?? '?', language))
    return words.at(words[act.kind](names?.[0] ?? '?', names?.[1] ?? '?'), at)
  }
  if (act.kind === 'forge') {
    const { flags, to } = act.segment
    return words.at(words.forged(nameOf({ protocol: PROTOCOL_TCP, flags }), to), at)
  }
  const who = 'host' in act ? laneName(act.host, language) : ''
  return words.at(words.does(who, describeAct(act)[language]), at)
}
