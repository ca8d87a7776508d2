import { posix } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isWithin, pathOf } from './http-path.ts'

describe('the path of a target', () => {
  it.each([
    ['/', ''],
    ['/a', 'a'],
    ['/a/', 'a/'],
    ['/a/b.txt?query=/../x', 'a/b.txt'],
    ['//a///b', 'a/b'],
    ['/a/./b/../c', 'a/c'],
    ['/a/..', ''],
    ['/a/b/..', 'a/'],
    ['/a/b/.', 'a/b/'],
    ['/%41%20b', 'A b'],
    ['/%E4%BD%A0', '你'],
    ['/\xe4\xbd\xa0', '你'],
    ['/a%2e%2e', 'a..'],
    ['/...', '...'],
    ['/a\\..\\b', 'a\\..\\b'],
    ['http://host:80/a', 'a'],
    ['http://host', ''],
    ['http://host?q', null],
    ['', null],
    ['*', null],
    ['a', null],
    ['host:443', null],
    ['/a#b', null],
    ['/..', null],
    ['/../a', null],
    ['/a/../../b', null],
    ['/%2e%2e/a', null],
    ['/.%2E/a', null],
    ['/a%2fb', null],
    ['/a%00', null],
    ['/%', null],
    ['/%zz', null],
    ['/%ff', null],
  ])('of %j is %j', (target, path) => {
    expect(pathOf(target)).toBe(path)
  })

  it('never leaves the root', () => {
    const piece = fc.oneof(fc.constantFrom('..', '.', '', '%2e', '%2e%2e', '%2f', '\\', '?', 'a', '%00'), fc.string())
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), fc.boolean(), (pieces, absolute) => {
        const path = pathOf(`${absolute ? 'http://h' : ''}/${pieces.join('/')}`)
        if (path === null) return
        expect(path).not.toMatch(/^\/|\0/)
        expect(posix.join('/root', path)).toMatch(/^\/root(\/|$)/)
        expect(path.split('/')).not.toContain('..')
      }),
    )
  })
})

describe('a real path', () => {
  it('is within the root or not', () => {
    expect(isWithin('/srv/www', '/srv/www')).toBe(true)
    expect(isWithin('/srv/www', '/srv/www/a')).toBe(true)
    expect(isWithin('/srv/www', '/srv/www-private/a')).toBe(false)
    expect(isWithin('/srv/www', '/srv')).toBe(false)
    expect(isWithin('/', '/etc')).toBe(true)
  })
})
