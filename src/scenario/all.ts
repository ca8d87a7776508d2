import { handshake } from './handshake.ts'
import type { Scenario } from './scenario.ts'

/** Every scenario, in the order in which one learns. */
export const SCENARIOS: readonly Scenario[] = [handshake]
