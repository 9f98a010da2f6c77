import { expect, test } from 'bun:test'
import { startFixture } from './fixtures/start.ts'

const html = { accept: 'text/html', 'x-role': 'viewer' }

test('a page with an island: escaped props, one script, preloads, a stylesheet with its hash', async () => {
  const { app } = await startFixture()
  const response = await app.request(`/?label=${encodeURIComponent('"><script>alert(1)</script>')}`, { headers: html })
  const text = await response.text()
  expect(text).not.toContain('<script>alert')
  expect(text).toStartWith('<!doctype html><html lang="en">')
  expect(text).toEndWith('</main></body></html>')
  expect(text).toContain('<meta name="viewport"')
  expect(text).toContain('· fixture</title>')
  expect(text).toContain('href="#main"')
  expect(text).toMatch(/<link rel="stylesheet" href="\/assets\/app-[0-9a-f]{8}\.css"/)
  expect(text.match(/<script /g)).toHaveLength(1)
  expect(text).toMatch(/<link rel="modulepreload" href="\/assets\/counter-/)
  expect(text).not.toMatch(/ style="|<style|<script>/)
})

test('a page without islands loads no script', async () => {
  const { app } = await startFixture()
  const text = await (await app.request('/plain', { headers: html })).text()
  expect(text).not.toMatch(/<script|modulepreload|data-island/)
})

test('every asset a page names is served for ever, with the type of its kind', async () => {
  const { app } = await startFixture()
  const text = await (await app.request('/', { headers: html })).text()
  const names = [...text.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map((match) => match[1] ?? '')
  expect(names.length).toBeGreaterThan(3)
  for (const name of names) {
    const response = await app.request(name)
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(response.headers.get('content-type')).toStartWith(name.endsWith('.css') ? 'text/css' : 'text/javascript')
    const etag = response.headers.get('etag') ?? ''
    expect((await app.request(name, { headers: { 'if-none-match': etag } })).status).toBe(304)
  }
  expect((await app.request('/assets/app.css')).headers.get('cache-control')).toBe('no-cache')
})

test('errors of pages are pages, errors of the API are problems', async () => {
  const { app } = await startFixture()
  const missing = await app.request('/nowhere', { headers: html })
  expect([missing.status, missing.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8'])
  expect(await missing.text()).toContain('NOT_FOUND')
  const api = await app.request('/api/nowhere', { headers: html })
  expect(api.headers.get('content-type')).toBe('application/problem+json')
})

test('somebody who is not signed in is sent to the login page, with the way back', async () => {
  const { app } = await startFixture({ signInPath: ({ status }) => (status === 401 ? '/login' : null) })
  const response = await app.request('/plain?a=1', { headers: { accept: 'text/html' } })
  expect([response.status, response.headers.get('location')]).toEqual([303, '/login?next=%2Fplain%3Fa%3D1'])
})
