import type { FakeClock } from './fake-clock.ts'

interface Pending {
  readonly callAt: number
  readonly action: () => void
  /** Milliseconds after which it is due again; 0 = once. */
  readonly every: number
}

/** What `setTimeout` gives: as much of Node's Timeout as programs use. */
class Handle {
  readonly id: number

  constructor(id: number) {
    this.id = id
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  hasRef(): boolean {
    return true
  }

  [Symbol.toPrimitive](): number {
    return this.id
  }
}

const REPLACED = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] as const

/**
 * Fake timers where no others are at hand (node:test, worker threads): `setTimeout`, `setInterval` and `Date` of the
 * global object, from `install` to `uninstall`. `node:timers/promises` keeps the true time.
 */
export class TestTimers implements FakeClock {
  now = 0
  readonly timers: Record<string, Pending> = {}
  private readonly saved = new Map<string, unknown>()
  private ids = 0

  install(): this {
    const scope = globalThis as unknown as Record<string, unknown>
    for (const name of REPLACED) this.saved.set(name, scope[name])
    const clear = (handle: unknown) => {
      if (handle !== undefined && handle !== null) delete this.timers[String(Number(handle))]
    }
    const timeout = (action: (...args: unknown[]) => void, delay = 0, ...args: unknown[]) =>
      this.add(() => action(...args), delay, 0)
    scope.setTimeout = Object.assign(timeout, { clock: this })
    scope.setInterval = (action: (...args: unknown[]) => void, delay = 0, ...args: unknown[]) =>
      this.add(() => action(...args), delay, Math.max(1, delay))
    scope.clearTimeout = clear
    scope.clearInterval = clear
    scope.Date = this.fakeDate(globalThis.Date)
    return this
  }

  uninstall(): void {
    for (const [name, value] of this.saved) (globalThis as unknown as Record<string, unknown>)[name] = value
    this.saved.clear()
  }

  next(): void {
    const [first] = Object.entries(this.timers).sort(([, a], [, b]) => a.callAt - b.callAt)
    if (first === undefined) return
    const [id, { callAt, action, every }] = first
    this.now = Math.max(this.now, callAt)
    if (every === 0) delete this.timers[id]
    else this.timers[id] = { callAt: this.now + every, action, every }
    action()
  }

  tick(milliseconds: number): void {
    const end = this.now + milliseconds
    while (Object.values(this.timers).some(({ callAt }) => callAt <= end)) this.next()
    this.now = end
  }

  private add(action: () => void, delay: number, every: number): Handle {
    this.ids += 1
    const wait = Number.isFinite(delay) ? Math.max(1, Math.trunc(delay)) : 1
    this.timers[this.ids] = { callAt: this.now + wait, action, every }
    return new Handle(this.ids)
  }

  private fakeDate(real: DateConstructor): DateConstructor {
    const now = () => this.now
    return new Proxy(real, {
      construct: (_target, args: [] | [number]) => (args.length === 0 ? new real(now()) : new real(...args)),
      get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
    })
  }
}
