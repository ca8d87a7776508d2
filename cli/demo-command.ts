import { Command } from 'commander'
import { demo } from './demo.ts'
import { addDrawingOptions, type DrawingOptions, drawing } from './drawing.ts'
import { run } from './run-command.ts'

interface DemoCommandOptions extends DrawingOptions {
  pcap?: string
}

export function demoCommand(): Command {
  const command = new Command('demo').description(
    'draw the whole life of a connection between two hosts in memory; needs neither root nor network',
  )
  return addDrawingOptions(command)
    .option('--pcap <file>', 'also writes every packet to this file, for Wireshark (pcapng)')
    .action((options: DemoCommandOptions) => run(() => demo(drawing(options), options.pcap)))
}
