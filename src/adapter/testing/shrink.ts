/**
 * The fewest of `items` that still do it: leaves one out at a time, until none can go. `stillFails` is asked for each
 * attempt, and is known to hold for all of them.
 */
export async function shrink<T>(
  items: readonly T[],
  stillFails: (fewer: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  for (let i = 0; i < items.length; i += 1) {
    const fewer = items.filter((_, index) => index !== i)
    if (await stillFails(fewer)) return shrink(fewer, stillFails)
  }
  return items
}
