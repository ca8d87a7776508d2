import { Command } from 'commander'
import { hasBrowser, openBrowser, surroundings } from './browser.ts'
import { EXIT } from './exit-codes.ts'
import { Interrupts } from './interrupts.ts'
import { LabServer } from './lab-server.ts'
import { print } from './print.ts'
import { run } from './run-command.ts'
import { integer } from './values.ts'

interface LabOptions {
  port?: number
  open: boolean
}

export function labCommand(): Command {
  return new Command('lab')
    .description('show the lab in a browser: a real TCP whose every segment can be lost, delayed and forged')
    .option(
      '--port <number>',
      'port on 127.0.0.1; 0 for any that is free (default: 5180, or the next that is free)',
      integer(0, 65_535),
    )
    .option('--no-open', 'only print the address')
    .addHelpText(
      'after',
      `
The lab runs in the page itself; nothing leaves this machine, and only this machine reaches it. It opens captures
(pcap, pcapng) that are chosen or dropped on the page, and works on without this command once it was loaded. To follow
a host on a TUN device in it: estab serve --lab.

The browser is not opened for root, in CI, without a screen, or when the output is no terminal.
Ctrl-C ends it. Exit codes: 0 ended by Ctrl-C, 1 wrong usage, 2 the lab is not built or the port is taken.`,
    )
    .action((options: LabOptions) => run(() => lab(options)))
}

async function lab({ port, open }: LabOptions): Promise<number> {
  const interrupts = new Interrupts()
  const server = await LabServer.open(port === undefined ? {} : { port })
  await print(`the lab is at ${server.address} (Ctrl-C ends it)\n`)
  if (open && hasBrowser(surroundings())) await openBrowser(server.address)
  await interrupts.first
  server.close()
  return EXIT.ok
}
