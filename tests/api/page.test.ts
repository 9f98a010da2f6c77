import { beforeEach, describe, expect, test } from 'bun:test'
import { type Fake, fakeServices } from './fake-services.ts'
import { fakeView } from './fake-views.ts'

let fake: Fake
beforeEach(async () => {
  fake = await fakeServices()
})
const html = async () => (await fake.remote('GET', '/')).text()

describe('the page without JavaScript', () => {
  test('answers the three questions', async () => {
    const page = await html()
    expect(page).toContain('<span>1 dataset is broken, 1 needs attention, the state of 1 is unknown</span></h1>')
    expect(page).toContain('href="/datasets/hq10-7.L1~1a2b3c"')
    expect(page).toContain('hqs7 says LAG_CRITICAL.')
    expect(page).toContain('26 d')
    expect(page).toContain('◌ As of')
    expect(page).toContain('14:32:10')
    expect(page).toContain('role="status"')
  })
  test('worst first', async () => {
    const page = await html()
    expect(page.indexOf('LAG_CRITICAL')).toBeLessThan(page.indexOf('says LAGGING'))
  })
  test('says that it is a demo', async () => expect(await html()).toContain('nothing is real'))
  test('a name from a SAN is text, in the page and in the data for the island', async () => {
    const evil = '"><script>alert(1)</script>'
    fake.engine.views = [fakeView('evil', { name: evil })]
    const page = await html()
    expect(page).toContain('&lt;script>alert')
    expect(page).not.toContain('<script>alert')
  })
  test('nothing configured is said', async () => {
    fake.engine.views = []
    expect(await html()).toContain('No datasets configured yet')
  })
})

test('the island and everything it needs is served', async () => {
  const page = await html()
  const source = /data-island="dashboard" data-src="([^"]+)"/.exec(page)?.[1] ?? ''
  const response = await fake.remote('GET', source)
  expect(response.headers.get('content-type')).toStartWith('text/javascript')
  expect(await response.text()).toContain('/api/datasets')
})
