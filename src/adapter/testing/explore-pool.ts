import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Failure } from './evidence.ts'
import type { Exploration } from './exploration.ts'

/** What a worker thread is told. */
export interface WorkerOrder extends Exploration {
  /** URL of the module with the test. */
  readonly module: string
}

/** Explores with a worker thread for each core, each with its share of the seeds. Rejects when the module cannot be loaded. */
export async function exploreOnAllCores(module: URL, exploration: Exploration): Promise<Failure[]> {
  const { seeds } = exploration
  const count = Math.min(availableParallelism(), seeds.length)
  const shares = Array.from({ length: count }, (_, share) => seeds.filter((_seed, i) => i % count === share))
  const found = await Promise.all(
    shares.map((share) => exploreInWorker({ ...exploration, seeds: share, module: module.href })),
  )
  return found.flat()
}

function exploreInWorker(workerData: WorkerOrder): Promise<Failure[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./explore-worker.js', import.meta.url), { workerData })
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`a worker thread ended with ${code} and no result`)))
  })
}
