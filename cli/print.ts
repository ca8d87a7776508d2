/**
 * Writes `text` to standard output, and resolves when all of it has gone: what still waits is lost when the process
 * exits. Who does not want the rest, as `head`, is no failure.
 */
export function print(text: string): Promise<void> {
  const { stdout } = process
  // The failure is told to the callback as well.
  if (stdout.listenerCount('error') === 0) stdout.on('error', () => {})
  return new Promise((resolve, reject) => {
    stdout.write(text, (error) => {
      if (error && !('code' in error && error.code === 'EPIPE')) reject(error)
      else resolve()
    })
  })
}
