import type { ByteStream } from '../../src/socket/byte-stream.ts'

/** The lines of a stream, without their ends, until the peer ends it. */
export async function* linesOf(stream: ByteStream): AsyncIterableIterator<string> {
  const decoder = new TextDecoder()
  let text = ''
  for (let bytes = await stream.read(); bytes !== null; bytes = await stream.read()) {
    text += decoder.decode(bytes, { stream: true })
    const lines = text.split('\n')
    text = lines.pop() ?? ''
    yield* lines
  }
}

export function writeLine(stream: ByteStream, line: string): Promise<void> {
  return stream.write(new TextEncoder().encode(`${line}\n`))
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })
}
