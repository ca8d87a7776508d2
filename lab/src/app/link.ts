import type { Timeline } from '../run/timeline.ts'

/** What a link to the lab holds: what is played, and the moment that is looked at, microseconds. */
export interface LinkedPlace {
  readonly timeline: Timeline
  readonly at: number
}

/**
 * The part of the address behind '#': a scenario as it is by its name (`scenario=handshake&part=0`), anything else - acts
 * of the user, a network of his own - packed into `play`.
 */
export async function linkTo({ timeline, at }: LinkedPlace): Promise<string> {
  const { play, seed, acts } = timeline
  const plain = play.kind === 'scenario' && seed === 1 && acts.length === 0
  const query = new URLSearchParams(
    plain ? { scenario: play.name, part: String(play.part) } : { play: await pack(JSON.stringify(timeline)) },
  )
  if (at > 0) query.set('at', String(at))
  return query.toString()
}

/** Reads what `linkTo` has written; null when there is nothing. Throws SyntaxError for what it cannot have written. */
export async function readLink(hash: string): Promise<LinkedPlace | null> {
  const query = new URLSearchParams(hash.replace(/^#/, ''))
  const at = Math.max(0, Math.round(Number(query.get('at') ?? 0)) || 0)
  const packed = query.get('play')
  if (packed !== null) return { timeline: timelineOf(await unpack(packed)), at }
  const name = query.get('scenario')
  if (name === null) return null
  const part = Math.max(0, Math.round(Number(query.get('part') ?? 0)) || 0)
  return { timeline: { play: { kind: 'scenario', name, part }, seed: 1, acts: [] }, at }
}

function timelineOf(text: string): Timeline {
  const { play, seed, acts } = JSON.parse(text) as Partial<Timeline>
  const known = play?.kind === 'scenario' || play?.kind === 'sandbox'
  if (play === undefined || !known || typeof seed !== 'number' || !Array.isArray(acts)) {
    throw new SyntaxError('the link holds no play')
  }
  return { play, seed, acts }
}

async function pack(text: string): Promise<string> {
  const bytes = await through(new TextEncoder().encode(text), new CompressionStream('deflate-raw'))
  const letters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
  return btoa(letters).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

async function unpack(packed: string): Promise<string> {
  try {
    const letters = atob(packed.replaceAll('-', '+').replaceAll('_', '/'))
    const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0))
    return new TextDecoder().decode(await through(bytes, new DecompressionStream('deflate-raw')))
  } catch {
    throw new SyntaxError('the link is cut or damaged')
  }
}

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  transform: CompressionStream | DecompressionStream,
): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(transform)
  return new Uint8Array(await new Response(stream).arrayBuffer())
}
