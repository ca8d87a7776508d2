/** A copy of `start` .. `end`. Not `slice`: Node's Buffer has that give a view of memory that is used again. */
export function copyBytes(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const copy = new Uint8Array(end - start)
  copy.set(bytes.subarray(start, end))
  return copy
}
