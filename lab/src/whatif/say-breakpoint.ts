import type { Language } from '../app/lab.svelte.ts'
import type { Breakpoint } from '../run/breakpoint.ts'
import { BREAKPOINT_WORDS } from '../words/compare.ts'
import { laneName } from '../words/ladder.ts'

/** What has to happen for playing to stop: 'server enters CLOSE-WAIT'. */
export function sayBreakpoint(breakpoint: Breakpoint, language: Language): string {
  const words = BREAKPOINT_WORDS[language]
  if (breakpoint.kind === 'state') return words.state(laneName(breakpoint.lane, language), breakpoint.state)
  return words.stops[breakpoint.kind]
}
