import type { State } from 'estab'

/** What the user looks at. */
export type Selection =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'packet'; readonly index: number }
  | { readonly kind: 'lane'; readonly lane: number }
  | { readonly kind: 'state'; readonly state: State }

export const NOTHING: Selection = { kind: 'nothing' }
