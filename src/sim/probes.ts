import type { Probe } from '../stack/probe.ts'

/** Hands on what it sees to any number of others, which may come later. */
export class Probes implements Probe {
  private readonly others: Probe[] = []

  add(probe: Probe): void {
    this.others.push(probe)
  }

  packet(...args: Parameters<Probe['packet']>): void {
    for (const other of this.others) other.packet(...args)
  }

  segment(...args: Parameters<Probe['segment']>): void {
    for (const other of this.others) other.segment(...args)
  }

  state(...args: Parameters<Probe['state']>): void {
    for (const other of this.others) other.state(...args)
  }
}
