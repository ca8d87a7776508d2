import { describe, expect, it } from 'vitest'
import { parseUrl } from './http-url.ts'

describe('a URL', () => {
  it.each([
    ['http://10.9.0.1:8080/a?b', { host: '10.9.0.1', port: 8080, authority: '10.9.0.1:8080', target: '/a?b' }],
    ['10.9.0.1', { host: '10.9.0.1', port: 80, authority: '10.9.0.1', target: '/' }],
    ['http://[fd00:9::1]:8080/#part', { host: 'fd00:9::1', port: 8080, authority: '[fd00:9::1]:8080', target: '/' }],
    ['[fd00:9::1]/a b', { host: 'fd00:9::1', port: 80, authority: '[fd00:9::1]', target: '/a%20b' }],
    ['HTTP://Example.ORG:80/A', { host: 'example.org', port: 80, authority: 'example.org', target: '/A' }],
  ])('%s is read', (text, url) => {
    expect(parseUrl(text)).toEqual(url)
  })

  it.each([
    ['https://10.9.0.1/', /not spoken/],
    ['ftp://10.9.0.1/', /not spoken/],
    ['http://user:word@10.9.0.1/', /password/],
    ['http://', /no URL/],
    ['http://a:99999/', /no URL/],
  ])('%s is refused', (text, message) => {
    expect(() => parseUrl(text)).toThrow(message)
  })
})
