import type { Language } from '../app/lab.svelte.ts'
import { FILES_WORDS } from '../words/files.ts'
import { fill } from '../words/story.ts'
import type { CaptureProblem } from './capture.ts'

/** Why a capture was not read, or not to its end, in one sentence without its stop. */
export function problemText({ fault, offset, message }: CaptureProblem, language: Language): string {
  const text = FILES_WORDS[language].faults[fault]
  // What is said of scripts is said in English alone.
  return text === '' ? message : fill(text, { offset })
}
