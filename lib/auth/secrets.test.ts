import { expect, test } from 'bun:test'
import { formTokenFor, isOwnForm } from './guard.ts'
import { readCookie, writeCookie } from './secrets.ts'

const SECRET = 'a'.repeat(43)
const request = (cookie: string, host = 'witness:8080') =>
  new Request('http://x/', { headers: { host, ...(cookie === '' ? {} : { cookie }) } })

test.each([
  [`zwitness-8080=${SECRET}`, false, SECRET],
  [`other=1; zwitness-8080=${SECRET} ; more=2`, false, SECRET],
  [`zwitness-9090=${SECRET}`, false, null],
  [`zwitness=${SECRET}`, false, null],
  [`xzwitness-8080=${SECRET}`, false, null],
  ['zwitness-8080=short', false, null],
  [`zwitness-8080=${SECRET}"; DROP`, false, null],
  ['', false, null],
  [`zwitness-8080=${SECRET}`, true, null],
  [`__Host-zwitness-8080=${SECRET}`, true, SECRET],
])('of %p (over TLS: %p) the session is %p', (cookie, secure, found) => {
  expect(readCookie('session', request(cookie), secure)).toBe(found)
})

test('a cookie is for this site, not for scripts, and over TLS for TLS alone', () => {
  expect(writeCookie('session', request(''), false, SECRET, 60)).toBe(
    `zwitness-8080=${SECRET}; Path=/; HttpOnly; SameSite=Lax; Max-Age=60`,
  )
  expect(writeCookie('session', request('', 'witness'), true, null)).toBe(
    '__Host-zwitness=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0',
  )
})

test('a form belongs to the cookie that its page was made for', () => {
  const fresh = formTokenFor(request(''), false)
  const cookie = fresh.cookie?.split(';')[0] ?? ''
  expect(isOwnForm(request(cookie), false, fresh.token)).toBe(true)
  expect(formTokenFor(request(cookie), false)).toEqual({ token: fresh.token, cookie: null })
  expect(isOwnForm(request(''), false, fresh.token)).toBe(false)
  expect(isOwnForm(request(cookie), false, '')).toBe(false)
  // Signed in meanwhile, in another window: both forms are ours.
  const both = `${cookie}; zwitness-8080=${SECRET}`
  const later = formTokenFor(request(both), false)
  expect(later.token).not.toBe(fresh.token)
  for (const token of [fresh.token, later.token]) expect(isOwnForm(request(both), false, token)).toBe(true)
  // The cookie cannot be read off the token.
  expect(later.token).not.toContain(SECRET.slice(0, 8))
})
