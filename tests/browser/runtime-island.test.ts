import { afterAll, beforeAll, expect } from 'bun:test'
import type { Browser } from 'playwright-core'
import { startFixture } from '#lib/runtime/fixtures/start.ts'
import { inBrowser, launch, opened } from './pages.ts'

let browser: Browser | null = null
beforeAll(async () => {
  browser = await launch()
}, 300_000)
afterAll(() => browser?.close())

inBrowser(
  'an island comes to life under the CSP, and a hostile prop stays text',
  async () => {
    const { runtime } = await startFixture()
    const { url } = await runtime.start({ port: 0 })
    try {
      const page = await opened(browser).newPage()
      page.setDefaultTimeout(600_000)
      const said: string[] = []
      page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`))
      page.on('pageerror', (error) => said.push(`error: ${error.message}`))
      const hostile = '"><script>window.stolen = true</script><img src=x onerror="window.stolen = true">'
      await page.goto(`${url}/?label=${encodeURIComponent(hostile)}`)

      const button = page.getByRole('button')
      await page.waitForSelector('[data-island][data-hydrated]', { state: 'attached' })
      expect(await button.textContent()).toBe(`${hostile}: 3`)
      await button.click()
      await button.click()
      expect(await button.textContent()).toBe(`${hostile}: 5`)
      expect(await page.evaluate(() => 'stolen' in window)).toBe(false)
      // The island's own element takes no part in the layout: the stylesheet has reached the browser.
      const display = await page.evaluate(() => {
        const island = document.querySelector('[data-island]')
        return island && getComputedStyle(island).display
      })
      expect(display).toBe('contents')
      // A CSP violation would be a console error. The favicon is not this test's subject.
      expect(said.filter((line) => !line.includes('404'))).toEqual([])
    } finally {
      await runtime.stop(1000)
    }
  },
  300_000,
)

inBrowser(
  'the CSP is in force: an inline script that got into the page does not run',
  async () => {
    const { runtime } = await startFixture()
    const { url } = await runtime.start({ port: 0 })
    try {
      const page = await opened(browser).newPage()
      page.setDefaultTimeout(600_000)
      await page.goto(`${url}/`)
      const ran = await page.evaluate(() => {
        const script = document.createElement('script')
        script.textContent = 'window.injected = true'
        document.body.append(script)
        return 'injected' in window
      })
      expect(ran).toBe(false)
    } finally {
      await runtime.stop(1000)
    }
  },
  300_000,
)
