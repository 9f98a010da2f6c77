import { afterAll, beforeAll, expect } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { addUsers, PASSWORD, type Served, servedFake } from '#tests/api/served-fake.ts'
import { barriers, inBrowser, isTooWide, launch } from './pages.ts'

let browser: Browser | null = null
let served: Served
beforeAll(async () => {
  served = await servedFake()
  await addUsers(served)
  browser = await launch()
}, 300_000)
afterAll(async () => {
  await browser?.close()
  await served.close()
})

async function signIn(page: Page, name: string, password: string): Promise<void> {
  await page.goto(`${served.url}/login`)
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

async function look(page: Page, name: string): Promise<void> {
  expect([name, await barriers(page), await isTooWide(page)]).toEqual([name, [], false])
}

inBrowser(
  'an admin adds somebody, who signs in, is made an operator and is removed: without a script',
  async () => {
    if (browser === null) throw new Error('There is no browser.')
    const windows = await Promise.all(
      [1280, 390].map((width) => browser?.newContext({ viewport: { width, height: 900 } })),
    )
    const [admin, bea] = (await Promise.all(windows.map((context) => context?.newPage()))) as [Page, Page]
    // Axe needs the page's own script engine; the product's scripts never arrive.
    for (const page of [admin, bea]) page.setDefaultTimeout(600_000)
    for (const page of [admin, bea]) await page.route('**/assets/*.js', (route) => route.abort())
    await signIn(admin, 'admin', PASSWORD)
    await admin.goto(`${served.url}/account`)
    await admin.getByRole('link', { name: 'Users' }).click()
    await look(admin, 'users')

    const add = admin.locator('form[action="/users/add"]')
    const fill = async (password: string, again: string): Promise<void> => {
      await add.getByLabel('Name').fill('bea')
      await add.locator('[name=password]').fill(password)
      await add.locator('[name=again]').fill(again)
      await add.getByRole('button').click()
    }
    await fill('short', 'short')
    expect(await add.locator('.field:has([name=password]) .fault').textContent()).toContain('10')
    // Whoever types goes on where it went wrong; the browser focuses that field a moment after it has drawn the page.
    await admin.waitForFunction(() => document.activeElement?.getAttribute('name') === 'password')
    await look(admin, 'users, refused')
    await fill('a long one of bea', 'a long one of bea')
    expect(await admin.locator('main').getByRole('status').textContent()).toBe('bea can sign in, as viewer.')

    await signIn(bea, 'bea', 'a long one of bea')
    expect(new URL(bea.url()).pathname).toBe('/')
    expect((await bea.goto(`${served.url}/users`))?.status()).toBe(403)
    await admin.getByRole('link', { name: 'Change bea' }).click()
    await look(admin, 'users, one chosen')
    await admin.getByLabel('Role').first().selectOption('OPERATOR')
    await admin.getByRole('button', { name: 'Change the role' }).click()
    expect((await bea.goto(`${served.url}/audit`))?.status()).toBe(200)

    await admin.getByRole('link', { name: 'Change bea' }).click()
    await admin.getByRole('button', { name: 'Remove bea' }).click()
    expect(await admin.getByRole('row', { name: /bea/ }).count()).toBe(0)
    await bea.goto(`${served.url}/audit`)
    expect(new URL(bea.url()).pathname).toBe('/login')
    for (const context of windows) await context?.close()
  },
  300_000,
)
