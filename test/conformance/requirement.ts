/** One rule of an RFC that the project answers for. */
export interface Requirement {
  /** What tests and comments call it: 'MUST-14' (RFC 9293's own labels) or 'RFC 5961, 3.2'. */
  readonly label: string
  /** Section of the RFC. */
  readonly section: string
  /** What it asks for, in one line of our own. */
  readonly rule: string
  /** Why it has no counterpart here; '' = it has. */
  readonly notApplicable: string
}

/** A requirement that applies. */
export function rule(label: string, section: string, text: string): Requirement {
  return { label, section, rule: text, notApplicable: '' }
}

/** A requirement that does not, and the reason. */
export function without(label: string, section: string, text: string, reason: string): Requirement {
  return { label, section, rule: text, notApplicable: reason }
}

/** A rule of an RFC without labels: its name is the RFC and the section, and a letter or the RFC's own number where a section has several. */
export function sectionRule(rfc: number, section: string, text: string, mark = ''): Requirement {
  return rule(`RFC ${rfc}, ${section}${mark === '' ? '' : ` ${mark}`}`, section, text)
}
