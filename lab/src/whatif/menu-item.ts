/** A line of a menu. */
export type MenuItem =
  | {
      readonly kind: 'item'
      readonly label: string
      /** The key that does the same; '' = none. */
      readonly key?: string
      /** Why it cannot be chosen, or what it will do. */
      readonly hint?: string
      readonly disabled?: boolean
      readonly choose: () => void
    }
  /** Several beside each other, behind a name. */
  | { readonly kind: 'row'; readonly label: string; readonly items: readonly RowItem[] }
  | {
      readonly kind: 'toggle'
      readonly label: string
      readonly key?: string
      readonly on: boolean
      readonly choose: () => void
    }
  | { readonly kind: 'rule' }

interface RowItem {
  readonly label: string
  readonly hint?: string
  readonly disabled?: boolean
  readonly choose: () => void
}
