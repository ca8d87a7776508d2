import { parentPort, workerData } from 'node:worker_threads'
import { exploreHere } from './exploration.ts'
import type { WorkerOrder } from './explore-pool.ts'
import type { WorldTest } from './test-world.ts'

const order = workerData as WorkerOrder
const { test } = (await import(order.module)) as { test?: WorldTest }
if (typeof test !== 'function') throw new TypeError(`${order.module} exports no function called test`)
parentPort?.postMessage(await exploreHere(test, order))
