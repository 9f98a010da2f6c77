import { expect, test } from 'bun:test'
import { localPath, redirect } from './reply.ts'

test.each(['/', '/datasets/a?tab=1#x', '/%2F%2Fevil.example', '/a?b=c%20d&e=f'])('%p is here, as it is', (path) => {
  expect(redirect(path).headers.get('location')).toBe(path)
})

/* What a header could not carry, or a browser would read in another way, goes out as a browser reads it. */
test.each([
  ['/☃', '/%E2%98%83'],
  ['/a?b=é#ü', '/a?b=%C3%A9#%C3%BC'],
  ['/a\r\nSet-Cookie: x=y', '/aSet-Cookie:%20x=y'],
  ['/a\0b', '/a%00b'],
  ['/a b', '/a%20b'],
  ['/\ud800', '/%EF%BF%BD'],
  ['/a\\b', '/a/b'],
  ['/a/../b', '/b'],
])('%j is here, written as %s', (path, written) => {
  expect(localPath(path)).toBe(written)
  expect(redirect(path).headers.get('location')).toBe(written)
})

test.each([
  '//evil.example',
  '/\\evil.example',
  '/\t/evil.example',
  '/\r\n/evil.example',
  // Here as they stand, but their plain form is another host.
  '/..//evil.example',
  '/.//evil.example',
  '/%2e%2e//evil.example',
  '/a/..//evil.example',
  '/a/..\\/evil.example',
  'https://evil.example/',
  'datasets',
  '',
])('%j is not', (path) => {
  expect(localPath(path)).toBeNull()
  expect(() => redirect(path)).toThrow('must be a path of this server')
})
