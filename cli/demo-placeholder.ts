import { EXIT } from './exit-codes.ts'

export interface DemoOptions {
  readonly width: number
  readonly language: 'en' | 'zh'
  readonly ascii: boolean
  readonly color: boolean
  readonly pcap?: string
}

/** Stands in until there is cli/demo.ts. */
export async function demo(_options: DemoOptions): Promise<number> {
  process.stderr.write('estab: the demo is not there yet\n')
  return EXIT.failure
}
