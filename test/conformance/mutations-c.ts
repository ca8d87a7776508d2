import type { Mutation } from './mutation.ts'

/** Breaks the rules of SYN cookies (RFC 4987), the user timeout option (RFC 5482) and Fast Open (RFC 7413). */
export const mutationsC: readonly Mutation[] = [
  {
    rule: 'RFC 4987, 3.6',
    file: 'src/tcp/syn-cookies.ts',
    find: 'return sizes[index] ?? 0',
    replace: 'return sizes[index & 3] ?? 0',
  },
  {
    rule: 'RFC 4987, 3.6',
    file: 'src/tcp/cookie-handshake.ts',
    find: 'syn.sackPermitted = (options & SACK) !== 0',
    replace: 'syn.sackPermitted = false',
  },
  {
    rule: 'RFC 5482, 3.1',
    file: 'src/tcp/user-timeout.ts',
    find: 'Math.max(LEAST, local, this.remote)',
    replace: 'Math.max(LEAST, local)',
  },
  {
    rule: 'RFC 5482, 3.1',
    file: 'src/tcp/user-timeout.ts',
    find: 'const MOST = 3600',
    replace: 'const MOST = 36_000',
  },
  {
    rule: 'RFC 5482, 3.1',
    file: 'src/tcp/timeouts.ts',
    find: 'options.userTimeout > 0 ? options.userTimeout : ',
    replace: '',
  },
  {
    rule: 'RFC 5482, 3.2',
    file: 'src/tcp/user-timeout.ts',
    find: 'else this.owed = false',
    replace: 'else return',
  },
  {
    rule: 'RFC 5482, 3.3',
    file: 'src/wire/tcp-header.ts',
    find: 'return field & MINUTES ? (field & ~MINUTES) * 60 : field',
    replace: 'return field & ~MINUTES',
  },
  {
    rule: 'RFC 5482, 3.4',
    file: 'src/tcp/user-timeout.ts',
    find: 'if (segment.userTimeout > 0) this.remote',
    replace: 'this.remote',
  },
  {
    rule: 'RFC 7413, 4.1.1',
    file: 'src/wire/tcp-header.ts',
    find: 'length >= 4 && length <= 16 && (length & 1) === 0',
    replace: 'length >= 4 && length <= 16',
  },
  {
    rule: 'RFC 7413, 4.1.2',
    file: 'src/tcp/fast-open-cookies.ts',
    find: 'key.hash(addresses, WORDS)',
    replace: 'key.hash(addresses, 0)',
  },
  {
    rule: 'RFC 7413, 4.1.3',
    file: 'src/stack/fast-open-cache.ts',
    find: 'if (known !== undefined) connection.openFast(known.cookie, known.mss)',
    replace: 'if (known !== undefined) connection.openFast(REQUEST, 0)',
  },
  {
    rule: 'RFC 7413, 4.2.1',
    file: 'src/stack/fast-opens.ts',
    find: "if (verdict !== 'good') connection.grantCookie(this.cookies.make(this.words, now))",
    replace: '',
  },
  {
    rule: 'RFC 7413, 4.2.2',
    file: 'src/stack/fast-opens.ts',
    find: "if (verdict === 'bad') return false",
    replace: '',
  },
  {
    rule: 'RFC 7413, 5.1',
    file: 'src/stack/fast-opens.ts',
    find: 'if (reset) listener.fastResets.push(now + RESET_PENALTY)',
    replace: '',
  },
  {
    rule: 'RFC 7413, 5.1',
    file: 'src/stack/fast-opens.ts',
    find: 'if (listener.fastOpening(now) >= room) {',
    replace: 'if (listener.fastOpening(now) > 1e9) {',
  },
]
