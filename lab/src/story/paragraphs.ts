/** A paragraph takes no further sentence beyond so many letters; a Chinese one tells as much in a third. */
const MOST = { en: 270, zh: 90 } as const
/** Behind a sentence: in English before a capital letter, so that no abbreviation or number ends one. */
const ENDS = { en: /(?<=[.?!]”?) (?=[“A-Z])/, zh: /(?<=[。？！]”?)(?!”)/ } as const

/** A text cut at the ends of sentences into paragraphs of two or three, which are easier to read in a narrow column. */
export function paragraphs(text: string, language: 'en' | 'zh'): string[] {
  const result: string[] = []
  let paragraph = ''
  for (const sentence of text.split(ENDS[language])) {
    if (sentence === '') continue
    if (paragraph !== '' && paragraph.length + sentence.length > MOST[language]) {
      result.push(paragraph)
      paragraph = ''
    }
    paragraph += (paragraph === '' || language === 'zh' ? '' : ' ') + sentence
  }
  if (paragraph !== '') result.push(paragraph)
  return result
}
