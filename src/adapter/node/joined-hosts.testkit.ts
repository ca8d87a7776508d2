import type { Device } from '../../stack/device.ts'
import { pipe } from '../../stack/pipe.ts'
import { createHost, type RunningHost } from './host.ts'

/** Two hosts on Node's event loop, 10.0.0.1 and 10.0.0.2, joined in memory. */
export function joinedHosts(): [RunningHost, RunningHost] {
  const [left, right] = pipe()
  return [hostAt('10.0.0.1/24', left), hostAt('10.0.0.2/24', right)]
}

function hostAt(address: string, device: Device): RunningHost {
  const running = createHost()
  running.host.addDevice(device)
  running.host.addAddress(address, device)
  return running
}
