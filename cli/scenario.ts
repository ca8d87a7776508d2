import { Command } from 'commander'
import { SCENARIOS } from '../src/scenario/all.ts'
import type { Scenario } from '../src/scenario/scenario.ts'
import { type Check, Stage } from '../src/scenario/stage.ts'
import { addDrawingOptions, type Drawing, type DrawingOptions, drawing } from './drawing.ts'
import { EXIT } from './exit-codes.ts'
import { Failure } from './failure.ts'
import { print } from './print.ts'
import { table } from './prose.ts'
import { run } from './run-command.ts'
import { mark, type PageOptions, scenarioPage } from './scenario-page.ts'

interface ScenarioOptions extends DrawingOptions {
  all?: boolean
  full?: boolean
}

/** A check does not hold. */
const BROKEN = 1

export function scenarioCommand(): Command {
  const command = new Command('scenario')
    .description('play a classic question about TCP, and check the answer; without a name, list them')
    .argument('[name]', 'as it is listed; its number will do')
    .option('--all', 'play all, a line each')
    .option('--full', 'show long ladders whole')
  return addDrawingOptions(command).action((name: string | undefined, options: ScenarioOptions) =>
    run(() => scenario(name, options.all === true, { ...drawing(options), full: options.full === true })),
  )
}

async function scenario(name: string | undefined, all: boolean, how: PageOptions): Promise<number> {
  if (all && name !== undefined) throw new Failure('give a name or --all, not both', EXIT.usage)
  if (all) return playAll(how)
  if (name === undefined) {
    await print(
      lines(
        SCENARIOS.map((each) => summary(each, how)),
        [0],
      ),
    )
    return EXIT.ok
  }
  const found = SCENARIOS.find((each) => each.name === name || String(each.number) === name)
  if (found === undefined) {
    throw new Failure(`there is no scenario ${name}: \`estab scenario\` lists them`, EXIT.usage)
  }
  const stages = play(found)
  await print(scenarioPage(found, stages, how))
  return checksOf(stages).every(({ holds }) => holds) ? EXIT.ok : BROKEN
}

async function playAll(how: PageOptions): Promise<number> {
  const rows: string[][] = []
  let broken = false
  for (const each of SCENARIOS) {
    const checks = checksOf(play(each))
    const held = checks.filter(({ holds }) => holds).length
    if (held < checks.length) broken = true
    rows.push([mark(held === checks.length, how.ascii), `${held}/${checks.length}`, ...summary(each, how)])
  }
  await print(lines(rows, [1, 2]))
  return broken ? BROKEN : EXIT.ok
}

function play({ parts }: Scenario): Stage[] {
  return parts.map((part) => {
    const stage = new Stage()
    part.play(stage)
    return stage
  })
}

function checksOf(stages: readonly Stage[]): Check[] {
  return stages.flatMap(({ checks }) => checks)
}

function summary({ number, name, title }: Scenario, { language }: Drawing): string[] {
  return [String(number), name, title[language]]
}

/** Rows as lines, the columns in `right` set to the right. */
function lines(rows: readonly (readonly string[])[], right: readonly number[]): string {
  return table(rows, new Set(right))
    .map((line) => `${line}\n`)
    .join('')
}
