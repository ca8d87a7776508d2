import type { Lab, Language } from './lab.svelte.ts'

export type Theme = 'system' | 'light' | 'dark'

const KEY = 'estab-lab'
const DARK = '(prefers-color-scheme: dark)'

/** What the user has chosen for the page, kept in the browser. */
export class Settings {
  theme = $state<Theme>('system')
  private readonly lab: Lab

  constructor(lab: Lab) {
    this.lab = lab
    const kept = read()
    this.setLanguage(kept.language ?? (navigator.language.startsWith('zh') ? 'zh' : 'en'))
    this.setTheme(kept.theme ?? 'system')
    matchMedia(DARK).addEventListener('change', () => this.setTheme(this.theme))
  }

  setLanguage(language: Language): void {
    this.lab.language = language
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
    this.keep()
  }

  setTheme(theme: Theme): void {
    this.theme = theme
    document.documentElement.dataset.theme = theme
    this.lab.dark = theme === 'dark' || (theme === 'system' && matchMedia(DARK).matches)
    this.keep()
  }

  private keep(): void {
    try {
      localStorage.setItem(KEY, JSON.stringify({ language: this.lab.language, theme: this.theme }))
    } catch {
      // A page that may keep nothing forgets.
    }
  }
}

function read(): { language?: Language; theme?: Theme } {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}')
    if (typeof kept !== 'object' || kept === null) return {}
    const { language, theme } = kept as { language?: unknown; theme?: unknown }
    return {
      ...(language === 'en' || language === 'zh' ? { language } : {}),
      ...(theme === 'system' || theme === 'light' || theme === 'dark' ? { theme } : {}),
    }
  } catch {
    return {}
  }
}
