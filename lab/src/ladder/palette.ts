import type { State } from 'estab'
import { FIN, PROTOCOL_ICMP, PROTOCOL_TCP, PROTOCOL_UDP, RST, SYN } from 'estab/wire'
import type { Faces } from './pen.ts'

const PROTOCOL_ICMPV6 = 58

/** What a packet is, as far as its colour goes. */
export const HUES = ['syn', 'fin', 'rst', 'data', 'ack', 'udp', 'icmp'] as const
export type Hue = (typeof HUES)[number]

/** What a connection is in at a state, as far as the tint goes. */
export const PHASES = ['opening', 'open', 'closing', 'time-wait', 'closed'] as const
export type Phase = (typeof PHASES)[number]

const NAMES = [
  ...HUES,
  ...PHASES,
  'paper',
  'paper-2',
  'paper-3',
  'ink',
  'ink-2',
  'ink-3',
  'rule',
  'accent',
  'accent-paper',
  'lost',
  'timer',
  'good',
  'bad',
] as const
type Colour = (typeof NAMES)[number]

/** The colours of the page and its letters, as a canvas takes them. */
export interface Palette {
  readonly colours: Readonly<Record<Colour, string>>
  readonly faces: Faces
}

/** Reads the palette that holds at an element now. */
export function readPalette(at: HTMLElement): Palette {
  const probe = document.createElement('span')
  probe.hidden = true
  at.append(probe)
  // A custom property is text; only as a colour in use it is resolved for the theme.
  const read = (name: Colour) => {
    probe.style.color = `var(--${name})`
    return getComputedStyle(probe).color
  }
  const colours = Object.fromEntries(NAMES.map((name) => [name, read(name)])) as Record<Colour, string>
  probe.remove()
  const style = getComputedStyle(at)
  const face = (name: string) => style.getPropertyValue(name).trim() || 'monospace'
  return { colours, faces: { mono: face('--mono'), sans: face('--sans') } }
}

export function hueOf(protocol: number, flags: number, length: number): Hue {
  if (protocol === PROTOCOL_UDP) return 'udp'
  if (protocol === PROTOCOL_ICMP || protocol === PROTOCOL_ICMPV6) return 'icmp'
  if (protocol !== PROTOCOL_TCP) return 'ack'
  if (flags & RST) return 'rst'
  if (flags & SYN) return 'syn'
  if (flags & FIN) return 'fin'
  return length > 0 ? 'data' : 'ack'
}

export function phaseOf(state: State): Phase {
  switch (state) {
    case 'SYN-SENT':
    case 'SYN-RECEIVED':
      return 'opening'
    case 'ESTABLISHED':
      return 'open'
    case 'FIN-WAIT-1':
    case 'FIN-WAIT-2':
    case 'CLOSE-WAIT':
    case 'CLOSING':
    case 'LAST-ACK':
      return 'closing'
    case 'TIME-WAIT':
      return 'time-wait'
    case 'LISTEN':
    case 'CLOSED':
      return 'closed'
  }
}
