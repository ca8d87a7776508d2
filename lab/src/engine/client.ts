import { type Remote, wrap } from 'comlink'
import type { Engine } from './engine.ts'

/** The engine in its thread. */
export function startEngine(): Remote<Engine> {
  return wrap<Engine>(new Worker(new URL('./engine.worker.ts', import.meta.url), { type: 'module' }))
}
