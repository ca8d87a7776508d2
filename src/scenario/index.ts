/** `estab/scenario`: questions about TCP as plays whose claims are checked, in English and Chinese. */
export { SCENARIOS } from './all.ts'
export type { Bilingual } from './bilingual.ts'
export type { Scenario, ScenarioPart } from './scenario.ts'
export { type Check, type Figure, type Pair, type PairOptions, PORT, type Remark, Stage } from './stage.ts'
export { type Variables, variablesOf } from './variables.ts'
