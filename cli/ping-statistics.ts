/** What came of the echo requests, and how long they took. */
export class PingStatistics {
  sent = 0
  received = 0
  duplicates = 0
  errors = 0
  private least = Number.POSITIVE_INFINITY
  private most = 0
  private sum = 0
  private squares = 0

  /** A first answer, after `microseconds`. */
  add(microseconds: number): void {
    this.received += 1
    this.least = Math.min(this.least, microseconds)
    this.most = Math.max(this.most, microseconds)
    this.sum += microseconds
    this.squares += microseconds * microseconds
  }

  /** As ping has it, with the time that all took in milliseconds. */
  report(host: string, elapsed: number): string {
    const { sent, received } = this
    const loss = sent === 0 ? 0 : Math.round((1000 * (sent - received)) / sent) / 10
    const also = [
      this.duplicates > 0 ? `, +${this.duplicates} duplicates` : '',
      this.errors > 0 ? `, +${this.errors} errors` : '',
    ].join('')
    const first = `--- ${host} ping statistics ---\n${sent} packets transmitted, ${received} received${also}, ${loss}% packet loss, time ${Math.round(elapsed)}ms\n`
    if (received === 0) return first
    const mean = this.sum / received
    const deviation = Math.sqrt(Math.max(0, this.squares / received - mean * mean))
    const times = [this.least, mean, this.most, deviation].map((value) => (value / 1000).toFixed(3))
    return `${first}rtt min/avg/max/mdev = ${times.join('/')} ms\n`
  }
}
