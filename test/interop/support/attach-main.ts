/** Opens the TUN device named by the argument, writes what it got or the error, and ends. */
import { openTun, TunError } from '../../../src/adapter/tun/index.ts'

try {
  const tun = openTun({ name: process.argv[2] ?? '' })
  process.stdout.write(`attached ${JSON.stringify({ name: tun.name, mtu: tun.mtu, uid: process.getuid?.() })}\n`)
  tun.close()
} catch (error) {
  if (!(error instanceof TunError)) throw error
  process.stdout.write(`refused ${JSON.stringify({ code: error.code, message: error.message })}\n`)
}
