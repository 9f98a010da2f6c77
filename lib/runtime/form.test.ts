import { beforeEach, describe, expect, test } from 'bun:test'
import type { Admission, WriteSummary } from './around.ts'
import { startFixture } from './fixtures/start.ts'
import { Problem } from './problem.ts'

const told: WriteSummary[] = []
const admitted: Admission[] = []
let cookies = 0
let full = false
const { app, errors } = await startFixture({
  formToken: () => ({ token: 'right', cookie: `form=${++cookies}` }),
  admit: (admission) => {
    admitted.push(admission)
    const { formToken } = admission
    return formToken === null || formToken === 'right' ? null : new Problem(403, 'CSRF', 'Not our form.')
  },
  audit: (summary) => {
    if (full) throw new Error('The disk is full.')
    told.push(summary)
  },
  signInPath: ({ status }) => (status === 401 ? '/login' : null),
})

beforeEach(() => {
  told.length = 0
  admitted.length = 0
})

function post(body: string, role = 'operator', type = 'application/x-www-form-urlencoded') {
  const headers = { 'content-type': type, 'x-role': role, accept: 'text/html' }
  return app.request('/form', { method: 'POST', body, headers })
}

describe('a page with a form', () => {
  test('holds the token, and sets the cookie that it belongs to', async () => {
    const response = await app.request('/form', { headers: { 'x-role': 'viewer', accept: 'text/html' } })
    expect(await response.text()).toContain('name="csrf" value="right"')
    expect(response.headers.get('set-cookie')).toBe(`form=${cookies}`)
  })

  test('a page without one sets none', async () => {
    const response = await app.request('/plain', { headers: { 'x-role': 'viewer', accept: 'text/html' } })
    expect(response.headers.get('set-cookie')).toBeNull()
  })
})

describe('a form sent', () => {
  test('its fields become what the schema says, and it leads on', async () => {
    const response = await post('csrf=right&size=5')
    expect([response.status, response.headers.get('location')]).toEqual([303, '/things/5'])
    expect(admitted).toMatchObject([{ formToken: 'right', access: 'operator', actor: { name: 'operator' } }])
  })

  test('wrong, it is shown again', async () => {
    const response = await post('csrf=right&size=-1')
    expect([response.status, response.headers.get('content-type')]).toEqual([422, 'text/html; charset=utf-8'])
  })

  test.each([
    ['without the token', 'size=5', 403],
    ['with another token', 'csrf=wrong&size=5', 403],
    ['with what is no number', 'csrf=right&size=five', 422],
    ['with a token that is too long', `csrf=${'x'.repeat(70_000)}`, 413],
  ])('%s: refused, and on a page', async (_, body, status) => {
    const response = await post(body)
    expect([response.status, response.headers.get('content-type')]).toEqual([status, 'text/html; charset=utf-8'])
  })

  test.each(['application/json', 'text/plain', 'multipart/form-data; boundary=x'])('as %s: 415', async (type) => {
    expect((await post('{"csrf":"right","size":5}', 'operator', type)).status).toBe(415)
  })

  test('by somebody who is not signed in: to the login page, and from there to the form', async () => {
    const response = await post('csrf=right&size=5', 'none')
    expect([response.status, response.headers.get('location')]).toEqual([303, '/login?next=%2Fform'])
  })
})

describe('what was written is told', () => {
  test('with what was asked, but for secrets', async () => {
    await post('csrf=right&size=5&word=hush&more=1')
    const { actor, requestId, ...rest } = told[0] as WriteSummary
    expect([told.length, actor.name, requestId.length > 10]).toEqual([1, 'operator', true])
    expect(rest).toEqual({
      action: 'small',
      path: '/form',
      parameters: {},
      input: { size: 5 },
      status: 303,
      code: null,
      detail: null,
      location: '/things/5',
    })
  })

  test('of JSON routes too, by their operation id', async () => {
    const body = {
      method: 'POST',
      body: '{"name":"new"}',
      headers: { 'content-type': 'application/json', 'x-role': 'admin' },
    }
    await app.request('/api/things', body)
    expect(told).toMatchObject([
      { action: 'postThings', input: { name: 'new' }, status: 202, location: '/api/things/new' },
    ])
  })

  test('also when it was refused, with why', async () => {
    await post('csrf=right&size=5', 'viewer')
    await post('csrf=wrong&size=5')
    await post('csrf=right&size=no')
    expect(told.map(({ action, status, code }) => [action, status, code])).toEqual([
      ['postForm', 403, 'FORBIDDEN_ROLE'],
      ['postForm', 403, 'CSRF'],
      ['postForm', 422, 'VALIDATION'],
    ])
  })

  test('but nothing of strangers, and nothing of reading', async () => {
    await post('csrf=right&size=5', 'none')
    await app.request('/form', { headers: { 'x-role': 'viewer' } })
    expect(told).toEqual([])
  })

  test('where it cannot be told, the answer stays what it is', async () => {
    full = true
    const response = await post('csrf=right&size=5')
    full = false
    expect(response.status).toBe(303)
    expect(errors.map(String)).toEqual(['Error: The disk is full.'])
  })
})

test('the API document knows no forms', async () => {
  const { runtime } = await startFixture()
  expect(Object.keys(runtime.openapi().paths as object)).not.toContain('/form')
})
