import { describe, expect, test } from 'bun:test'
import { createGuard, isSecure } from './guard.ts'

const server = { publicUrl: 'https://witness.example.com', allowedHosts: ['Witness'], trustedProxies: [] }

describe('names that are ours', () => {
  const guard = createGuard(() => ({ server }))
  test.each(['localhost', '127.0.0.1', '[::1]', '192.168.1.5', '[fe80::1]', 'witness', 'witness.example.com'])(
    '%s',
    (name) => expect(guard.allowedHost(name, name)).toBe(true),
  )
  test.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'example.com',
    '999.999.999.999',
    '127.0.0.256',
    '0127.0.0.1',
    '1.2.3',
    '[::1::]',
    '[]',
    '[1.2.3.4]',
    '::1',
  ])('not %s', (name) => expect(guard.allowedHost(name, name)).toBe(false))
  test('the public address is an origin of ours, no other', () => {
    expect(guard.allowedOrigin('https://witness.example.com')).toBe(true)
    expect(guard.allowedOrigin('http://witness.example.com')).toBe(false)
    expect(guard.allowedOrigin('null')).toBe(false)
  })
})

test('cookies are for TLS alone where people come over TLS', () => {
  expect(isSecure({ server })).toBe(true)
  expect(isSecure({ server: { ...server, publicUrl: 'http://witness' } })).toBe(false)
  expect(isSecure({ server: { ...server, publicUrl: null } })).toBe(false)
})
