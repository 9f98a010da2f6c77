import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { addUsers, askWithToken, closedSound, type Served, servedFake } from './served-fake.ts'

setDefaultTimeout(600_000)

let served: Served
beforeAll(async () => {
  served = await servedFake()
  await addUsers(served)
})
afterAll(() => closedSound(served))

const ask = (init: RequestInit = {}) => fetch(`${served.url}/metrics`, init)
const open = (isPublic: boolean) => {
  served.world.config = { ...served.world.config, metrics: { public: isPublic } }
}

test('a viewer by token reads it, a stranger does not', async () => {
  open(false)
  expect((await ask()).status).toBe(401)
  expect((await ask({ headers: { authorization: 'Bearer zw_none_of_ours' } })).status).toBe(401)
  const wanted = { name: 'prometheus', role: 'viewer', createdBy: 'test', expiresAt: null } as const
  const { text: token } = await served.services.access.tokens.create(wanted)
  const answer = await askWithToken(served, token, '/metrics')
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(await answer.text()).toContain('zwitness_build_info{')
})

test('the configuration opens it to everybody, from the next request on, and nothing else with it', async () => {
  open(true)
  expect((await ask()).status).toBe(200)
  expect((await ask({ headers: { authorization: 'Bearer zw_none_of_ours' } })).status).toBe(200)
  expect((await fetch(`${served.url}/api/status`)).status).toBe(401)
  open(false)
  expect((await ask()).status).toBe(401)
})
