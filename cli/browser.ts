import open from 'open'

/** What tells whether there is a browser that somebody sees. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: string
  /** Whether standard output is a terminal. */
  readonly terminal: boolean
  readonly root: boolean
}

export function surroundings(): Surroundings {
  return {
    env: process.env,
    platform: process.platform,
    terminal: process.stdout.isTTY === true,
    root: process.getuid?.() === 0,
  }
}

/** Not in a pipe, nor on a machine for tests, nor without a screen; and a browser is nothing for root. */
export function hasBrowser({ env, platform, terminal, root }: Surroundings): boolean {
  if (!terminal || root || (env.CI ?? '') !== '') return false
  const screen = (env.DISPLAY ?? '') !== '' || (env.WAYLAND_DISPLAY ?? '') !== ''
  return screen || platform === 'darwin' || platform === 'win32'
}

/** Opens an address in the user's browser; where that fails, the address has been printed anyway. */
export async function openBrowser(address: string): Promise<void> {
  try {
    const started = await open(address)
    started.once('error', () => {})
  } catch {
    // No program for it.
  }
}
