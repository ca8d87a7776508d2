/** TUN devices of the Linux kernel (`estab/tun`). Importing works everywhere; opening needs Linux and koffi. */
export { configureTun, type TunSettings } from './configure.ts'
export { TunError, type TunErrorCode } from './errors.ts'
export { openTun, type TunCounters, TunDevice, type TunOptions } from './tun.ts'
