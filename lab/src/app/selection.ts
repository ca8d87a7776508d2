import type { State } from 'estab'

/** What the user looks at. */
export type Selection =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'packet'; readonly index: number }
  | { readonly kind: 'lane'; readonly lane: number }
  | { readonly kind: 'state'; readonly state: State }

export const NOTHING: Selection = { kind: 'nothing' }

/** What a menu is about. */
export interface MenuFor {
  readonly kind: 'packet' | 'lane'
  /** Of the packet or lane. */
  readonly index: number
  readonly x: number
  readonly y: number
}

/** What is open above the page, one at a time. */
export type Panel = 'none' | 'chapters' | 'help' | 'go-to' | 'sandbox' | 'open' | 'save' | 'live'
