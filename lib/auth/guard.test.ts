import { describe, expect, test } from 'bun:test'
import type { Config } from '#config/effective.ts'
import { Problem } from '#lib/runtime/index.ts'
import { createGuard, createIdentify } from './access.ts'

type Auth = Config['auth']
const LOOPBACK: Auth = { mode: 'loopback', noneRole: 'viewer' }
const OPEN: Auth = { mode: 'none', noneRole: 'operator' }
const READABLE: Auth = { mode: 'none', noneRole: 'viewer' }
const server = { publicUrl: 'https://witness.example.com', allowedHosts: ['Witness'] }

async function role(auth: Auth, kind: 'unix' | 'internal' | 'loopback' | 'remote', method = 'GET', headers = {}) {
  const request = new Request('http://localhost/', { method, headers: { host: 'localhost:8080', ...headers } })
  const actor = await createIdentify(() => ({ auth, server }))(request, { kind, address: null })
  return actor instanceof Problem ? actor.code : actor.role
}

describe('who may what', () => {
  test.each([
    [LOOPBACK, 'unix', 'POST', {}, 'admin'],
    [LOOPBACK, 'internal', 'POST', {}, 'admin'],
    [LOOPBACK, 'loopback', 'POST', {}, 'operator'],
    [LOOPBACK, 'loopback', 'POST', { host: '127.0.0.1:8080' }, 'operator'],
    [LOOPBACK, 'loopback', 'POST', { host: '[::1]:8080' }, 'operator'],
    [LOOPBACK, 'loopback', 'POST', { origin: 'http://localhost:8080' }, 'operator'],
    [LOOPBACK, 'remote', 'GET', {}, 'viewer'],
    [LOOPBACK, 'remote', 'HEAD', {}, 'viewer'],
    [LOOPBACK, 'remote', 'POST', {}, 'none'],
    [LOOPBACK, 'remote', 'DELETE', {}, 'none'],
    [READABLE, 'remote', 'GET', {}, 'viewer'],
    [READABLE, 'remote', 'POST', {}, 'none'],
    [OPEN, 'remote', 'POST', {}, 'operator'],
  ] as const)('%p over %s, %s %p: %s', async (auth, kind, method, headers, expected) => {
    expect(await role(auth, kind, method, headers)).toBe(expected)
  })

  test.each([
    ['a proxy on this machine', { 'x-forwarded-for': '10.0.0.9' }],
    ['another proxy header', { forwarded: 'for=10.0.0.9' }],
    ['a name that somebody pointed at us', { host: 'evil.example:8080' }],
    ["another site's page", { origin: 'http://evil.example' }],
    ['a page without an origin', { origin: 'null' }],
  ])('%s is not this machine', async (_, headers) => {
    expect(await role(LOOPBACK, 'loopback', 'POST', headers)).toBe('none')
  })
})

describe('names that are ours', () => {
  const guard = createGuard(() => ({ auth: LOOPBACK, server }))
  test.each(['localhost', '127.0.0.1', '[::1]', '192.168.1.5', '[fe80::1]', 'witness', 'witness.example.com'])(
    '%s',
    (name) => expect(guard.allowedHost?.(name, name)).toBe(true),
  )
  test.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', 'example.com'])('not %s', (name) =>
    expect(guard.allowedHost?.(name, name)).toBe(false),
  )
  test('the public address is an origin of ours, no other', () => {
    expect(guard.allowedOrigin?.('https://witness.example.com')).toBe(true)
    expect(guard.allowedOrigin?.('http://witness.example.com')).toBe(false)
  })
})
