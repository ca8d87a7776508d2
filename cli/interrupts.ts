const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** Ctrl-C and SIGTERM, counted from when this was made until `dispose`. */
export class Interrupts {
  /** Resolves at the first. */
  readonly first: Promise<void>
  /** Resolves at the second, of somebody who will not wait. */
  readonly second: Promise<void>
  private readonly listener: () => void
  private count = 0

  constructor() {
    let tellFirst = () => {}
    let tellSecond = () => {}
    this.first = new Promise((resolve) => {
      tellFirst = resolve
    })
    this.second = new Promise((resolve) => {
      tellSecond = resolve
    })
    this.listener = () => {
      this.count += 1
      if (this.count === 1) tellFirst()
      else tellSecond()
    }
    for (const signal of SIGNALS) process.on(signal, this.listener)
  }

  get any(): boolean {
    return this.count > 0
  }

  dispose(): void {
    for (const signal of SIGNALS) process.off(signal, this.listener)
  }
}
