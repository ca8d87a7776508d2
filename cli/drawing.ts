import { type Command, Option } from 'commander'
import type { RenderOptions } from '../src/trace/ladder-page.ts'
import type { Language } from '../src/trace/words.ts'
import { integer } from './values.ts'

/** What the options of `addDrawingOptions` come to. */
export interface DrawingOptions {
  width?: number
  language: Language
  ascii?: boolean
  color: boolean
}

/** How a ladder is to be drawn. */
export type Drawing = Required<Pick<RenderOptions, 'columns' | 'language' | 'ascii' | 'color'>>

const DEFAULT_WIDTH = 100

/** Gives a command that draws ladders its options. */
export function addDrawingOptions(command: Command): Command {
  return command
    .option('--width <columns>', 'width of the drawing; that of the terminal if absent', integer(60, 1000))
    .addOption(new Option('--lang, --language <language>', 'of the words').choices(['en', 'zh']).default('en'))
    .option('--ascii', 'draw with plain characters')
    .option('--no-color', 'draw without colours')
}

export function drawing(options: DrawingOptions): Drawing {
  return {
    columns: options.width ?? process.stdout.columns ?? DEFAULT_WIDTH,
    language: options.language,
    ascii: options.ascii ?? false,
    // https://no-color.org
    color: options.color && process.stdout.isTTY === true && (process.env.NO_COLOR ?? '') === '',
  }
}
