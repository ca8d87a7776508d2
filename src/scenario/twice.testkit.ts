import { type Pair, type PairOptions, Stage } from './stage.ts'

/** A stage on which the client connects once more, to say nothing. */
export class TwiceStage extends Stage {
  override pair(options: PairOptions = {}): Pair {
    const pair = super.pair(options)
    this.world.at(0.09, () => this.connect(pair.client, pair.server))
    return pair
  }
}
