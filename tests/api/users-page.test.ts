import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { DEFAULT_AUTH } from '#config/effective.ts'
import type { Browser } from '#tests/witness/browser.ts'
import { closedSound, PASSWORD, type Served, servedToAdmin } from './served-fake.ts'

setDefaultTimeout(600_000)

let served: Served
let admin: Browser
beforeAll(async () => {
  ;({ served, admin } = await servedToAdmin())
})
afterAll(() => closedSound(served))

const NEW = { name: 'bea', role: 'OPERATOR', password: PASSWORD, again: PASSWORD }
const send = (form: string, fields: Readonly<Record<string, string>>) =>
  admin.submit('/users', `/users/${form}`, fields)
const find = (name: string) => served.services.access.users.find(name)

async function newest(action: string) {
  const { items } = await served.services.store.audit({ action: [action], limit: 1 })
  const [entry] = items
  return [entry?.actor.name, entry?.target, entry?.result, entry?.code]
}

/** The sentence at the field, by the field's name; above the forms: ''. */
function said(page: string): readonly (readonly [field: string, text: string])[] {
  const atFields = [...page.matchAll(/<label class="field">(?:(?!<\/label>).)*?class="fault">([^<]+)/gs)]
  const above = [...page.matchAll(/role="alert">([^<]+)/g)].map(([, text = '']) => ['', text] as const)
  return [...above, ...atFields.map(([label, text = '']) => [/ name="(\w+)"/.exec(label)?.[1] ?? '', text] as const)]
}

describe('without a script an admin', () => {
  test('adds, changes and removes a user, and the book says so as of the API', async () => {
    const added = await send('add', { ...NEW, name: ' Bea ' })
    expect(added.status).toBe(200)
    expect(await added.text()).toContain('bea can sign in, as operator.')
    expect(await newest('userAdd')).toEqual(['admin', 'bea', 'OK', null])
    const bea = served.browser()
    expect((await bea.signIn('bea', PASSWORD)).status).toBe(303)
    expect(await (await send('role', { name: 'bea', role: 'VIEWER' })).text()).toContain('bea has the role viewer now.')
    expect((await find('bea'))?.role).toBe('viewer')
    const set = await send('password', { name: 'bea', password: 'another long one', again: 'another long one' })
    expect(await set.text()).toContain('every session of bea has ended')
    expect((await bea.json('GET', '/api/me')).status).toBe(401)
    expect((await bea.signIn('bea', 'another long one')).status).toBe(303)
    expect(await newest('userChange')).toEqual(['admin', 'bea', 'OK', null])
    expect((await send('remove', { name: 'bea' })).status).toBe(200)
    expect(await find('bea')).toBeNull()
    expect((await bea.json('GET', '/api/me')).status).toBe(401)
    expect(await newest('userRemove')).toEqual(['admin', 'bea', 'OK', null])
    const { items } = await served.services.store.audit({ limit: 50 })
    expect(JSON.stringify(items)).not.toMatch(/another long one|three words long/)
  })

  test('sees who is there, when they came and where they are signed in, and no hash', async () => {
    await served.browser().signIn('viewer', PASSWORD)
    const page = await admin.page('/users')
    expect(page).not.toContain('argon2')
    const rows = [...page.matchAll(/<tr><th scope="row">(.*?)<\/tr>/gs)].map(([, row = '']) => row)
    const row = (name: string) => rows.find((each) => each.startsWith(name)) ?? ''
    expect(rows).toHaveLength(3)
    expect(row('viewer')).toMatch(/data-label="Sessions" class="num">1</)
    expect(row('viewer')).toMatch(/data-label="Last sign-in"><time/)
    expect(row('operator')).toMatch(/data-label="Last sign-in"><span>never/)
    expect(row('admin')).toContain('<span class="tag">you</span>')
  })

  test('finds the page by the account page, and others do not', async () => {
    expect(await admin.page('/account')).toContain('href="/users"')
    for (const role of ['viewer', 'operator']) {
      const other = served.browser()
      await other.signIn(role, PASSWORD)
      expect(await other.page('/account')).not.toContain('href="/users"')
      expect((await other.send('/users')).status).toBe(403)
      const refused = await other.submit('/account', '/users/add', NEW)
      expect([role, refused.status, await find('bea')]).toEqual([role, 403, null])
    }
  })
})

