import { afterAll, beforeAll, expect } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { addUsers, PASSWORD, type Served, servedFake } from '#tests/api/served-fake.ts'
import { barriers, inBrowser, isTooWide, launch, opened } from './pages.ts'

let browser: Browser | null = null
let served: Served
beforeAll(async () => {
  served = await servedFake()
  browser = await launch()
}, 300_000)
afterAll(async () => {
  await browser?.close()
  await served.close()
})

async function look(page: Page, name: string): Promise<void> {
  expect([name, await barriers(page)]).toEqual([name, []])
  expect([name, await isTooWide(page)]).toEqual([name, false])
  if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/${name}.png`, fullPage: true })
}

inBrowser(
  'from the link of the first start to signing out, without any script, as everybody can use it',
  async () => {
    await served.services.access.setup.announce(served.url)
    const link = /http\S+\/setup\?token=\S+/.exec(served.world.said[0] ?? '')?.[0] ?? ''
    const context = await opened(browser).newContext({ javaScriptEnabled: true })
    context.setDefaultTimeout(600_000)
    const page = await context.newPage()
    const said: string[] = []
    page.on('console', (message) => said.push(message.text()))
    // Only pages with islands load scripts; what is tried here must work without them.
    await page.route('**/assets/*.js', (route) => route.abort())

    await page.goto(served.url)
    expect(new URL(page.url()).pathname).toBe('/setup')
    await look(page, 'setup-no-link')
    await page.goto(link)
    await look(page, 'setup')
    await page.getByLabel('Name').fill('anna')
    await page.getByLabel('Password', { exact: true }).or(page.locator('[name=password]')).first().fill(PASSWORD)
    await page.locator('[name=again]').fill(PASSWORD)
    await page.getByRole('button', { name: /Make the first admin/ }).click()
    expect(new URL(page.url()).pathname).toBe('/')

    await page.goto(`${served.url}/account`)
    await page.locator('form[action="/account/tokens"] [name=name]').fill('report')
    await page.getByRole('button', { name: 'Make a token' }).click()
    expect(await page.locator('.command code').textContent()).toMatch(/^zwt_/)
    await look(page, 'account')
    await page.goto(`${served.url}/audit`)
    await look(page, 'audit')

    await page.goto(`${served.url}/account`)
    await page.getByRole('button', { name: 'Sign out', exact: true }).first().click()
    expect(new URL(page.url()).pathname).toBe('/login')
    await look(page, 'login')
    await page.getByLabel('Name').fill('anna')
    await page.getByLabel('Password').fill('wrong wrong')
    await page.getByRole('button', { name: 'Sign in' }).click()
    expect(await page.getByRole('alert').textContent()).toBe('The name or the password is wrong.')
    expect(await page.getByLabel('Name').inputValue()).toBe('anna')
    await look(page, 'login-wrong')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
    expect(new URL(page.url()).pathname).toBe('/')
    const cookies = await context.cookies()
    expect(cookies.filter(({ httpOnly, sameSite }) => !httpOnly || sameSite !== 'Lax')).toEqual([])
    expect(said.filter((line) => /content security policy/i.test(line))).toEqual([])
    await context.close()
  },
  300_000,
)

inBrowser(
  "another site's page cannot use who is signed in",
  async () => {
    const evil = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch: () =>
        new Response(
          `<form method="post" action="${served.url}/account/tokens"><input name="name" value="stolen"><input name="role" value="ADMIN"></form>
           <form id="json" method="post" enctype="text/plain" action="${served.url}/api/run"><input name='{"reason":"' value='"}'></form>`,
          { headers: { 'content-type': 'text/html' } },
        ),
    })
    await addUsers(served)
    const context = await opened(browser).newContext()
    context.setDefaultTimeout(600_000)
    try {
      const page = await context.newPage()
      await page.goto(`${served.url}/login`)
      await page.getByLabel('Name').fill('admin')
      await page.getByLabel('Password').fill(PASSWORD)
      await page.getByRole('button', { name: 'Sign in' }).click()
      served.engine.calls.length = 0
      const before = (await served.services.access.tokens.list()).length
      // Another name of this machine, so that it is another site and not only another port.
      const elsewhere = `http://localhost:${evil.port}/`
      for (const form of ['form', '#json']) {
        await page.goto(elsewhere)
        const answer = page.waitForResponse(
          (one) => one.url().startsWith(served.url) && one.request().method() === 'POST',
        )
        await page.evaluate((which) => document.querySelector<HTMLFormElement>(which)?.submit(), form)
        expect((await answer).status()).toBe(403)
        await page.waitForURL(`${served.url}/**`)
      }
      await page.goto(elsewhere)
      const read = await page.evaluate(
        (url) =>
          fetch(`${url}/api/status`, { credentials: 'include' })
            .then((answer) => answer.text())
            .catch(() => 'not readable'),
        served.url,
      )
      expect(read).toBe('not readable')
      expect(await served.services.access.tokens.list()).toHaveLength(before)
      expect(served.engine.calls).toEqual([])
    } finally {
      await context.close()
      await evil.stop(true)
    }
  },
  300_000,
)
