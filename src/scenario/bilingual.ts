/** A text in English and in Simplified Chinese, which say the same. */
export interface Bilingual {
  readonly en: string
  readonly zh: string
}

export function both(en: string, zh: string): Bilingual {
  return { en, zh }
}