describe('what is refused is said at its field, and stands in the book with its code', () => {
  test.each([
    ['add', { ...NEW, name: 'viewer' }, 409, 'name', /There is a user viewer already/, 'USER_EXISTS'],
    ['add', { ...NEW, name: 'X y' }, 422, 'name', /User names are lower-case/, 'VALIDATION'],
    ['add', { ...NEW, name: '' }, 422, 'name', /User names are lower-case/, 'VALIDATION'],
    ['add', { ...NEW, password: 'short', again: 'short' }, 422, 'password', /10/, 'VALIDATION'],
    ['add', { ...NEW, again: 'another' }, 422, 'again', /not the same/, 'VALIDATION'],
    ['role', { name: 'nobody', role: 'VIEWER' }, 404, '', /There is no user nobody/, 'NO_SUCH_USER'],
    ['role', { name: 'admin', role: 'VIEWER' }, 409, '', /This is you/, 'CONFLICT'],
    ['password', { name: 'viewer', password: 'short', again: 'short' }, 422, 'password', /10/, 'VALIDATION'],
    ['password', { name: 'viewer', password: 'a long one ', again: 'b' }, 422, 'again', /not the same/, 'VALIDATION'],
    ['password', { name: 'admin', password: PASSWORD, again: PASSWORD }, 409, '', /This is you/, 'CONFLICT'],
    ['remove', { name: 'admin' }, 409, '', /This is you/, 'CONFLICT'],
    ['remove', { name: 'nobody' }, 404, '', /There is no user nobody/, 'NO_SUCH_USER'],
  ] as const)('%s %p', async (form, fields, status, field, text, code) => {
    const before = await served.services.access.users.list()
    const answer = await send(form, fields)
    const faults = said(await answer.text())
    expect([answer.status, faults.map(([at]) => at)]).toEqual([status, [field]])
    expect(faults[0]?.[1]).toMatch(text)
    expect(await served.services.access.users.list()).toEqual(before)
    const action = { add: 'userAdd', role: 'userChange', password: 'userChange', remove: 'userRemove' }[form]
    expect((await newest(action)).slice(2)).toEqual(['REFUSED', code])
  })

  test('what was typed is there again, the passwords are not', async () => {
    const page = await (await send('add', { ...NEW, name: 'viewer', role: 'ADMIN' })).text()
    expect(page).toContain('value="viewer"')
    expect(page).toMatch(/<option[^>]* selected[^>]*>admin: everything/)
    expect(page).not.toContain(PASSWORD)
  })

  test('the last admin stays one, whoever asks', async () => {
    // Whoever asks by a token is none of the users, so that only the count of the admins stands in the way.
    served.configure({ auth: { mode: 'none', noneRole: 'admin' } })
    const refused = await send('role', { name: 'admin', role: 'VIEWER' })
    expect([refused.status, said(await refused.text())]).toEqual([
      409,
      [['role', 'admin is the only admin; make another one first.']],
    ])
    const page = await (await send('remove', { name: 'admin' })).text()
    expect(page).toContain('<strong class="fault">admin is the only admin; make another one first.</strong>')
    served.configure({})
  })

  test('those of the configuration are changed there', async () => {
    served.configure({ auth: { users: new Map([['fred', { role: 'operator', passwordHash: 'x' }]]) } })
    const page = await admin.page('/users?user=fred')
    expect(page).toContain('in the configuration')
    expect(page).not.toContain('action="/users/role"')
    const refused = await send('role', { name: 'fred', role: 'ADMIN' })
    expect([refused.status, (await newest('userChange'))[3]]).toEqual([409, 'IN_CONFIG'])
    expect(await refused.text()).toContain('change it there and reload')
    served.configure({})
  })
})

test.each([
  ['none', /Nobody signs in here.*auth\.mode none.*the role admin/],
  ['proxy', /The proxy in front signs people in.*remote-user/],
] as const)('with auth.mode %s the page says what holds instead', async (mode, words) => {
  served.configure({
    auth: { mode, noneRole: 'admin', proxy: { ...DEFAULT_AUTH.proxy, defaultRole: 'admin' } },
    server: { trustedProxies: ['127.0.0.1'] },
  })
  const page = await (await admin.send('/users', { headers: { 'remote-user': 'ann' } })).text()
  expect(page).toMatch(words)
  served.configure({ server: { trustedProxies: [] } })
})

test('the audit is in the navigation of those who may open it', async () => {
  for (const [role, there] of [
    ['viewer', false],
    ['operator', true],
    ['admin', true],
  ] as const) {
    const browser = served.browser()
    await browser.signIn(role, PASSWORD)
    const nav = /<nav class="main-nav".*?<\/nav>/s.exec(await browser.page('/runs'))?.[0] ?? ''
    expect([role, nav.includes('href="/audit"')]).toEqual([role, there])
  }
})
