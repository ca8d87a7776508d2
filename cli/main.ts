#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { connectCommand } from './connect.ts'
import { demoCommand } from './demo-command.ts'
import { getCommand } from './get.ts'
import { labCommand } from './lab.ts'
import { nstatCommand } from './nstat.ts'
import { pingCommand } from './ping.ts'
import { scriptCommand } from './run.ts'
import { scenarioCommand } from './scenario.ts'
import { serveCommand } from './serve.ts'
import { ssCommand } from './ss.ts'
import { sysctlCommand } from './sysctl.ts'

function version(): string {
  const description = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(description) as { version: string }).version
}

const program = new Command('estab')
  .description('TCP/IP in TypeScript, with a host of its own on a TUN device')
  .version(version())
  .showHelpAfterError('(estab --help and estab COMMAND --help tell more)')
  .addHelpText(
    'after',
    `
Begin with \`estab lab\`, in a browser, or \`estab demo\` and \`estab scenario\`, which need
nothing. Other commands talk to real machines: they open a TUN device, whose other end is this machine's kernel, so
that curl, nginx and every other program reach estab:

  sudo estab serve --root .          and in another terminal: curl http://10.9.0.2/

Running ones are looked at, and adjusted, by ss, sysctl and nstat:

  sudo estab ss -tani                sudo estab sysctl tcp_keepalive_time=600`,
  )

const talking = [serveCommand(), getCommand(), connectCommand(), pingCommand()]
const looking = [ssCommand(), sysctlCommand(), nstatCommand()]
for (const command of [labCommand(), demoCommand(), scriptCommand(), scenarioCommand(), ...talking, ...looking]) {
  program.addCommand(command.copyInheritedSettings(program))
}

await program.parseAsync()
