import { Command, Option } from 'commander'
import { type DemoOptions, demo } from './demo.ts'
import { run } from './run-command.ts'
import { integer } from './values.ts'

interface DemoCommandOptions {
  width?: number
  language: 'en' | 'zh'
  ascii?: boolean
  color: boolean
  pcap?: string
}

const DEFAULT_WIDTH = 100

export function demoCommand(): Command {
  return new Command('demo')
    .description('draw the whole life of a connection between two hosts in memory; needs neither root nor network')
    .option('--width <columns>', 'width of the drawing; that of the terminal if absent', integer(60, 1000))
    .addOption(new Option('--language <language>', 'of the words').choices(['en', 'zh']).default('en'))
    .option('--ascii', 'draw with plain characters')
    .option('--no-color', 'draw without colours')
    .option('--pcap <file>', 'also writes every packet to this file, for Wireshark (pcapng)')
    .action((options: DemoCommandOptions) => run(() => demo(settings(options))))
}

function settings(options: DemoCommandOptions): DemoOptions {
  return {
    width: options.width ?? process.stdout.columns ?? DEFAULT_WIDTH,
    language: options.language,
    ascii: options.ascii ?? false,
    // https://no-color.org
    color: options.color && process.stdout.isTTY === true && (process.env.NO_COLOR ?? '') === '',
    ...(options.pcap === undefined ? {} : { pcap: options.pcap }),
  }
}
