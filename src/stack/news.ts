import { type Endpoint, nobody } from './endpoint.ts'
import { Listener } from './listener.ts'

/** Those whose owners are to be told what has happened, each once. */
export class News {
  private waiting: (Endpoint | Listener)[] = []

  get isEmpty(): boolean {
    return this.waiting.length === 0
  }

  /** An endpoint that nobody holds keeps its events until somebody does. */
  add(about: Endpoint | Listener): void {
    if (about.eventful || (!(about instanceof Listener) && about.owner === nobody)) return
    about.eventful = true
    this.waiting.push(about)
  }

  /** Tells all of them; what an owner throws goes to `errors` and keeps nobody else from being told. */
  tell(errors: unknown[]): void {
    const told = this.waiting
    this.waiting = []
    for (const about of told) {
      about.eventful = false
      try {
        if (about instanceof Listener) about.onready()
        else if (about.owner !== nobody) about.owner.notify(about.connection.takeEvents())
      } catch (error) {
        errors.push(error)
      }
    }
  }
}
