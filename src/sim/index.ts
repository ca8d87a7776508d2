/** `estab/sim`: hosts in virtual time. */
export { type LinkOptions, link } from './link.ts'
export { VirtualClock, type VirtualSurroundings } from './virtual-clock.ts'
