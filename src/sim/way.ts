import { Bottleneck } from './bottleneck.ts'
import { Corruption } from './corruption.ts'
import { Delay } from './delay.ts'
import { Duplication } from './duplication.ts'
import { Jitter, type JitterOptions } from './jitter.ts'
import { BurstLoss, type BurstLossOptions, RandomLoss } from './loss.ts'
import { CoDel, DropTail, type QueueDiscipline, type QueueOptions, Red } from './queue.ts'
import { Reordering } from './reordering.ts'
import type { SeededRandom } from './seeded-random.ts'
import type { Stage } from './stage.ts'

/** What one direction of a link is like; times in microseconds. */
export interface WayOptions {
  /** 10,000 if not given: 10 ms. */
  readonly delay?: number
  /** Bits a second; as fast as may be if not given. */
  readonly rate?: number
  /** Where packets wait at that rate; 1000 of them, drop-tail, if not given. */
  readonly queue?: QueueOptions
  readonly jitter?: JitterOptions
  /** Probability for each packet, or in bursts. */
  readonly loss?: number | BurstLossOptions
  readonly duplicate?: number
  readonly corrupt?: number
  /** Some are held back so long that others overtake them. */
  readonly reorder?: { readonly probability: number; readonly delay: number }
}

const DELAY = 10_000
const QUEUE: QueueOptions = { kind: 'drop-tail', packets: 1000 }

/** The stages of a way in the order in which packets pass them: the queue before the wire, and what happens on it. */
export function stagesOf(options: WayOptions, random: SeededRandom): Stage[] {
  const { delay = DELAY, rate, queue = QUEUE, jitter, loss, duplicate = 0, corrupt = 0, reorder } = options
  const stages: Stage[] = []
  if (rate !== undefined) stages.push(new Bottleneck(rate, discipline(queue, random.named('queue'))))
  if (typeof loss === 'number' && loss > 0) stages.push(new RandomLoss(loss, random.named('loss')))
  else if (typeof loss === 'object') stages.push(new BurstLoss(loss, random.named('loss')))
  if (duplicate > 0) stages.push(new Duplication(duplicate, random.named('duplicate')))
  if (corrupt > 0) stages.push(new Corruption(corrupt, random.named('corrupt')))
  stages.push(new Delay(delay))
  if (jitter !== undefined) stages.push(new Jitter(jitter, random.named('jitter')))
  if (reorder !== undefined) stages.push(new Reordering(reorder.probability, reorder.delay, random.named('reorder')))
  return stages
}

function discipline(queue: QueueOptions, random: SeededRandom): QueueDiscipline {
  switch (queue.kind) {
    case 'drop-tail':
      return new DropTail(queue.packets, queue.bytes)
    case 'red':
      return new Red(queue, random)
    case 'codel':
      return new CoDel(queue)
  }
}
