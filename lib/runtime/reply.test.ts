import { expect, test } from 'bun:test'
import { redirect } from './reply.ts'

test.each(['/', '/datasets/a?tab=1#x', '/%2F%2Fevil.example'])('%p is here', (path) => {
  expect(redirect(path).headers.get('location')).toBe(path)
})

test.each(['//evil.example', '/\\evil.example', '/\t/evil.example', 'https://evil.example/', 'datasets', ''])(
  '%p is not',
  (path) => {
    expect(() => redirect(path)).toThrow('must be a path of this server')
  },
)
