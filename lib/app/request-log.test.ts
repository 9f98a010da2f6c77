import { describe, expect, test } from 'bun:test'
import type { ComponentLog, LogFields } from '#lib/logs/types.ts'
import type { Actor } from '#lib/runtime/actor.ts'
import type { RequestSummary } from '#lib/runtime/around.ts'
import { requestLog } from './request-log.ts'

function logOf() {
  const lines: { log: string; level: string; message: string; fields: LogFields }[] = []
  const face = (log: string): ComponentLog => {
    const at =
      (level: string) =>
      (message: string, fields: LogFields = {}) =>
        void lines.push({ log, level, message, fields })
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  }
  const log = requestLog({
    people: face('people'),
    strangers: face('strangers'),
    errors: face('errors'),
    addressOf: ({ peer }) => peer.address,
    after: () => () => {},
  })
  return { log, lines }
}

const anna: Actor = { kind: 'session', name: 'anna', role: 'viewer', address: '10.0.0.7', userAgent: null }

function summary(change: Partial<RequestSummary> & { readonly address?: string }): RequestSummary {
  const { address = '192.0.2.1', ...rest } = change
  return {
    method: 'GET',
    route: null,
    path: '/x',
    status: 404,
    durationMs: 1.4,
    requestId: 'r',
    actor: null,
    peer: { kind: 'remote', address },
    request: new Request('http://witness/x'),
    ...rest,
  }
}

describe('strangers', () => {
  test('get one line per address and minute, and a count, whatever they asked for', () => {
    const { log, lines } = logOf()
    for (let at = 0; at < 5000; at++) log.request(summary({ path: `/${'x'.repeat(4000)}${at}` }))
    log.request(summary({ actor: { ...anna, kind: 'none', role: 'none' }, route: '/login', path: '/login' }))
    log.close()
    expect(lines).toHaveLength(2)
    expect(lines[0]).toMatchObject({ log: 'strangers', level: 'info', message: 'GET no such address 404' })
    expect(lines[1]?.message).toBe('192.0.2.1: 5000 more requests within a minute (404 × 5000).')
    for (const line of lines) expect(JSON.stringify(line).length).toBeLessThan(500)
  })

  test('of one /64 are one, and many networks are few lines', () => {
    const { log, lines } = logOf()
    for (let at = 1; at < 1000; at++) log.request(summary({ address: `2001:db8::${at.toString(16)}` }))
    for (let at = 1; at < 1000; at++) log.request(summary({ address: `2001:db8:1:${at.toString(16)}::1` }))
    log.close()
    expect(lines.filter(({ message }) => message.startsWith('GET'))).toHaveLength(20)
    expect(lines.slice(20).map(({ message }) => message)).toEqual([
      '2001:db8:0:0::/64: 998 more requests within a minute (404 × 998).',
      'Addresses beyond the 20 that are named: 980 more requests within a minute (404 × 980).',
    ])
  })
})

describe('people', () => {
  test('get a line for every write, and for what was refused until it is too much', () => {
    const { log, lines } = logOf()
    const route = '/api/datasets/:id'
    for (let at = 0; at < 100; at++) {
      log.request(summary({ actor: anna, route, path: `/api/datasets/${at}` }))
      log.request(summary({ actor: anna, method: 'POST', route: '/api/run', path: '/api/run', status: 202 }))
      log.request(summary({ actor: anna, route, path: '/api/datasets/a', status: 200 }))
    }
    log.close()
    const of = (status: number) => lines.filter(({ message }) => message.endsWith(` ${status}`))
    expect(of(202)).toHaveLength(100)
    expect(of(404)).toHaveLength(20)
    expect(of(200)).toEqual([])
    expect(of(404)[3]).toMatchObject({
      log: 'people',
      message: 'GET /api/datasets/:id 404',
      fields: { actor: 'anna', path: '/api/datasets/3', durationMs: 1 },
    })
    expect(lines.at(-1)?.message).toBe('session anna: 80 more requests within a minute (404 × 80).')
  })
})

test('an error that somebody can cause at will is told twenty times a minute, with a path that ends', () => {
  const { log, lines } = logOf()
  for (let at = 0; at < 500; at++) log.error(new Error('inside'), { path: 'x'.repeat(4000), requestId: 'r' })
  log.close()
  expect(lines).toHaveLength(21)
  expect(lines[0]?.message).toContain('Error: inside')
  expect(String(lines[0]?.fields.path)).toHaveLength(200)
  expect(lines[20]?.message).toStartWith('480 more errors')
})
