import { SCENARIOS, Stage } from 'estab/scenario'
import type { World } from 'estab/sim'
import { Hands } from './hands.ts'
import type { PacketColumns } from './packets.ts'
import { Recorder } from './recorder.ts'
import type { Run } from './run.ts'
import { MOST_PACKETS, type Timeline } from './timeline.ts'
import { buildTopology } from './topology.ts'

/** A run whose packets are still columns, as it goes from one thread to another. */
export type RunData = Omit<Run, 'packets'> & { readonly packets: PacketColumns }

/** A played timeline: its run, and who knows more about any moment of it. */
export interface Played {
  readonly data: RunData
  readonly recorder: Recorder
  readonly world: World
}

/** What was changed may take so long to show: 2 MSL and the last retransmissions, microseconds. */
const PATIENCE = 130_000_000
/** A play that is over is shown a moment longer; where the user makes the play, there is time for what he does next. */
const REST = 10_000
const REST_OF_SANDBOX = 1_000_000

/** Plays a timeline to its end. Throws RangeError for a scenario or part that there is not, TypeError for a topology that cannot be. */
export function play(timeline: Timeline): Played {
  const { seed, acts } = timeline
  const stage = new Stage(seed)
  const { world } = stage
  const recorder = new Recorder(world)
  new Hands(world, recorder, acts)
  const perform = performerOf(timeline)
  let brokenOff = ''
  // A program of the play may meet what it was not made for, then or while all comes to rest.
  const attempt = (goOn: () => void) => {
    try {
      goOn()
    } catch (error) {
      if (brokenOff === '') brokenOff = error instanceof Error ? error.message : String(error)
    }
  }
  attempt(() => perform(stage))
  const changed = acts.length > 0 || timeline.play.kind === 'sandbox'
  if (changed) {
    const last = Math.max(world.now, ...acts.map((act) => ('at' in act ? act.at : 0)))
    const rest = timeline.play.kind === 'sandbox' ? REST_OF_SANDBOX : REST
    attempt(() => settle(world, recorder, last, rest))
  }
  const { remarks, checks, figures } = stage
  const recording = recorder.finish()
  const data: RunData = {
    ...recording,
    packets: recorder.packets.finish(),
    remarks,
    checks,
    figures,
    brokenOff,
    epoch: 0,
  }
  return { data, recorder, world }
}

function performerOf({ play }: Timeline): (stage: Stage) => void {
  if (play.kind === 'sandbox') return ({ world }) => buildTopology(world, play.topology)
  const scenario = SCENARIOS.find(({ name }) => name === play.name)
  if (scenario === undefined) throw new RangeError(`there is no scenario ${play.name}`)
  const part = scenario.parts[play.part]
  if (part === undefined)
    throw new RangeError(`scenario ${play.name} has ${scenario.parts.length} parts, not ${play.part + 1}`)
  return (stage) => part.play(stage)
}

/** Lets everything come to rest, as far as that does not take too long. */
function settle(world: World, recorder: Recorder, from: number, rest: number): void {
  const { clock } = world
  const most = recorder.packets.count + MOST_PACKETS
  const start = clock.now() - world.now
  while (clock.next <= start + from && recorder.packets.count < most) clock.step(start + from)
  const end = clock.now() + PATIENCE
  while (clock.next <= end && recorder.packets.count < most) clock.step(end)
  if (recorder.packets.count < most) world.run(rest / 1e6)
}
