import type { CongestionControl } from './congestion.ts'
import { newReno } from './newreno.ts'

/** The congestion controls there are, by name: what tcp_congestion_control chooses from. */
export const CONGESTION_CONTROLS: ReadonlyMap<string, CongestionControl> = new Map([[newReno.name, newReno]])
